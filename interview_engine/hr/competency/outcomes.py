"""Whether those who scored high do better later: the difference with n and interval, never a cause (A17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.assessment.comparing.comparison import GroupDifference, compare_groups
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import scoped
from interview_engine.hr.competency.tables import CompetencyEvidence
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict
from interview_engine.i18n import msg


@dataclass(frozen=True, slots=True)
class OutcomeLink:
    """High scorers against the others. `unmatched` have an outcome but no interview score with the ruler used."""

    competency_code: str
    ruler: str
    cut: float
    difference: GroupDifference
    unmatched: int


def outcome_link(
    session: Session, actor: Actor, competency_code: str, outcomes: Mapping[str, float], *, cut: float
) -> OutcomeLink:
    """Compare a later outcome between people whose interview score was at least `cut` (0..10) and the others.

    Only scores of one ruler count: the one that most of the people were measured with. Each person's first interview
    counts, because the outcome came after it.

    Args:
        outcomes: by person id, in the outcome's unit (a rating, a share, hours).

    Raises:
        ConflictError: `outcome.too_few`, one of the groups has fewer than two people.
    """
    rows = session.execute(
        scoped(
            select(CompetencyEvidence.person_id, CompetencyEvidence.ruler, CompetencyEvidence.score)
            .join(Person, Person.id == CompetencyEvidence.person_id)
            .where(CompetencyEvidence.competency_code == competency_code, CompetencyEvidence.source == "interview")
            .order_by(CompetencyEvidence.measured_at, CompetencyEvidence.id),
            actor,
            "interview",
            "read",
            department=Person.department_id,
            person=CompetencyEvidence.person_id,
        )
    ).tuples()
    by_ruler: dict[str, dict[str, float]] = {}
    for person_id, ruler, score in rows:
        if person_id in outcomes:
            by_ruler.setdefault(ruler, {}).setdefault(person_id, score)
    ruler, scores = max(by_ruler.items(), key=lambda item: (len(item[1]), item[0]), default=("", {}))
    high = [outcomes[person] for person, score in scores.items() if score >= cut]
    rest = [outcomes[person] for person, score in scores.items() if score < cut]
    if min(len(high), len(rest)) < 2:
        raise conflict(
            "outcome.too_few",
            msg("There are too few people in one of the groups."),
            msg("Each group needs at least two."),
        )
    return OutcomeLink(competency_code, ruler, cut, compare_groups(high, rest), len(outcomes) - len(scores))


def measured(session: Session, actor: Actor) -> dict[str, dict[str, str]]:
    """By competency with interview scores within reach: the name of each person who has one, by person."""
    rows = session.execute(
        scoped(
            select(CompetencyEvidence.competency_code, Person.id, Person.name)
            .join(Person, Person.id == CompetencyEvidence.person_id)
            .where(CompetencyEvidence.source == "interview")
            .distinct()
            .order_by(CompetencyEvidence.competency_code, Person.name, Person.id),
            actor,
            "interview",
            "read",
            department=Person.department_id,
            person=CompetencyEvidence.person_id,
        )
    ).tuples()
    found: dict[str, dict[str, str]] = {}
    for code, person_id, name in rows:
        found.setdefault(code, {})[person_id] = name
    return found
