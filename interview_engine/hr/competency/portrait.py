"""One person's competencies over time: a radar of the newest, a dated history, change with its error (B4, B7)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.competency.profiles import profile, requirements_of
from interview_engine.hr.competency.tables import CompetencyEvidence, CompetencyRow
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import missing
from interview_engine.i18n import LocalizedText, msg
from interview_engine.store.rows import find

LEAST_BASE = 0.5
"""Points of 10 below which a first score is no base for a percentage: a step from nothing has no per cent."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One dated measure: score 0..10 with band, what it is from and what it was measured with."""

    at: datetime
    source: str
    score: float
    low: float
    high: float
    ruler: str
    reference: str

    @property
    def level(self) -> float:
        """The same on the 1..5 scale of the anchors."""
        return 1.0 + 0.4 * self.score


@dataclass(frozen=True, slots=True)
class Growth:
    """Change between two measures with one ruler.

    Args:
        difference, low, high: points of 10, with the band of the difference.
        percent: of the first score; None where that is next to nothing.
        told_apart: the band of the difference lies on one side of zero.
    """

    first: Measure
    last: Measure
    difference: float
    low: float
    high: float
    percent: float | None
    percent_low: float | None
    percent_high: float | None

    @property
    def told_apart(self) -> bool:
        """Whether it is more than the measures' own error."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class CompetencyPortrait:
    """One competency: the newest measure, every one oldest first, growth where two have one ruler, and the level a
    role asks for when a profile was given."""

    code: str
    name: LocalizedText
    kind: str
    latest: Measure
    history: tuple[Measure, ...]
    growth: Growth | None
    required_level: float | None


@dataclass(frozen=True, slots=True)
class Portrait:
    """A person's competencies, by kind and code; `missing` are codes that the profile asks for without a measure, and
    `required` the levels 1..5 of all that it asks for."""

    person: Person
    competencies: tuple[CompetencyPortrait, ...]
    missing: tuple[str, ...]
    required: Mapping[str, float] = field(default_factory=dict)


def may_read_portrait(session: Session, actor: Actor, person_id: str) -> bool:
    """Whether the actor may read a person's portrait, as a question."""
    person = find(session, Person, person_id)
    if person is None:
        return False
    try:
        _check(session, actor, person)
    except PermissionDenied:
        return False
    return True


def portrait(session: Session, actor: Actor, person_id: str, *, profile_id: str | None = None) -> Portrait:
    """The radar and history of one person, beside a role profile when one is given.

    Raises:
        NotFoundError, PermissionDenied: needs "interview" read of that person.
    """
    person = find(session, Person, person_id)
    if person is None:
        raise missing("person", msg("person"))
    _check(session, actor, person)
    required = _required(session, profile_id)
    by_code: dict[str, list[Measure]] = {}
    for row in session.scalars(
        select(CompetencyEvidence)
        .where(CompetencyEvidence.person_id == person_id)
        .order_by(CompetencyEvidence.competency_code, CompetencyEvidence.measured_at, CompetencyEvidence.id)
    ):
        measure = Measure(row.measured_at, row.source, row.score, row.low, row.high, row.ruler, row.reference)
        by_code.setdefault(row.competency_code, []).append(measure)
    model = {
        row.code: row
        for row in session.scalars(select(CompetencyRow).where(CompetencyRow.code.in_([*by_code, *required])))
    }
    found = [
        CompetencyPortrait(
            code,
            LocalizedText(model[code].name["zh"], model[code].name["en"])
            if code in model
            else LocalizedText(code, code),
            model[code].kind if code in model else "role",
            measures[-1],
            tuple(measures),
            growth(measures),
            required.get(code),
        )
        for code, measures in by_code.items()
    ]
    found.sort(key=lambda one: (one.kind, one.code))
    return Portrait(person, tuple(found), tuple(code for code in required if code not in by_code), required)


def _check(session: Session, actor: Actor, person: Person) -> None:
    check_row(
        session,
        actor,
        "interview",
        "read",
        department_id=person.department_id,
        legal_entity_id=None,
        person_id=person.id,
    )


def growth(measures: Sequence[Measure]) -> Growth | None:
    """Change from the first to the last measure that share the last one's ruler; None when there is only one.

    The errors of the two are taken as independent: band half-widths add in squares. The scorer's bias for one person
    is mostly the same both times, so the true error of the difference is rather smaller.
    """
    if not measures:
        return None
    last = measures[-1]
    first = next(one for one in measures if one.ruler == last.ruler)
    if first is last:
        return None
    difference = last.score - first.score
    below = math.hypot(last.score - last.low, first.high - first.score)
    above = math.hypot(last.high - last.score, first.score - first.low)
    low, high = difference - below, difference + above

    def percent(points: float) -> float | None:
        return 100 * points / first.score if first.score >= LEAST_BASE else None

    return Growth(first, last, difference, low, high, percent(difference), percent(low), percent(high))


def _required(session: Session, profile_id: str | None) -> dict[str, float]:
    if profile_id is None:
        return {}
    return {one.competency: one.required_level for one in requirements_of(profile(session, profile_id))}
