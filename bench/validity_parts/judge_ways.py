"""The ways a judge can be asked, side by side on the same answers: a level, pairs with anchors, pairs with anchor
answers, and hybrid mode of each with the default scorer. Nothing is fitted on the answers (tests/data/twins_fresh).

A small model on two cores takes minutes an answer, so a fixed sample is scored, the languages in turn; what is done is
kept in bench/results/judge-ways.jsonl and not asked again. Read the number of answers before the figure.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench import setting
from bench.datasets.twins import Twin, twins
from bench.outcome import SEED, Figure, SetOutcome, bootstrap
from interview_engine.assessment.calibration.agreement import pearson, quadratic_weighted_kappa
from interview_engine.assessment.judge.asking import APART, Method
from interview_engine.assessment.judge.scorer import JudgeScorer, Limits
from interview_engine.assessment.judge.screening import Screening
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import AnchorAnswer, Competency, Kit
from interview_engine.assessment.scoring import AnswerText, Scorer
from interview_engine.clock import SystemClock
from interview_engine.errors import UsageError
from interview_engine.i18n import LocalizedText, msg
from pipelines.scoring.judge_cost import asking_of, price_of
from pipelines.scoring.score import chat_model, evidence_scorer

Row = dict[str, Any]

WAYS: tuple[tuple[str, Method, bool], ...] = (
    ("absolute", "absolute", False),
    ("pairs with anchors", "pairwise", False),
    ("pairs with anchor answers", "pairwise", True),
)
"""Name, method, and whether the kit gets anchor answers: those of another author to the same competency."""

CUTS = (3.125, 6.875)
"""Of 10: between the levels 1.5, 3 and 4.5 that the author aimed at."""

FILE = "judge-ways.jsonl"


@dataclass(frozen=True, slots=True)
class _Asked:
    """One answer with its kit narrowed to one competency, plain and with anchor answers."""

    twin: Twin
    plain: Kit
    anchored: Kit


def run(limit: int, minutes: float | None = None) -> int:
    """Score up to `limit` answers each way with the judge of the settings; print and write validity-judge-ways.json.

    Args:
        minutes: no answer is begun after them.

    Raises:
        UsageError: `judge.not_set`. ScorerError: the endpoint failed.
    """
    kept = setting.results_folder() / FILE
    scorers = _scorers()
    started = time.monotonic()
    done = _kept(kept)
    for number, asked in enumerate(_sample(limit)):
        if minutes is not None and time.monotonic() - started > 60 * minutes:
            break
        for name, scorer in scorers.items():
            if (name, asked.twin.id) in done:
                continue
            row = _scored(name, scorer, asked)
            done[name, asked.twin.id] = row
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        print(f"\r{number + 1} of {limit}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    outcome = figures(list(done.values()))
    print(outcome.table())
    document = {**outcome.document(), "scorers": {name: scorer.scorer_id for name, scorer in scorers.items()}}
    path = setting.results_folder() / "validity-judge-ways.json"
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def figures(rows: Sequence[Row]) -> SetOutcome:
    """Agreement with the levels aimed at for each way, over the answers that every way was asked about."""
    by_way: dict[str, dict[str, Row]] = {}
    for row in rows:
        by_way.setdefault(row["way"], {})[row["id"]] = row
    common = sorted(set.intersection(*(set(found) for found in by_way.values()))) if by_way else []
    found: list[Figure] = []
    for way, of_way in by_way.items():
        found += _figures(way, [of_way[key] for key in common])
    for way in by_way:
        if way != "default":
            pairs = [(by_way["default"][key], by_way[way][key]) for key in common]
            found += _hybrid(way, pairs)
    return SetOutcome("judge, ways of asking", "this project", f"{len(common)} authored answers", tuple(found))


def _figures(way: str, rows: Sequence[Row]) -> list[Figure]:
    scored = [row for row in rows if row["value"] is not None]
    figures = [Figure(f"{way}: not assessed", float(len(rows) - len(scored)), n=len(rows))]
    took = [row["seconds"] for row in rows]
    figures.append(Figure(f"{way}: seconds an answer", float(np.mean(took)) if took else float("nan"), n=len(rows)))
    if len({row["level"] for row in scored}) < 2:
        return figures
    y = np.array([row["level"] for row in scored])
    x = np.array([row["value"] for row in scored])
    steps, labels = np.digitize(x, CUTS), np.digitize(2.5 * (y - 1), CUTS)
    people = [row["story"] for row in scored]
    agreement = bootstrap(lambda i: pearson(x[i], y[i]), people)
    kappa = bootstrap(lambda i: quadratic_weighted_kappa(steps[i], labels[i], (0, 1, 2)), people)
    error = bootstrap(lambda i: float(np.mean(np.abs(1 + 0.4 * x[i] - y[i]))), people)
    return [
        Figure(f"{way}: r", *agreement, n=len(y)),
        Figure(f"{way}: QWK of three levels", *kappa, n=len(y)),
        Figure(f"{way}: mean error in levels", *error, n=len(y)),
        *figures,
    ]


def _hybrid(way: str, pairs: Sequence[tuple[Row, Row]]) -> list[Figure]:
    """Of hybrid mode: how many answers go to a person, and how far the default is off among those and the others."""
    both = [(own, judge) for own, judge in pairs if own["value"] is not None]
    if not both:
        return []
    sent = np.array([j["value"] is None or abs(o["value"] - j["value"]) > APART for o, j in both])
    off = np.array([abs(1 + 0.4 * own["value"] - own["level"]) for own, _ in both])
    name = f"hybrid with {way}"
    found = [Figure(f"{name}: to a person", float(sent.mean()), n=len(both))]
    for words, chosen in (("sent to a person", sent), ("not sent", ~sent)):
        if chosen.any():
            found.append(
                Figure(f"{name}: error of the default, {words}", float(off[chosen].mean()), n=int(chosen.sum()))
            )
    return found


def _scorers() -> Mapping[str, Scorer]:
    settings, store = setting.settings(), setting.weight_store()
    judge = settings.judge
    if judge is None:
        raise UsageError(
            "judge.not_set",
            msg("The judge scorer has no model to ask."),
            msg("Set INTERVIEW_ENGINE_JUDGE_URL (up to /v1) and INTERVIEW_ENGINE_JUDGE_MODEL; see docs/judge.md."),
        )
    embedder = setting.text_embedder()
    limits = Limits(price_of(judge), judge.budget, True, SystemClock().monotonic_s)
    asking, model, screen = asking_of(judge), chat_model(judge), Screening(embedder)
    found: dict[str, Scorer] = {"default": evidence_scorer(store, embedder)}
    for name, method, _ in WAYS:
        found[name] = JudgeScorer(model, screen, replace(asking, method=method), limits)
    return found


def _scored(way: str, scorer: Scorer, asked: _Asked) -> Row:
    anchored = any(name == way and with_answers for name, _, with_answers in WAYS)
    twin = asked.twin
    started = time.monotonic()
    answer = AnswerText(twin.question, twin.language, twin.text)
    content = scorer.score(asked.anchored if anchored else asked.plain, [answer])
    (result,) = content.competencies
    return {
        "way": way,
        "scorer": scorer.scorer_id,
        "id": twin.id,
        "story": twin.story,
        "language": twin.language,
        "level": twin.level,
        "value": None if result.score is None else result.score.value,
        "reason": None if result.reason is None else result.reason.code,
        "seconds": round(time.monotonic() - started, 1),
        "requests": content.settings.get("judge_requests", 0),
        "tokens": [content.settings.get(f"judge_{kind}_tokens", 0) for kind in ("prompt", "completion")],
        "unusable": content.settings.get("judge_unusable_replies", 0),
    }


def _sample(limit: int) -> Iterator[_Asked]:
    """Plain answers in an order that is always the same, one in Mandarin and one in English in turn."""
    kits = {name: load_kit(path) for name, path in shipped_kits().items()}
    examples = _examples(twins(setting.twin_folder()))
    plain = [one for one in twins(setting.fresh_twin_folder()) if not one.family and one.level == one.level]
    usable = [one for one in plain if (one.kit, one.competency) in examples]
    order = np.random.default_rng(SEED).permutation(len(usable))
    by_language = {side: [usable[i] for i in order if usable[i].language == side] for side in ("zh", "en")}
    turns = [one for pair in zip(by_language["zh"], by_language["en"], strict=False) for one in pair]
    for twin in turns[:limit]:
        kit = kits[twin.kit]
        competency = kit.competency(twin.competency)
        with_answers = replace(competency, anchor_answers=examples[twin.kit, twin.competency])
        yield _Asked(twin, _only(kit, competency, ""), _only(kit, with_answers, "answers"))


def _examples(found: Sequence[Twin]) -> dict[tuple[str, str], tuple[AnchorAnswer, ...]]:
    """By kit and competency an answer at each level, of one story of another author, in both languages."""
    texts: dict[tuple[str, str, str], dict[float, dict[str, str]]] = {}
    for twin in found:
        if not twin.family and twin.level == twin.level:
            story = twin.story.removesuffix("-zh").removesuffix("-en")
            of_story = texts.setdefault((twin.kit, twin.competency, story), {})
            of_story.setdefault(twin.level, {})[twin.language] = twin.text
    examples: dict[tuple[str, str], tuple[AnchorAnswer, ...]] = {}
    for (kit, competency, _), levels in sorted(texts.items()):
        whole = {level: both for level, both in levels.items() if {"zh", "en"} <= both.keys()}
        if len(whole) >= 2 and (kit, competency) not in examples:
            examples[kit, competency] = tuple(
                AnchorAnswer(level, LocalizedText(both["zh"], both["en"])) for level, both in sorted(whole.items())
            )
    return examples


def _only(kit: Kit, competency: Competency, mark: str) -> Kit:
    questions = tuple(replace(one, probes=(competency.id,)) for one in kit.questions if competency.id in one.probes)
    return replace(kit, competencies=(competency,), questions=questions, sha256=f"{kit.sha256}:{competency.id}:{mark}")


def _kept(path: Path) -> dict[tuple[str, str], Row]:
    if not path.is_file():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {(row["way"], row["id"]): row for row in rows}
