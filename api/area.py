"""What an area hands over to the front: pages of the console, routes of the API.

Each `api/console/<area>/area.py` makes one `WebArea`; `api/areas.py` is the one list.

The frame of the console, the application and the OpenAPI document name no area: they read the list that the application
was made with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from fastapi import APIRouter, Request

from interview_engine.hr.access.rules import Action, FieldClass


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
        tags: of its routes, each with a description for the OpenAPI document.
    """

    name: str
    section: str = ""
    entries: tuple[Entry, ...] = ()
    notices: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    pages: tuple[APIRouter, ...] = ()
    templates: Path | None = None
    routes: tuple[APIRouter, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()


def areas_of(request: Request) -> tuple[WebArea, ...]:
    """The areas that the application was made with."""
    found: tuple[WebArea, ...] = request.app.state.areas
    return found


def template_folders(areas: tuple[WebArea, ...]) -> tuple[tuple[str, Path], ...]:
    """Where templates of areas with a folder of their own lie, by the beginning of their names."""
    return tuple((f"console/{area.name}", area.templates) for area in areas if area.templates is not None)
