"""Exit interviews: some questions on the leaver's phone, answered, declined or left; read by HR, counted for others.

One message offers it and one reminds of it, nothing more. What is counted is counted from five answers on, and in
steps of five, so that one more answer never shows what its writer said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import CHINA, Clock, china_day
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.access.service import reached_persons, scoped
from interview_engine.hr.forms.fields import Field, Value, checked_form, is_nothing
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.offboarding import rules
from interview_engine.hr.offboarding.tables import ExitInterview, Separation
from interview_engine.hr.problems import conflict, invalid
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import stamp, touch

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "work": msg("The work itself"),
        "growth": msg("Lack of career development"),
        "pay": msg("Pay", context="exit"),
        "manager": msg("Management style"),
        "hours": msg("Working hours"),
        "private": msg("Private reasons"),
        "else": msg("Something else"),
    }
)
SCALE: Mapping[str, Text] = MappingProxyType(
    {
        "1": msg("1: not at all"),
        "2": msg("2"),
        "3": msg("3: so-so"),
        "4": msg("4"),
        "5": msg("5: fully"),
    }
)
FIELDS: tuple[Field, ...] = (
    Field("reason", msg("Main reason for leaving"), "choice", choices=REASONS),
    Field("led", msg("I was well managed"), "choice", choices=SCALE),
    Field("growth", msg("I could grow professionally here"), "choice", choices=SCALE),
    Field("fair", msg("I was treated fairly"), "choice", choices=SCALE),
    Field("recommend", msg("I would recommend this company"), "choice", choices=SCALE),
    Field("words", msg("What should we change?"), "area", most=2000,
          help=msg("HR reads this; your manager does not. Everything is optional.")),
)  # fmt: skip
_RULE = rules.LAW["interview"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How `answers` leavers answered: by field, by choice, how many. Empty below the least number."""

    answers: int
    by_field: Mapping[str, Mapping[str, int]]


def offer(session: Session, row: Separation, clock: Clock) -> bool:
    """Offer the interview when the last day is near, remind once, and let it lapse afterwards; whether it changed.

    Who has died or came no more is not asked.
    """
    today = china_day(clock)
    held = of_separation(session, row.id)
    if held is None:
        near = row.last_day - timedelta(days=_RULE["offered_days_before"]) <= today <= row.last_day
        if not near or row.state not in rules.AGREED or not rules.kind_of(row.kind).speaks_to_person:
            return False
        held = ExitInterview(
            **stamp("system", clock), separation_id=row.id, person_id=row.person_id,
            legal_entity_id=row.legal_entity_id, department_id=row.department_id, state="offered",
        )  # fmt: skip
        session.add(held)
        session.flush()
        audit.record(session, "system", "exit_interview.offer", f"separation:{row.id}", {}, clock)
        _tell(session, held, "offered", clock)
        return True
    if held.state != "offered":
        return False
    if today > row.last_day:
        _set(session, held, "lapsed", "system", clock)
        return True
    remind = row.last_day - timedelta(days=_RULE["reminded_days_before"])
    if held.reminded_on is None and remind <= today and held.created_at.astimezone(CHINA).date() < remind:
        held.reminded_on = today
        touch(held, "system", clock)
        _tell(session, held, "again", clock)
        return True
    return False


def answer(session: Session, actor: Actor, separation_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    """The leaver's own answers, once.

    Raises:
        InvalidInput: a field; `exit.empty`, nothing is answered. ConflictError: `exit.over`, see `_own`.
    """
    row = _own(session, actor, separation_id)
    given = {name: value for name, value in checked_form(FIELDS, values).items() if not is_nothing(value)}
    if not given:
        raise invalid("reason", "exit.empty", msg("No question is answered."),
                      msg("Answer one, or choose not to answer."))  # fmt: skip
    row.answers = given
    row.answered_at = clock.now()
    _set(session, row, "answered", actor.id, clock)


def decline(session: Session, actor: Actor, separation_id: str, clock: Clock) -> None:
    """The leaver does not want to; nobody asks again.

    Raises:
        ConflictError: `exit.over`.
    """
    _set(session, _own(session, actor, separation_id), "declined", actor.id, clock)


def of_separation(session: Session, separation_id: str) -> ExitInterview | None:
    """The interview of a separation, without a look at who may read its answers (`may_read`)."""
    return session.scalar(select(ExitInterview).where(ExitInterview.separation_id == separation_id))


def may_read(session: Session, actor: Actor, person_id: str) -> bool:
    """Whether the actor reads what somebody answered: HR."""
    return bool(reached_persons(session, actor, "identity", "read", (person_id,)))


def counts(session: Session, actor: Actor) -> Counts:
    """What leavers answered, of those within reach; free words are not in it."""
    if not may_at_all(actor, "contact", "read"):
        return Counts(0, {})
    statement = scoped(
        select(ExitInterview.answers).where(ExitInterview.state == "answered"),
        actor,
        "contact",
        "read",
        department=ExitInterview.department_id,
        legal_entity=ExitInterview.legal_entity_id,
        person=ExitInterview.person_id,
    )
    rows: Sequence[Mapping[str, Value] | None] = session.scalars(
        statement.order_by(ExitInterview.answered_at, ExitInterview.id)
    ).all()
    least = int(_RULE["least_answers"])
    told = [row for row in rows if row is not None][: len(rows) // least * least]
    if not told:
        return Counts(0, {})
    return Counts(
        len(told),
        {
            one.name: Counter(str(row[one.name]) for row in told if one.name in row)
            for one in FIELDS
            if one.kind == "choice"
        },
    )


def _own(session: Session, actor: Actor, separation_id: str) -> ExitInterview:
    row = session.scalar(
        select(ExitInterview)
        .where(ExitInterview.separation_id == separation_id, ExitInterview.person_id == (actor.person_id or ""))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.state != "offered":
        raise conflict("exit.over", msg("These questions were answered, declined or closed already."),
                       msg("Nothing more is needed from you."))  # fmt: skip
    return row


def _set(session: Session, row: ExitInterview, state: str, actor_id: str, clock: Clock) -> None:
    row.state = state
    touch(row, actor_id, clock)
    session.flush()
    audit.record(session, actor_id, f"exit_interview.{state}", f"separation:{row.separation_id}", {}, clock)


def _tell(session: Session, row: ExitInterview, which: str, clock: Clock) -> None:
    key = f"exit_interview.{which}:{row.id}"
    tell_person(session, row.person_id, key, "exit_interview.offered", {"separation": row.separation_id}, clock)
