"""One employee's file: who they are here, where they work from which day on, contracts, what happened (D7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, get_args

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.employees import standing
from api.console.employees.sections import file_values
from api.console.forms import Fields, Form, as_day
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.clock import CHINA, china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import reached_persons
from interview_engine.hr.employment import assignments, lifecycle
from interview_engine.hr.employment import service as employment
from interview_engine.hr.employment.assignments import NewPlace
from interview_engine.hr.employment.employee_list import STATES
from interview_engine.hr.employment.numbers import number_of
from interview_engine.hr.employment.tables import LifecycleEvent
from interview_engine.hr.files import contract_ends, contract_signing, contracts, photos
from interview_engine.hr.files.contract_list import STATES as CONTRACT_STATES
from interview_engine.hr.files.contract_rules import KINDS, Warning
from interview_engine.hr.files.contract_sheet import KIND_WORDS
from interview_engine.hr.files.contracts import NewContract
from interview_engine.hr.org.service import department_names, departments
from interview_engine.hr.people.names import person_names
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import invalid
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.dated import Span

HOME = "/console/employees"
MOVES: dict[str, Text] = {
    "transfer": msg("Transfer"),
    "promotion": msg("Promotion"),
    "reorganisation": msg("Reorganisation"),
    "correction": msg("Correction of an entry"),
}

PARTS: tuple[standing.Part, ...] = get_args(standing.Part)

router = APIRouter()


@router.get(f"{HOME}/{{employment_id}}")
def file(employment_id: str, request: Request, context: Ctx, actor: PageActor, renew: str = "") -> Response:
    """The file, with the contract that follows the one to `renew` in its form. The reading is recorded."""
    return _page(employment_id, request, context, actor, renew=renew)


@router.post(f"{HOME}/{{employment_id}}/place")
def move(employment_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Say where somebody works from a day on."""
    level = form.text("level").strip()
    return _act(
        employment_id,
        request,
        context,
        actor,
        lambda session: assignments.assign(
            session,
            actor,
            employment_id,
            NewPlace(form.text("department"), form.text("title"), form.whole("level", 0, 99) if level else None),
            form.day("from_day"),
            form.text("reason"),
            context.clock,
        ),
        "place_changed",
        form,
        "place",
    )


@router.post("/console/moves/{assignment_id}/call-off")
def call_off(assignment_id: str, context: Ctx, actor: PageActor) -> Response:
    """Take a move back."""
    return act(
        context,
        lambda session: assignments.call_off(session, actor, assignment_id, context.clock).employment_id,
        lambda employment_id: done(f"{HOME}/{employment_id}", "place_called_off"),
    )


@router.post(f"{HOME}/{{employment_id}}/contracts")
def draft(employment_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Draft a contract."""
    kind = next((one for one in KINDS if one == form.text("kind")), None)
    if kind is None:
        raise invalid("kind", "contract.kind", msg("There is no such value."), msg("Choose the kind of contract."))

    def change(session: Session) -> object:
        new = NewContract(
            kind,
            form.day("first_day"),
            _day(form, "last_day"),
            _day(form, "probation_last_day"),
            form.checked("asked_for_fixed"),
            form.text("note"),
        )
        former = form.text("renews")
        if former:
            return contract_ends.renew(session, actor, former, employment_id, new, context.clock)
        return contracts.draft(session, actor, employment_id, new, context.clock)

    return _act(
        employment_id,
        request,
        context,
        actor,
        change,
        "contract_drafted",
        form,
        "contracts",
    )


@router.post("/console/contracts/{contract_id}/sign")
def sign(contract_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Note that both have signed."""
    return _act_on_contract(
        contract_id,
        request,
        context,
        actor,
        lambda session: contract_signing.sign(session, actor, contract_id, context.clock),
        "contract_signed",
        form,
    )


@router.post("/console/contracts/{contract_id}/drop")
def drop(contract_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Give up a draft."""
    return _act_on_contract(
        contract_id,
        request,
        context,
        actor,
        lambda session: contracts.drop(session, actor, contract_id, context.clock),
        "contract_dropped",
        form,
    )


@router.post("/console/contracts/{contract_id}/end")
def end(contract_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """End a contract in force on a day of its term."""
    return _act_on_contract(
        contract_id,
        request,
        context,
        actor,
        lambda session: contract_ends.end(session, actor, contract_id, form.day("ends_on"), context.clock),
        "contract_ended",
        form,
    )


@router.post(f"{HOME}/{{employment_id}}/last-day")
def last_day(employment_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Write the last day of work down."""
    return _act(
        employment_id,
        request,
        context,
        actor,
        lambda session: employment.end(
            session, actor, employment_id, form.day("leaving_on"), form.text("leaving_reason"), context.clock
        ),
        "last_day_set",
        form,
        "last_day",
    )


@router.post(f"{HOME}/{{employment_id}}/last-day/call-off")
def call_off_last_day(employment_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Take the last day back before it is over."""
    return _act(
        employment_id,
        request,
        context,
        actor,
        lambda session: employment.call_off_end(session, actor, employment_id, context.clock),
        "last_day_called_off",
        form,
        "last_day",
    )


def _act_on_contract(
    contract_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    change: Callable[[Session], object],
    notice: str,
    form: Fields,
) -> Response:
    """Do what a button of a contract asks for."""
    with context.database.reading() as session:
        employment_id = contracts.get_for(session, actor, contract_id, "read").employment_id
    return _act(employment_id, request, context, actor, change, notice, form, "contracts", contract_id)


def _act(
    employment_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    change: Callable[[Session], object],
    notice: str,
    form: Fields,
    part: standing.Part,
    contract_id: str = "",
) -> Response:
    """Do what a form of the file asks for, unless somebody else has changed meanwhile what it stands on; with a problem
    the file again, with what was typed.

    Args:
        part, contract_id: what the form stands on, see `standing.facts`.
    """
    language = language_of(request)

    def work(session: Session) -> None:
        row = employment.get_for(session, actor, employment_id, "read", lock=True)
        standing.check(standing.facts(session, part, row, language, contract_id), form)
        change(session)

    def again(problem: InterviewEngineError) -> Response:
        sent = {part + contract_id: form.text("seen")}
        if problem.code != "form.changed_since":
            return _page(employment_id, request, context, actor, problem, typed=form.values(), sent=sent)
        with context.database.reading() as session:
            row = employment.get_for(session, actor, employment_id, "read")
            found = standing.facts(session, part, row, language, contract_id)
        other = standing.changed(found, form)
        given = {**form.values(), **{name: value for name, value in other.merged.items() if name in form.values()}}
        request.state.typed = tuple((name, value) for name, value in given.items() if name != "seen")
        now = [(one.label, one.words) for one in found if one.name in other.changed]
        return _page(employment_id, request, context, actor, problem, typed=given, now=now)

    return act(context, work, lambda _: done(f"{HOME}/{employment_id}", notice), again)


def again(
    employment_id: str, request: Request, context: Context, actor: Actor, problem: InterviewEngineError, form: Fields
) -> Response:
    """The file with a problem of one of its forms, and what was typed into it."""
    return _page(employment_id, request, context, actor, problem, typed=form.values())


def _page(
    employment_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
    *,
    typed: Mapping[str, str] | None = None,
    renew: str = "",
    sent: Mapping[str, str] | None = None,
    now: Sequence[tuple[Text, str]] = (),
) -> Response:
    """The file.

    Args:
        typed: what a form that was refused had. renew: the contract that the proposed one follows.
        sent: by part of the file, what a form that was refused has been shown before; it goes on to stand on that.
        now: what somebody else has changed meanwhile.
    """
    language = language_of(request)
    why_open: tuple[Warning, ...] = ()
    with context.database.transaction() as session:
        row = employment.get_for(session, actor, employment_id, "read")
        audit.record(session, actor.id, "employment.read", f"employment:{row.id}", {}, context.clock)
        held = contracts.of_person(session, row.person_id, row.legal_entity_id)
        former = next((one for one in held if one.id == renew and one.employment_id == row.id), None)
        if former is not None and typed is None:
            following, why_open = contract_ends.proposed_next(session, former)
            last = "" if following.last is None else following.last.isoformat()
            typed = {
                "kind": following.kind,
                "first_day": following.first.isoformat(),
                "last_day": last,
                "renews": former.id,
            }
        seen: dict[str, str] = {part: standing.seen_of(standing.facts(session, part, row, language)) for part in PARTS}
        for one in held:
            seen[f"contracts{one.id}"] = standing.seen_of((standing.of_contracts((one,), language),))
        events = lifecycle.of_person(session, row.person_id)
        places = assignments.places(session, row.id)
        values: dict[str, Any] = {
            "row": row,
            "person": session.get_one(Person, row.person_id),
            "number": number_of(session, row.person_id, row.legal_entity_id),
            "places": places,
            "contracts": [(one, contracts.law_says(session, one)) for one in reversed(held)],
            "unwritten": contracts.unwritten_so_far(session, row, context.clock),
            "events": list(reversed(events)),
            "event_words": lifecycle.KINDS,
            "departments": [
                (node.department.id, "　" * node.depth + node.department.name) for node in departments(session)
            ],
            "names": _names(session, places, events),
            "states": STATES,
            "kinds": KIND_WORDS,
            "contract_states": CONTRACT_STATES,
            "evidence": _evidence(session, actor, row, language),
            "photo": photos.own(session, row.person_id)
            if reached_persons(session, actor, "identity", "write", (row.person_id,))
            else None,
            **file_values(session, context, actor, row.person_id, language),
        }
    return console_page(
        request,
        actor,
        "employees/file.html",
        move_options=[(key, text.get(language)) for key, text in MOVES.items()],
        kind_options=[(key, text.get(language)) for key, text in KIND_WORDS.items()],
        problem=problem,
        today=china_day(context.clock),
        typed=typed or {},
        seen={**seen, **(sent or {})},
        now=now,
        why_open=why_open,
        **values,
    )


@dataclass(frozen=True, slots=True)
class EvidenceSeen:
    """What hiring left in the file (A16): the score 0..10 with its band, and each competency as (name, score, low,
    high, score by a person); None where nothing was assessed."""

    kit: str
    version: int
    day: date
    score: float | None
    low: float | None
    high: float | None
    human: float | None
    competencies: tuple[tuple[str, float | None, float | None, float | None, float | None], ...]


def _evidence(session: Session, actor: Actor, row: employment.Employment, language: str) -> EvidenceSeen | None:
    """What the interview showed, for who may read the person's interviews."""
    found = row.interview
    if not found or not reached_persons(session, actor, "interview", "read", (row.person_id,)):
        return None
    return EvidenceSeen(
        found["kit"]["id"],
        found["kit"]["version"],
        datetime.fromisoformat(found["measured_at"]).astimezone(CHINA).date(),
        found["score"],
        found["low"],
        found["high"],
        found["human_score"],
        tuple(
            (_said(one["name"], language), one["score"], one["low"], one["high"], one["human_score"])
            for one in found["competencies"]
        ),
    )


def _said(name: Any, language: str) -> str:
    """The name of a competency, which a kit has in one language or in several."""
    if isinstance(name, dict):
        return str(name.get(language) or next(iter(name.values()), ""))
    return str(name)


def _names(session: Session, places: tuple[Span[Any], ...], events: list[LifecycleEvent]) -> dict[str, str]:
    """Names of the departments and persons that a timeline speaks of, by id."""
    persons = {str(told["manager"]) for event in events for told in (event.before, event.after) if told.get("manager")}
    persons |= {span.row.manager_person_id for span in places if span.row.manager_person_id}
    return department_names(session) | person_names(session, persons)


def _day(form: Form, name: str) -> date | None:
    raw = form.text(name).strip()
    return as_day(raw, name) if raw else None
