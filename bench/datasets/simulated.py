"""Simulated interviews with true levels per dimension, and their judge tests.

Source: github mbzuai-nlp/beyond-the-resume, MIT.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from interview_engine.assessment.kits.kit import Competency, Kit, Phrases, Question
from interview_engine.assessment.scoring import AnswerText
from interview_engine.i18n import LocalizedText

LEVELS = {"low": 0, "medium": 1, "high": 2}
Rubric = Mapping[str, Mapping[str, str]]
Turns = Sequence[tuple[str, str]]

FLAT_FAMILIES = ("aggrandising", "irrelevance", "repetition")
"""Families whose added turn must move nothing."""


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview: `labels` are 0, 1 or 2 per dimension; `judge` the data authors' LLM judge's mean level, 0..2."""

    person: str
    domain: str
    rubric: Rubric
    turns: Turns
    labels: Mapping[str, int]
    judge: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class JudgeTest:
    """A base interview and a turn added to it. `dimension` and `level` are None where nothing may move; `before` holds
    the evidence turn that a debase test takes back."""

    family: str
    person: str
    domain: str
    rubric: Rubric
    base: Turns
    before: Turns
    added: tuple[str, str]
    dimension: str | None
    level: str | None


def interviews(folder: Path) -> list[Interview]:
    """All interviews under `folder` (…/A_text)."""
    path = folder / "simulated_interviews" / "interviews.jsonl"
    return [_interview(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def judge_tests(folder: Path) -> list[JudgeTest]:
    """All judge tests, family by family; a debase test comes after the evidence turn it takes back."""
    root = folder / "simulated_interviews"
    base = json.loads((root / "base_interviews.json").read_text(encoding="utf-8"))
    families = json.loads((root / "judge_tests.json").read_text(encoding="utf-8"))
    rubrics = {interview.domain: interview.rubric for interview in interviews(folder)}
    found = []
    for family, content in families.items():
        for person, test in content["tests"].items():
            update = test.get("belief_update", {})
            evidence = family.removesuffix("-debase")
            first = families[evidence]["tests"][person] if family.endswith("-debase") else None
            found.append(
                JudgeTest(
                    family,
                    person,
                    person[:2],
                    rubrics[person[:2]],
                    _pairs(base[person]),
                    [(first["interviewer_turn"], first["applicant_turn"])] if first else [],
                    (test["interviewer_turn"], test["applicant_turn"]),
                    update.get("dimension"),
                    update.get("level"),
                )
            )
    return found


def kit_of(rubric: Rubric, questions: Sequence[str]) -> Kit:
    """The rubric as a kit: every question may show every dimension; anchors low, low, medium, high, high."""
    names = list(rubric)
    digest = hashlib.sha256(json.dumps([rubric, list(questions)], sort_keys=True).encode()).hexdigest()
    return Kit(
        "simulated",
        1,
        _same("simulated role"),
        _same("simulated interview"),
        ("en",),
        tuple(_competency(name, rubric[name], 100.0 / len(names)) for name in names),
        tuple(Question(f"q{i:02d}", _same(text), 0, 120, 1, tuple(names)) for i, text in enumerate(questions)),
        Phrases((), ()),
        digest,
    )


def answers_of(turns: Turns) -> list[AnswerText]:
    """The applicant's turns as answers to the questions of `kit_of(rubric, [question for question, _ in turns])`."""
    return [AnswerText(f"q{i:02d}", "en", answer) for i, (_, answer) in enumerate(turns)]


def _interview(raw: dict[str, object]) -> Interview:
    labels: dict[str, str] = raw["labels"]  # type: ignore[assignment]
    posteriors: dict[str, dict[str, float]] = raw["llm_judge_posteriors"]  # type: ignore[assignment]
    person = str(raw["resume_id"])
    rubric: Rubric = raw["rubric"]  # type: ignore[assignment]
    return Interview(
        person,
        person[:2],
        rubric,
        _pairs(raw["turns"]),
        {name: LEVELS[level] for name, level in labels.items()},
        {name: sum(LEVELS[level] * share for level, share in part.items()) for name, part in posteriors.items()},
    )


def _pairs(turns: object) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    question = ""
    for turn in turns:  # type: ignore[attr-defined]
        if turn["role"] == "interviewer":
            question = turn["message"]
        else:
            pairs.append((question, turn["message"]))
    return pairs


def _competency(name: str, anchors: Mapping[str, str], weight: float) -> Competency:
    texts = [anchors["low"], anchors["low"], anchors["medium"], anchors["high"], anchors["high"]]
    readable = name.replace("_", " ")
    return Competency(
        name, "professional", _same(readable), _same(readable), weight, 3.0, (), tuple(_same(text) for text in texts)
    )


def _same(text: str) -> LocalizedText:
    return LocalizedText(text, text)
