"""What every form of the console does: act in one transaction, then go on, or show the page again with the problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.context import Context
from interview_engine.errors import InterviewEngineError, PermissionDenied

Made = TypeVar("Made")


def attempt(context: Context, change: Callable[[Session], Made]) -> Made | InterviewEngineError:
    """Do it in one transaction; what came of it, or the problem for which nothing was done.

    Raises:
        PermissionDenied: never a problem of a form: correcting it would not help.
    """

    def work() -> Made:
        with context.database.transaction() as session:
            return change(session)

    return attempt_alone(work)


def attempt_alone(work: Callable[[], Made]) -> Made | InterviewEngineError:
    """The same for what must not hold a transaction: slow reading of a file, or steps with transactions of their own.

    Raises:
        PermissionDenied: as `attempt`.
    """
    try:
        return work()
    except PermissionDenied:
        raise
    except InterviewEngineError as problem:
        return problem


def act(
    context: Context,
    change: Callable[[Session], Made],
    then: Callable[[Made], Response],
    again: Callable[[InterviewEngineError], Response] | None = None,
) -> Response:
    """Do what a form asks for, in one transaction, and answer.

    Args:
        change: reads the form and calls a service; what it returns is given to `then` once it is committed.
        again: the page with the form, with what was wrong. None where the button is on several pages or on none that
            could be shown: the problem is then a page by itself.

    Raises:
        PermissionDenied. The problem itself without `again`. What `again` raises, where its page is not there (any
            more).
    """
    made = attempt(context, change)
    if not isinstance(made, InterviewEngineError):
        return then(made)
    if again is None:
        raise made
    return again(made)
