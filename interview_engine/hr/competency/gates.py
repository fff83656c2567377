"""The gate of a target profile: what it asks of a person, and what their dated evidence says (M1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import CHINA
from interview_engine.hr.competency.evidence import newest_measures
from interview_engine.hr.competency.profiles import requirements_of
from interview_engine.hr.competency.tables import CompetencyRow, RoleProfile
from interview_engine.i18n import LocalizedText, Text, msg
from interview_engine.store.rows import find

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
    codes = [one.competency for one in wanted]
    names = {row.code: row.name for row in session.scalars(select(CompetencyRow).where(CompetencyRow.code.in_(codes)))}
    found = []
    for one in wanted:
        name = names.get(one.competency, {"zh": one.competency, "en": one.competency})
        measure = measures.get(one.competency)
        found.append(
            Bar(
                LocalizedText(name["zh"], name["en"]),
                gate(one.required_level),
                None if measure is None else measure.score,
                None if measure is None else measure.measured_at.astimezone(CHINA).date(),
                "" if measure is None else measure.source,
            )
        )
    return tuple(found)


def verdict(bars: tuple[Bar, ...]) -> Verdict:
    """Whether the gate is met; "none" where no profile asks for anything."""
    if not bars:
        return "none"
    return "met" if all(one.met for one in bars) else "missed"
