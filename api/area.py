"""What an area hands over to the front: pages of the console, routes of the API.

Each `api/console/<area>/area.py` makes one `WebArea`; `api/areas.py` is the one list.

The frame of the console, the application and the OpenAPI document name no area: they read the list that the application
was made with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Action, Actor, FieldClass
from interview_engine.hr.forms.spec import ListSpec


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the navigation; shown to those who may do `needs` (field class, action) to anything at all.

    Args:
        label: msgid.
        below: beginnings of addresses of pages that belong to it without lying below its own address.
    """

    href: str
    label: str
    needs: tuple[FieldClass, Action]
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list of the domain with its pages: console table and form, page on the phone, route of the API.

    Args:
        spec: the list; it stands in `Area.lists` too.
        href: the address of its console page. Its page on the phone is /wechat/lists/<name>, its route
            /api/v1/lists/<name>.
        template: what stands around the table, where that is more than heading and buttons; it extends
            "console/lists/list.html".
        more: (session, actor, clock) → what that template shows besides.
    """

    spec: ListSpec
    href: str
    template: str = "lists/list.html"
    more: Callable[[Session, Actor, Clock], Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class WebArea:
    """One area as the front knows it.

    Args:
        name: its folder in `api/console`, and in `api/templates/console` where `templates` is None.
        section: the msgid of its section of the navigation; areas may share one.
        entries: its pages of the navigation.
        notices: what a page says after an action, by the `done` of its address; msgids.
        pages: routers of its console pages.
        templates: a folder of its own; "list.html" in it is the template "console/<name>/list.html".
        routes: routers of the API, mounted under /api/v1.
        lists: its lists, each with the pages and the route that are made of it.
        modules: which module pages and routes belong to, by the beginning of their addresses; those of a list follow
            from its area. Switched off, they are not shown and not answered (L8).
        tags: of its routes, each with a description for the OpenAPI document.
    """

    name: str
    section: str = ""
    entries: tuple[Entry, ...] = ()
    notices: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    pages: tuple[APIRouter, ...] = ()
    templates: Path | None = None
    routes: tuple[APIRouter, ...] = ()
    lists: tuple[ListPage, ...] = ()
    modules: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tags: tuple[tuple[str, str], ...] = ()


def areas_of(request: Request) -> tuple[WebArea, ...]:
    """The areas that the application was made with."""
    found: tuple[WebArea, ...] = request.app.state.areas
    return found


def template_folders(areas: tuple[WebArea, ...]) -> tuple[tuple[str, Path], ...]:
    """Where templates of areas with a folder of their own lie, by the beginning of their names."""
    return tuple((f"console/{area.name}", area.templates) for area in areas if area.templates is not None)
