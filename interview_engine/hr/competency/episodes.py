"""Behavioural events of a person: situation, action, result, each held by verbatim quotes (B3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.competency.tables import CompetencyRow, Episode
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp

MAX_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of an answer, verbatim; `answer` is the question's id."""

    answer: str
    quote: str


@dataclass(frozen=True, slots=True)
class NewEpisode:
    """An event that an interview tells of."""

    competency_code: str
    situation: str
    action: str
    result: str
    quotes: tuple[Quote, ...]


def require_competency(session: Session, code: str) -> str:
    """The code, when the company's model has it.

    Raises:
        NotFoundError: there is no such competency.
    """
    if session.scalar(select(CompetencyRow.code).where(CompetencyRow.code == code)) is None:
        raise missing("competency", msg("competency"))
    return code


def record_episode(
    session: Session,
    actor: Actor,
    person_id: str,
    new: NewEpisode,
    located: Sequence[Mapping[str, Any]],
    reference: str,
    clock: Clock,
) -> Episode:
    """Keep an event of a person. The caller has checked that the actor may, and that the quotes were said.

    Args:
        new: its competency is one of the model (`require_competency`).
        located: its quotes with their places, {"answer", "quote", "char_start", "start_s", "end_s"}.
        reference: what it is from, "assessment:<id>".

    Raises:
        InvalidInput: texts.
    """
    row = Episode(
        **stamp(actor.id, clock),
        person_id=person_id,
        competency_code=new.competency_code,
        situation=text_within(new.situation, "situation", msg("situation"), MAX_TEXT),
        action=text_within(new.action, "action", msg("action"), MAX_TEXT),
        result=text_within(new.result, "result", msg("result"), MAX_TEXT),
        quotes=[dict(one) for one in located],
        reference=reference,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "episode.add", f"episode:{row.id}", {"competency": row.competency_code}, clock)
    return row


def episodes_of(session: Session, actor: Actor, person_id: str) -> tuple[Episode, ...]:
    """Every event of a person, newest first."""
    person = find(session, Person, person_id)
    if person is None:
        raise missing("person", msg("person"))
    check_row(
        session,
        actor,
        "interview",
        "read",
        department_id=person.department_id,
        legal_entity_id=None,
        person_id=person_id,
    )
    return tuple(session.scalars(select(Episode).where(Episode.person_id == person_id).order_by(Episode.id.desc())))


def remove_episode(session: Session, actor: Actor, episode_id: str, clock: Clock) -> None:
    """Remove a wrong event from the record."""
    row = find(session, Episode, episode_id, lock=True)
    if row is None:
        raise missing("episode", msg("episode"))
    person = find(session, Person, row.person_id)
    check_row(
        session,
        actor,
        "interview",
        "write",
        department_id=None if person is None else person.department_id,
        legal_entity_id=None,
        person_id=row.person_id,
    )
    session.delete(row)
    audit.record(session, actor.id, "episode.remove", f"episode:{episode_id}", {}, clock)
