"""One's own tasks, closed from the home page and from the pages of who joins or leaves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from api.console.acting import act
from api.console.frame import done
from api.deps import Ctx
from api.sessions import PageActor, inside
from interview_engine.hr.tasks import service as tasks

HOME = "/console/tasks"
TEMPLATES = "/console/task-templates"
AFTER = {"done": "task_done", "blocked": "task_blocked", "waived": "task_waived", "open": "task_open"}

router = APIRouter()


@router.post(f"{HOME}/{{task_id}}/state")
def state(
    task_id: str,
    context: Ctx,
    actor: PageActor,
    state: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=300)] = "",
    back: Annotated[str, Form(max_length=200)] = HOME,
) -> Response:
    """Say what became of a task, and go back to the page it was said on."""
    return act(
        context,
        lambda session: tasks.close(session, actor, task_id, state, reason, context.clock).state,
        lambda after: done(inside(back, HOME), AFTER[after]),
    )
