"""Praise and advice among colleagues, at once and outside any cycle (H9)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import denied
from interview_engine.hr.employment import service as employments
from interview_engine.hr.house import house
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.people.tables import Person
from interview_engine.hr.performance.tables import Feedback
from interview_engine.hr.performance.words import FEEDBACK_KINDS
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

MOST_A_DAY = 20
"""How often a day one person writes to others; who writes more does not mean each."""
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of feedback with the names of both."""

    row: Feedback
    giver: str
    receiver: str


def give(session: Session, actor: Actor, colleague: str, kind: str, text: str, clock: Clock) -> Feedback:
    """Praise or advise a colleague of the same company; they are told. The same again on a day is one.

    Args:
        colleague: their employee number, or their name where nobody else has it.

    Raises:
        PermissionDenied: the actor does not work here. InvalidInput: `feedback.kind`, `feedback.colleague`,
            `feedback.oneself`, `input.…`. ConflictError: `feedback.most`.
    """
    giver_id = actor.person_id or ""
    post = house().post_of(session, giver_id)
    if post is None:
        raise denied()
    if kind not in FEEDBACK_KINDS:
        raise invalid("kind", "feedback.kind", msg("This is neither praise nor advice."), msg("Choose one of them."))
    said = text_within(text, "text", msg("text"), 500)
    receiver = _receiver(session, post.legal_entity_id, colleague)
    if receiver.person_id == giver_id:
        raise invalid("colleague", "feedback.oneself", msg("This is yourself."), msg("Name a colleague."))
    today = china_day(clock)
    session.get_one(Person, giver_id, with_for_update=True)  # of two taps at once, one is counted after the other
    mine = Feedback.giver_person_id == giver_id, Feedback.day == today
    there = session.scalar(
        select(Feedback).where(
            *mine, Feedback.person_id == receiver.person_id, Feedback.kind == kind, Feedback.text == said
        )
    )
    if there is not None:
        return there
    if (session.scalar(select(func.count()).select_from(Feedback).where(*mine)) or 0) >= MOST_A_DAY:
        raise conflict(
            "feedback.most",
            msg("You have written to {count} colleagues today.", count=MOST_A_DAY),
            msg("Write again tomorrow."),
        )
    row = Feedback(
        **stamp(actor.id, clock), person_id=receiver.person_id, giver_person_id=giver_id, day=today, kind=kind,
        legal_entity_id=receiver.legal_entity_id, department_id=receiver.department_id, text=said,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if kind == "praise":
        _into_timelines(session, actor, row, receiver.id, clock)
    payload = {"name": session.get_one(Person, giver_id).name}
    tell_person(session, row.person_id, f"performance.feedback:{row.id}", "performance.feedback", payload, clock)
    audit.record(session, actor.id, "feedback.give", f"feedback:{row.id}", {"kind": kind}, clock)
    return row


def take_back(session: Session, actor: Actor, feedback_id: str, clock: Clock) -> Feedback:
    """Take back what one has given: its text goes; that it was given stays. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, Feedback, feedback_id, lock=True)
    if row is None:
        raise missing("feedback", msg("feedback"))
    if row.giver_person_id != actor.person_id:
        raise denied()
    if row.state == "given":
        row.state, row.text = "taken_back", ""
        touch(row, actor.id, clock)
        audit.record(session, actor.id, "feedback.take_back", f"feedback:{row.id}", {}, clock)
    return row


def of_person(session: Session, person_id: str, *, also_advice: bool) -> list[Told]:
    """What somebody got and gave, the newest first, without what was taken back. The caller has checked.

    Args:
        also_advice: for the person themselves; others read praise only.
    """
    whose = or_(Feedback.person_id == person_id, Feedback.giver_person_id == person_id)
    statement = select(Feedback).where(whose, Feedback.state == "given")
    if not also_advice:
        statement = statement.where(Feedback.kind == "praise")
    rows = session.scalars(statement.order_by(Feedback.day.desc(), Feedback.id.desc()).limit(SHOWN)).all()
    ids = {one for row in rows for one in (row.person_id, row.giver_person_id)}
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).tuples().all())
    return [Told(row, names[row.giver_person_id], names[row.person_id]) for row in rows]


def read_by(session: Session, actor: Actor, person_id: str) -> list[Told]:
    """The praise that somebody got, for who may read their performance; nothing for others."""
    held = employments.of_person(session, person_id)
    if held is None:
        return []
    try:
        employments.check_reach(session, actor, held, "performance", "read")
    except PermissionDenied:
        return []
    return [one for one in of_person(session, person_id, also_advice=False) if one.row.person_id == person_id]


def _receiver(session: Session, legal_entity_id: str, said: str) -> employments.Employment:
    found = employments.here_called(session, legal_entity_id, said.strip())
    if len(found) == 1:
        return found[0]
    if found:
        raise invalid(
            "colleague",
            "feedback.colleague",
            msg("Several colleagues are called “{name}”.", name=said.strip()),
            msg("Write the employee number."),
        )
    raise invalid(
        "colleague",
        "feedback.colleague",
        msg("Nobody at your company has the name or number “{name}”.", name=said.strip()[:40]),
        msg("Check how it is written."),
    )


def _into_timelines(session: Session, actor: Actor, row: Feedback, receiver_employment_id: str, clock: Clock) -> None:
    named = {"feedback": row.id}
    employments.note(session, receiver_employment_id, "praised", row.day, actor.id, clock, after=named)
    own = employments.of_person(session, row.giver_person_id)
    if own is not None:
        employments.note(session, own.id, "praised_other", row.day, actor.id, clock, after=named)
