"""A console form acts, or its page is shown again with the problem: one helper for all of them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from fastapi.responses import PlainTextResponse, Response
from hiring_world import MovingClock
from serving import make_context
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import api.console
from api.console.acting import act, attempt
from api.context import Context
from interview_engine.errors import InterviewEngineError, PermissionDenied
from interview_engine.hr.access.service import denied
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict
from interview_engine.i18n import LocalizedText
from interview_engine.store.engine import Database
from interview_engine.store.rows import stamp

CONSOLE = Path(api.console.__file__).parent


@pytest.fixture
def context(sqlite_database: Database, tmp_path: Path) -> Context:
    return make_context(sqlite_database, tmp_path, MovingClock())


def added(context: Context, session: Session) -> str:
    session.add(Person(**stamp("system", context.clock), name="林晓"))
    session.flush()
    return "added"


def persons(context: Context) -> int:
    with context.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


def refused(context: Context, session: Session) -> str:
    added(context, session)
    raise conflict("test.state", LocalizedText("不行。", "It cannot be done."))


def shown(problem: InterviewEngineError) -> Response:
    return PlainTextResponse(problem.code, 422)


def test_what_is_done_is_committed_before_the_answer_is_made(context: Context) -> None:
    answer = act(
        context, lambda session: added(context, session), lambda made: PlainTextResponse(f"{made} {persons(context)}")
    )
    assert answer.body == b"added 1"


def test_a_problem_leaves_nothing_done_and_is_shown_on_the_page(context: Context) -> None:
    answer = act(context, lambda session: refused(context, session), PlainTextResponse, shown)
    assert (answer.status_code, answer.body) == (422, b"test.state")
    assert persons(context) == 0


def test_a_problem_without_a_page_of_its_own_is_raised(context: Context) -> None:
    with pytest.raises(InterviewEngineError, match=r"test\.state"):
        act(context, lambda session: refused(context, session), PlainTextResponse)


def test_a_missing_permission_is_never_a_problem_of_a_form(context: Context) -> None:
    def forbidden(session: Session) -> str:
        raise denied()

    with pytest.raises(PermissionDenied):
        act(context, forbidden, PlainTextResponse, shown)


def test_an_attempt_gives_the_problem_back(context: Context) -> None:
    problem = attempt(context, lambda session: refused(context, session))
    assert isinstance(problem, InterviewEngineError)
    assert attempt(context, lambda session: added(context, session)) == "added"


def handlers() -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    found = []
    for path in sorted(CONSOLE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
                ast.unparse(one).startswith("router.post(") for one in node.decorator_list
            ):
                found.append((f"{path.relative_to(CONSOLE)}:{node.name}", node))
    return found


def test_no_handler_catches_or_commits_by_itself() -> None:
    found = handlers()
    assert len(found) > 60
    catching = [name for name, node in found if any(isinstance(part, ast.Try) for part in ast.walk(node))]
    committing = [name for name, node in found if ".transaction()" in ast.unparse(node)]
    assert (catching, committing) == ([], [])
