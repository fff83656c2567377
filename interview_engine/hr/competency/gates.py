"""The gate of a target profile: what it asks of a person, and what their dated evidence says (M1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import CHINA
from interview_engine.hr.competency.evidence import newest_measures, newest_of_many
from interview_engine.hr.competency.profiles import Requirement, requirements_of
from interview_engine.hr.competency.tables import CompetencyEvidence, CompetencyRow, RoleProfile
from interview_engine.i18n import LocalizedText, Text, msg
from interview_engine.store.rows import AT_ONCE, batched, find

SOURCES: Mapping[str, Text] = MappingProxyType(
    {
        "interview": msg("interview", context="evidence"),
        "survey": msg("survey", context="evidence"),
        "training": msg("training", context="evidence"),
        "appraisal": msg("appraisal", context="evidence"),
        "kudos": msg("praise", context="evidence"),
    }
)
"""What a measure is from."""
Verdict = Literal["met", "missed", "none"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One competency of a target profile.

    Args:
        least: the score 0..10 that its required level stands for.
        score: the newest measured; None where nothing was. day, source: of that measure.
    """

    name: LocalizedText
    least: float
    score: float | None
    day: date | None
    source: str

    @property
    def met(self) -> bool:
        """Whether the newest score reaches it."""
        return self.score is not None and self.score >= self.least

    def said(self) -> Text:
        """In words, with the evidence."""
        if self.score is None or self.day is None:
            return msg("needs {least:.1f} of 10; not measured yet", least=self.least)
        source = SOURCES.get(self.source, LocalizedText(self.source, self.source))
        least, score, day = self.least, self.score, self.day.isoformat()
        if self.met:
            return msg(
                "needs {least:.1f} of 10; has {score:.1f} ({source}, {day})",
                least=least, score=score, source=source, day=day,
            )  # fmt: skip
        return msg(
            "needs {least:.1f} of 10; has {score:.1f} ({source}, {day}), below the gate",
            least=least, score=score, source=source, day=day,
        )  # fmt: skip


def gate(level: float) -> float:
    """The score (0..10) that a required level (1..5) stands for: level 1 is 0, level 5 is 10."""
    return (level - 1) * 10 / 4


def bars_of(session: Session, profile_id: str, person_id: str) -> tuple[Bar, ...]:
    """Each competency that a profile asks for, beside a person's newest measure; none where there is no such profile.
    The caller has checked."""
    profile = find(session, RoleProfile, profile_id) if profile_id else None
    if profile is None:
        return ()
    wanted = requirements_of(profile)
    measures = newest_measures(session, person_id)
    names = _names(session, [one.competency for one in wanted])
    return tuple(_bar(one, names, measures.get(one.competency)) for one in wanted)


def bars_of_many(session: Session, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[Bar, ...]]:
    """`bars_of` for many pairs of (profile, person), in a few statements."""
    wanted = set(pairs)
    profiles: dict[str, tuple[Requirement, ...]] = {}
    for part in batched(sorted({profile for profile, _ in wanted}), AT_ONCE):
        rows = session.scalars(select(RoleProfile).where(RoleProfile.id.in_(part)))
        profiles |= {row.id: requirements_of(row) for row in rows}
    codes = sorted({one.competency for asked in profiles.values() for one in asked})
    names = _names(session, codes)
    measures = newest_of_many(session, {person for _, person in wanted}, codes)
    return {
        (profile, person): tuple(_bar(one, names, measures.get((person, one.competency))) for one in profiles[profile])
        for profile, person in wanted
        if profile in profiles
    }


def _names(session: Session, codes: Sequence[str]) -> dict[str, Mapping[str, str]]:
    rows = session.scalars(select(CompetencyRow).where(CompetencyRow.code.in_(codes)))
    return {row.code: row.name for row in rows}


def _bar(wanted: Requirement, names: Mapping[str, Mapping[str, str]], measure: CompetencyEvidence | None) -> Bar:
    name = names.get(wanted.competency, {"zh": wanted.competency, "en": wanted.competency})
    return Bar(
        LocalizedText(name["zh"], name["en"]),
        gate(wanted.required_level),
        None if measure is None else measure.score,
        None if measure is None else measure.measured_at.astimezone(CHINA).date(),
        "" if measure is None else measure.source,
    )


def verdict(bars: tuple[Bar, ...]) -> Verdict:
    """Whether the gate is met; "none" where no profile asks for anything."""
    if not bars:
        return "none"
    return "met" if all(one.met for one in bars) else "missed"
