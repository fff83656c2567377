"""Companies and departments as a tree, with who works where and who manages what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Form
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.access.service import require
from interview_engine.hr.accounts import service as accounts
from interview_engine.hr.employment import service as employment
from interview_engine.hr.employment.service import Colleague
from interview_engine.hr.org import service as org
from interview_engine.hr.org.service import DepartmentNode
from interview_engine.hr.people.names import person_names
from interview_engine.hr.people.tables import Department

router = APIRouter()
HOME = "/console/organisation"


@dataclass(frozen=True, slots=True)
class Branch:
    """A department of the tree: those below it, who works in it, and how many do with those below."""

    department: Department
    below: tuple[Branch, ...]
    people: Sequence[Colleague]
    all_people: int


@router.get(HOME)
def organisation(request: Request, context: Ctx, actor: PageActor) -> Response:
    """Companies with their departments as a tree, and who manages each."""
    return _page(request, context, actor)


@router.post(f"{HOME}/companies")
def company(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Create a legal entity."""

    def change(session: Session) -> str:
        org.create_legal_entity(session, actor, form.text("name"), form.text("city"), context.clock)
        return "added"

    home = form.text("back") == "home"  # the card that sets up a new company
    return _act(request, context, actor, change, to="/console/home#setup" if home else HOME)


@router.post(f"{HOME}/departments")
def department(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Create a department under a company or another department."""

    def change(session: Session) -> str:
        org.create_department(
            session,
            actor,
            form.text("company"),
            form.text("name"),
            context.clock,
            parent_id=form.optional("parent"),
            manager_person_id=form.optional("manager"),
        )
        return "added"

    return _act(request, context, actor, change)


@router.post(f"{HOME}/managers")
def managers(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Set the managers that were changed, all of them or none."""
    chosen = dict(zip(form.many("department"), form.many("manager"), strict=False))

    def change(session: Session) -> str:
        org.set_managers(session, actor, {key: value or None for key, value in chosen.items()}, context.clock)
        return "saved"

    return _act(request, context, actor, change, chosen)


def _act(
    request: Request,
    context: Context,
    actor: Actor,
    change: Callable[[Session], str],
    chosen: Mapping[str, str] | None = None,
    *,
    to: str = HOME,
) -> Response:
    """Act on the organisation, then go to a page with the note that `change` names."""
    return act(
        context,
        change,
        lambda what: done(to, what),
        lambda problem: _page(request, context, actor, problem, chosen),
    )


def _page(
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
    chosen: Mapping[str, str] | None = None,
) -> Response:
    with context.database.reading() as session:
        require(actor, "public", "manage")
        entities = org.legal_entities(session)
        nodes = org.departments(session)
        holders = accounts.holders_by_name(session, actor)
        seated = {node.department.manager_person_id for node in nodes if node.department.manager_person_id}
        others = person_names(session, seated - {person_id for person_id, _ in holders})
        people = employment.here_by_department(session, actor) if may_at_all(actor, "contact", "read") else {}
    trees = {
        entity.id: _branches([node for node in nodes if node.department.legal_entity_id == entity.id], people)
        for entity in entities
    }
    return console_page(
        request,
        actor,
        "system/organisation.html",
        problem=problem,
        entities=entities,
        trees=trees,
        nodes=nodes,
        nowhere=people.get(None, []),
        holders=holders,
        others=others,
        chosen=chosen or {},
    )


def _branches(
    nodes: Sequence[DepartmentNode], people: Mapping[str | None, Sequence[Colleague]], depth: int = 0
) -> tuple[Branch, ...]:
    """The tree of nodes that stand in order, children after their parent."""
    starts = [at for at, node in enumerate(nodes) if node.depth == depth]
    found = []
    for at, end in zip(starts, [*starts[1:], len(nodes)], strict=False):  # nothing starts: nothing is there
        below = _branches(nodes[at + 1 : end], people, depth + 1)
        own = people.get(nodes[at].department.id, ())
        found.append(Branch(nodes[at].department, below, own, len(own) + sum(one.all_people for one in below)))
    return tuple(found)
