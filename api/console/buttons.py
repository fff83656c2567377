"""Buttons of a page about one row: each does one thing in one transaction; then the page says so, or what was wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Fields, Form
from api.console.frame import done
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor

Page = Callable[[str, Request, Context, Actor, InterviewEngineError | None], Response]
"""The page of a row, by its id, with what was wrong with the last form on it."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button that was pressed: by whom, about which row, and what stood in its form."""

    actor: Actor
    row_id: str
    form: Fields
    clock: Clock


@dataclass(frozen=True, slots=True)
class Button:
    """What a button does.

    Args:
        change: calls a service, which checks that the actor may.
        said: the notice that the page shows afterwards, or which one after what came of it (`frame.NOTICES`).
    """

    change: Callable[[Session, Pressed], Any]
    said: str | Callable[[Any], str]


def add_buttons(router: APIRouter, home: str, key: str, buttons: Mapping[str, Button], page: Page) -> None:
    """POST <home>/{<key>}/<name> for each button.

    Args:
        key: what the row's id is called in the address. page: shown again, with the problem, where one was refused.
    """
    for name, button in buttons.items():
        _add(router, f"{home}/{{{key}}}/{name}", home, key, button, page)


def _add(router: APIRouter, address: str, home: str, key: str, button: Button, page: Page) -> None:
    @router.post(address)
    def press(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
        row_id: str = request.path_params[key]
        pressed = Pressed(actor, row_id, form, context.clock)
        said = button.said
        return act(
            context,
            lambda session: button.change(session, pressed),
            lambda made: done(f"{home}/{row_id}", said if isinstance(said, str) else said(made)),
            lambda problem: page(row_id, request, context, actor, problem),
        )
