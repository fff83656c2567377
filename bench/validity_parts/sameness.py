"""Answers of two candidates that are nearly the same: how often people who know nothing of each other are taken for
copies, and how often a copy is found although its words were changed or misheard."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from bench.datasets import siop
from bench.datasets.authored import CHOSEN, FITTED, REPORTED, Authored, authored
from bench.datasets.misheard import FILE, misheard
from bench.datasets.twins import twins
from bench.outcome import Figure, SetOutcome
from interview_engine.assessment.comparing.sameness import NEARLY_SAME, bands, likest, sketch

CHANGED = (0.1, 0.2, 0.3)
"""Shares of a copy's words that are replaced by words of other answers."""

Sketches = Sequence[bytes]


def measured(data: Path, authored_folder: Path, twin_folders: Sequence[Path]) -> list[SetOutcome]:
    """False alarms on pairs of different people, per set, and copies found."""
    answers = authored(authored_folder, sorted((*FITTED, *CHOSEN, *REPORTED)))
    told = [twin for folder in twin_folders for twin in twins(folder)]
    outcomes = [
        _alarms("SIOP 2019 applicants, one question each", "not stated, measured only", _respondents(data)),
        _alarms("SIOP 2024 applicants, one question each", "MIT", _applicants(data)),
    ]
    for language in ("zh", "en"):
        groups: dict[str, list[bytes]] = defaultdict(list)
        for one in answers:
            if one.language == language and one.telling in ("exemplary", "competent", "mediocre", "weak"):
                groups[one.competency].append(sketch(one.text, language, one.question))
        outcomes.append(
            _alarms(f"authored, one question, other people of one story, {language}", "this project", groups.values())
        )
        stories: dict[str, dict[str, bytes]] = defaultdict(dict)
        for twin in told:
            if twin.language == language and not twin.family:
                stories[f"{twin.kit} {twin.question}"].setdefault(twin.story, sketch(twin.text, language))
        outcomes.append(
            _alarms(
                f"authored twins, one question, other stories, {language}",
                "this project",
                [list(one.values()) for one in stories.values()],
            )
        )
    outcomes.append(SetOutcome("copies", "this project", "authored answers", tuple(_found(answers, authored_folder))))
    return outcomes


def _respondents(data: Path) -> list[list[bytes]]:
    people = siop.respondents(data)
    return [[sketch(one.answers[place], "en") for one in people] for place in range(5)]


def _applicants(data: Path) -> list[list[bytes]]:
    groups: dict[str, list[bytes]] = defaultdict(list)
    for one in siop.applicants(data):
        for asked, said in one.turns:
            groups[asked].append(sketch(said, "en", asked))
    return list(groups.values())


def _alarms(name: str, licence: str, groups: Iterable[Sketches]) -> SetOutcome:
    """Of all pairs of answers to one question: how many are called nearly the same, and the likest. Pairs that are the
    same text are copies and counted apart."""
    pairs = alarms = copies = answers = 0
    top = 0.0
    flagged: set[tuple[int, int]] = set()
    for number, group in enumerate(groups):
        kept = [one for one in group if one]
        answers += len(kept)
        for place in range(len(kept) - 1):
            found = likest(kept[place], kept[place + 1 :])
            pairs += len(found)
            same = found == 1.0
            copies += int(same.sum())
            found = np.where(same, 0.0, found)
            top = max(top, float(found.max()))
            for other in np.flatnonzero(found >= NEARLY_SAME):
                alarms += 1
                flagged |= {(number, place), (number, place + 1 + int(other))}
    figures = (
        Figure("pairs called nearly the same", alarms / max(1, pairs), n=pairs, limit=1e-4),
        Figure("answers that are flagged", len(flagged) / max(1, answers), n=answers),
        Figure("largest likeness of a pair", top, n=pairs),
        Figure("pairs that are one text", float(copies), n=pairs),
    )
    return SetOutcome(name, licence, "pairs of different people", figures)


def _found(answers: Sequence[Authored], folder: Path) -> list[Figure]:
    chance = random.Random(20_261_130)
    figures = []
    for language in ("zh", "en"):
        own = [one for one in answers if one.language == language and one.telling in ("exemplary", "longwinded")]
        for share in CHANGED:
            pairs = [(one.text, _changed(one.text, language, share, own, chance)) for one in own]
            figures.append(
                _share_found(f"copies with {share:.0%} of the words changed are found, {language}", pairs, language)
            )
        if (folder / FILE).exists():
            heard = [pair for pair in misheard(folder, answers) if pair.written.language == language]
            texts = [(pair.written.text, pair.heard.text) for pair in heard]
            figures.append(_share_found(f"one script typed and misheard is found, {language}", texts, language))
    return figures


def _share_found(name: str, pairs: Sequence[tuple[str, str]], language: str) -> Figure:
    """A pair counts as found when the index finds it and the sketches are alike enough."""
    found = []
    for one, other in pairs:
        a, b = sketch(one, language), sketch(other, language)
        if a and b:
            found.append(bool(set(bands(a, "")) & set(bands(b, ""))) and float(likest(a, [b])[0]) >= NEARLY_SAME)
    return Figure(name, float(np.mean(found)) if found else float("nan"), n=len(found))


def _changed(text: str, language: str, share: float, others: Sequence[Authored], chance: random.Random) -> str:
    parts = list(text) if language == "zh" else text.split()
    pool = list(chance.choice(others).text) if language == "zh" else chance.choice(others).text.split()
    for place in chance.sample(range(len(parts)), round(share * len(parts))):
        parts[place] = chance.choice(pool)
    return ("" if language == "zh" else " ").join(parts)
