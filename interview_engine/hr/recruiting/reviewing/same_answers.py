"""Answers of two candidates that are nearly the same: found when an assessment is stored, shown, never scored.

Each answer leaves a sketch and the values of its bands (`assessment.comparing.sameness`). A new one asks the index for
answers of other people in the same company that share a band, and keeps the pairs that are nearly the same. Sketches
and pairs of an interview go with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from interview_engine.assessment.comparing.sameness import NEARLY_SAME, bands, likest
from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.reach import allowed
from interview_engine.hr.recruiting.tables import (
    AnswerLikeness,
    AnswerPrint,
    AnswerPrintBand,
    Application,
    Requisition,
)
from interview_engine.hr.removal import Removal
from interview_engine.i18n import msg
from interview_engine.store.ids import new_id
from interview_engine.store.rows import batched

MOST = 300
"""Answers that a new one is compared with at most, those with the most bands in common: a bound on the work."""

AT_ONCE = 500
"""Values in one statement."""

SAME = msg("An answer is nearly the same as another candidate's; please review.")
_LOCK = 20_261_130


@dataclass(frozen=True, slots=True)
class NewPrint:
    """The sketch of one answer (`sameness.sketch`, not empty) and its language, "zh" or "en"."""

    question_id: str
    language: str
    sketch: bytes


@dataclass(frozen=True, slots=True)
class SameAnswer:
    """An answer that is nearly the same as another person's.

    Args:
        share: of their runs of words that both hold, 0..1.
        other_question_id: to which question the other answer was given.
        application_id, name: of the other candidate; empty where the reader may not see that application, or no names.
    """

    question_id: str
    share: float
    other_question_id: str
    application_id: str
    name: str


def keep(
    session: Session,
    application: Application,
    requisition: Requisition,
    invitation_id: str,
    prints: Sequence[NewPrint],
    clock: Clock,
) -> None:
    """Replace the sketches of an interview and the pairs found by them. The same again ends in the same."""
    forget(session, (invitation_id,))
    if not prints:
        return
    _alone(session)
    now = clock.now()
    for one in prints:
        row = AnswerPrint(
            id=new_id(now),
            invitation_id=invitation_id,
            application_id=application.id,
            legal_entity_id=requisition.legal_entity_id,
            question_id=one.question_id,
            sketch=one.sketch,
            created_at=now,
        )
        values = bands(one.sketch, f"{requisition.legal_entity_id} {one.language}")
        found = _others(session, application.person_id, values)
        session.add(row)
        session.flush()
        session.add_all(AnswerPrintBand(value=value, print_id=row.id) for value in sorted(set(values)))
        shares = likest(one.sketch, [sketch for _, sketch in found])
        session.add_all(
            AnswerLikeness(later_id=row.id, earlier_id=other, share=float(share))
            for (other, _), share in zip(found, shares, strict=True)
            if share >= NEARLY_SAME
        )
        session.flush()


def forget(session: Session, invitation_ids: Collection[str], removal: Removal | None = None) -> None:
    """Delete the sketches of interviews, their bands and pairs; counted in `removal` where there is one."""
    own = select(AnswerPrint.id).where(AnswerPrint.invitation_id.in_(invitation_ids))
    for table, condition in (
        (AnswerLikeness, or_(AnswerLikeness.later_id.in_(own), AnswerLikeness.earlier_id.in_(own))),
        (AnswerPrintBand, AnswerPrintBand.print_id.in_(own)),
        (AnswerPrint, AnswerPrint.invitation_id.in_(invitation_ids)),
    ):
        if removal is not None:
            removal.delete(session, table, condition)
        else:
            session.execute(delete(table).where(condition).execution_options(synchronize_session="fetch"))


def same_answers(session: Session, actor: Actor, application_id: str) -> tuple[SameAnswer, ...]:
    """What is nearly the same in an application that the actor may read, the likest first. Another application is named
    only to who may read it."""
    found = []
    for own, other, share in _pairs(session, application_id):
        application = session.get_one(Application, other.application_id)
        requisition = session.get_one(Requisition, application.requisition_id)
        may = allowed(session, actor, requisition, "interview", "read", application.person_id)
        named = may and allowed(session, actor, requisition, "contact", "read", application.person_id)
        name = session.get_one(Person, application.person_id).name if named else ""
        found.append(SameAnswer(own.question_id, share, other.question_id, application.id if may else "", name))
    return tuple(sorted(found, key=lambda one: (-one.share, one.question_id, one.application_id)))


def with_same_answers(session: Session, application_ids: Iterable[str]) -> frozenset[str]:
    """Those of the applications in which an answer is nearly the same as another candidate's."""
    found: set[str] = set()
    for wanted in batched(dict.fromkeys(application_ids), AT_ONCE):
        for side in (AnswerLikeness.later_id, AnswerLikeness.earlier_id):
            statement = select(AnswerPrint.application_id).join(AnswerLikeness, side == AnswerPrint.id).distinct()
            found.update(session.scalars(statement.where(AnswerPrint.application_id.in_(wanted))))
    return frozenset(found)


def _pairs(session: Session, application_id: str) -> Iterator[tuple[AnswerPrint, AnswerPrint, float]]:
    """(own answer, other answer, share) of an application, from either side of a pair."""
    own, other = aliased(AnswerPrint), aliased(AnswerPrint)
    for mine, theirs in (("later_id", "earlier_id"), ("earlier_id", "later_id")):
        statement = (
            select(own, other, AnswerLikeness.share)
            .join(AnswerLikeness, getattr(AnswerLikeness, mine) == own.id)
            .join(other, getattr(AnswerLikeness, theirs) == other.id)
            .where(own.application_id == application_id)
        )
        yield from session.execute(statement).tuples()


def _others(session: Session, person_id: str, values: Collection[int]) -> list[tuple[str, bytes]]:
    """Id and sketch of answers of other people that share a band, those that share most first."""
    statement = (
        select(AnswerPrint.id, AnswerPrint.sketch)
        .join(AnswerPrintBand, AnswerPrintBand.print_id == AnswerPrint.id)
        .join(Application, Application.id == AnswerPrint.application_id)
        .where(AnswerPrintBand.value.in_(values), Application.person_id != person_id)
        .group_by(AnswerPrint.id, AnswerPrint.sketch)
        .order_by(func.count().desc(), AnswerPrint.id)
        .limit(MOST)
    )
    return [(key, sketch) for key, sketch in session.execute(statement).tuples()]


def _alone(session: Session) -> None:
    """Two copies that are stored at once must see each other. SQLite's writers are alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
