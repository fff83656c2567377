"""From a job description to what the form of a new kit begins with: which competencies, with which weights, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.kits.suggesting import Suggested, suggested, weights_of
from interview_engine.hr.problems import invalid, text_within
from interview_engine.hr.recruiting.jobs.job_description import requirements_from
from interview_engine.i18n import LocalizedText, msg

LONGEST = 20_000
"""Characters of a description."""
NOT_ASKED = ("degree", "certificate", "language")
"""Kinds of requirements that papers show, not answers."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new kit's form begins with.

    Args:
        base: the kit whose copy it is.
        found: the competencies, each with the lines that speak of it.
        left: lines that speak of none of the library.
        typed: names and values of the form.
    """

    base: Kit
    found: tuple[Suggested, ...]
    left: tuple[str, ...]
    typed: tuple[tuple[str, str], ...]

    def names(self, language: str) -> list[tuple[str, str]]:
        """(name of the competency, the lines that speak of it) of each, for people."""
        joint = msg("; ").get(language)
        return [(one.kit.competency(one.code).name.get(language), joint.join(one.lines)) for one in self.found]


def beginning(role: LocalizedText, description: str, kits: Sequence[Kit]) -> Beginning:
    """The kit that has most of what the description speaks of, without what it does not, with the rest of the library.

    Raises:
        InvalidInput: no description; `kit.nothing_found`, no line of it speaks of a competency of the library.
    """
    text = text_within(description, "text", msg("job description"), LONGEST)
    lines = [one.text for one in requirements_from(text) if one.kind not in NOT_ASKED]
    found = suggested(lines, kits)
    if not found:
        raise invalid(
            "text",
            "kit.nothing_found",
            msg("No line of the description speaks of a competency of the library."),
            msg("Write what the person will do, one duty a line, or begin with a copy of a kit."),
        )
    codes = {one.code for one in found}
    base = max(kits, key=lambda kit: sum(one.id in codes for one in kit.competencies))
    spoken = {line for one in found for line in one.lines}
    left = tuple(line for line in lines if line not in spoken)
    return Beginning(base, found, left, tuple(_typed(role, base, found)))


def _typed(role: LocalizedText, base: Kit, found: Sequence[Suggested]) -> list[tuple[str, str]]:
    delivery = sum(one.weight for one in base.competencies if one.is_delivery)
    weights = weights_of(found, 100 - delivery)
    typed = [("role.zh", role.zh), ("role.en", role.en)]
    kept = {one.id for one in base.competencies if one.is_delivery or one.id in weights}
    for one in base.competencies:
        if one.id not in kept:
            typed.append((f"c.{one.id}.remove", "1"))
        elif one.id in weights:
            typed.append((f"c.{one.id}.weight", f"{weights[one.id]:g}"))
    own = {one.id for one in base.competencies}
    typed += [(f"add.{code}.weight", f"{weight:g}") for code, weight in weights.items() if code not in own]
    typed += [(f"q.{one.id}.remove", "1") for one in base.questions if not kept.intersection(one.probes)]
    return typed
