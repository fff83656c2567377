"""Validity on the SIOP competitions: empathy and relevance of 2024, and 2019 as a guard rail against reading character.

The sets rate no interview answer on anchors, so each is used as far as its format allows. Of 2024 the tasks "clarity"
(questionnaire items) and "fairness" (pairs of policies) hold no answer of a person and are not scored.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bench.datasets import siop
from bench.outcome import Figure, SetOutcome, bootstrap, lexical_length
from interview_engine.assessment.calibration.agreement import pearson
from interview_engine.assessment.evidence.scorer import EvidenceScorer
from interview_engine.assessment.kits.kit import Competency, Kit, Phrases, Question
from interview_engine.assessment.scoring import AnswerText, Embedder, Scorer
from interview_engine.i18n import LocalizedText

Vector = NDArray[np.float64]
Item = TypeVar("Item")

MIDDLE = 5.0
"""Score from which an e-mail counts as empathic: the middle of the scale, not tuned."""

MAX_ANSWERS = 1500
"""Answers of 2019 unless --all is given: 300 people, so that an r of nought has an interval of about ±.11."""

LOWEST_BAND = 2.5
"""As bench.validity_parts.levels: the lowest of the five levels reaches up to 1.25, a band round it to 2.5."""

PUBLISHED_2024 = "competition's winner .666, mean over its four tasks"
PUBLISHED_2019 = 0.26
"""Mean r over five traits of the winner of 2019 on the private test set (its repository): what text can tell when it is
fitted to nothing else. A score that was made for work behaviour and reads character better than that is a bug."""

EMAIL = (
    "Jonathan is new on the Beta project. His reports hold opinions and mistakes, and he wants to lead one day. Write "
    "him an e-mail about his reports."
)

EMPATHY = (
    "Only criticises or orders; nothing shows that the reader's view or feelings were thought of.",
    "One polite phrase, and then orders; the reader's situation is not mentioned.",
    "Thanks the reader for something particular and says what should change and why.",
    "Names how it may look or feel to the reader, says what was good, and offers help with what must change.",
    "Takes the reader's view and wishes up, explains, offers help of their own and asks what the reader needs.",
)

CASE = (
    "Tells of no particular case and makes claims only.",
    "Names a case but not what they did in it.",
    "Tells of a case and what they did in it.",
    "Tells the course of it, what they did, how they checked it, and the result.",
    "Beyond this says what was learned and what was changed for the next time.",
)

SITUATIONS = (
    ("A colleague of yours has requested vacation for the same week as you and is not willing to change. What would "
     "you do and why?", "Resolving a conflict of interests"),
    ("You have a project due in two weeks and a light workload until then, but your boss may give you last-minute "
     "tasks. How would you handle this project and why?", "Planning own work"),
    ("You are invited to a networking meeting with one of your largest clients after a long day, and your colleague "
     "leans towards not going. What would you do and why?", "Approaching clients"),
    ("Your manager just gave you negative feedback that you do not believe is true. How do you feel about it and what "
     "would you do?", "Handling criticism"),
    ("The company asks who would like to work on a project with a client from Norway and learn about its culture. "
     "Would you find this enjoyable or boring, and why?", "Working with other cultures"),
)  # fmt: skip
"""The five questions of 2019, shortened, with the behaviour at work that a kit might ask them for."""

DOING = (
    "Says nothing that they would do, or only how they feel about it.",
    "Would leave it to others or to chance.",
    "Says one thing that they would do, and why.",
    "Says step by step what they would do and what each step is for.",
    "Beyond this weighs another way, and says how they would check that it worked.",
)


def siop_2024(embedder: Embedder, folder: Path) -> list[SetOutcome]:
    """Empathy of e-mails, and own answers against the same person's answers to other questions."""
    scorer = EvidenceScorer(embedder)
    return [_empathy(scorer, siop.emails(folder)), _relevance(scorer, siop.applicants(folder))]


def _empathy(scorer: Scorer, emails: Sequence[siop.Email]) -> SetOutcome:
    kit = kit_of([(EMAIL, "Empathy")], [EMPATHY])
    values = [_value(scorer, kit, "q0", email.text) for email in emails]
    x = np.array([value or 0.0 for value in values])
    y = np.array([float(email.empathic) for email in emails])
    length = np.array([lexical_length(email.text) for email in emails])
    each = [str(place) for place in range(len(emails))]
    figures = (
        Figure("empathy: area under the curve", *bootstrap(partial(_area, x, y), each), n=len(y)),
        Figure("empathy: area, length alone", *bootstrap(partial(_area, length, y), each), n=len(y)),
        Figure(
            "empathy: accuracy at the middle of the scale",
            *bootstrap(partial(_accuracy, x, y), each),
            n=len(y),
            ceiling=PUBLISHED_2024,
        ),
        Figure("empathy: share of the larger class", float(max(y.mean(), 1 - y.mean())), n=len(y)),
        Figure("empathy: not assessed", float(sum(value is None for value in values)), n=len(y)),
    )
    return SetOutcome("SIOP 2024, empathy", "MIT", "applicants' e-mails, called empathic or not by people", figures)


def _relevance(scorer: Scorer, applicants: Sequence[siop.Applicant]) -> SetOutcome:
    """Each answer under its own question and, as the negative pair, the same person's next answer in its place."""
    own: list[float | None] = []
    reasons: Counter[str] = Counter()
    swapped: list[float | None] = []
    people: list[str] = []
    for applicant in applicants:
        turns = applicant.turns
        kit = kit_of([(question, "Behaviour at work") for question, _ in turns], [CASE], shared=True)
        for place, (_, answer) in enumerate(turns):
            other = turns[(place + 1) % len(turns)][1]
            value, reason = _scored(scorer, kit, f"q{place}", answer)
            own.append(value)
            reasons.update([reason] if value is None else [])
            swapped.append(_value(scorer, kit, f"q{place}", other))
            people.append(applicant.person)
    accepted = np.array([float(value is not None) for value in own])
    refused = np.array([float(value is None or value <= LOWEST_BAND) for value in swapped])
    higher = np.array([_above(a, b) for a, b in zip(own, swapped, strict=True)])
    why = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    figures = tuple(
        Figure(name, *bootstrap(partial(_mean, values), people), n=len(values), ceiling=text)
        for name, values, text in (
            ("own answer is assessed", accepted, f"not assessed: {why}"),
            ("swapped answer is refused or in the lowest band", refused, ""),
            ("own scores above swapped (ties one half)", higher, ""),
        )
    )
    return SetOutcome(
        "SIOP 2024, interviews", "MIT", "82 applicants' written answers; no ratings, relevance only", figures
    )


def siop_2019(embedder: Embedder, folder: Path, most: int | None) -> SetOutcome:
    """Correlation of scores for behaviour at work with self-reported character: at or below what is published.

    Args:
        most: answers at most (five a person); None for all.
    """
    people = chosen(siop.respondents(folder), None if most is None else most // 5)
    scorer = EvidenceScorer(embedder)
    kit = kit_of(SITUATIONS, [DOING] * len(SITUATIONS))
    values = np.full((len(people), len(SITUATIONS)), np.nan)
    for row, person in enumerate(people):
        answers = [AnswerText(f"q{place}", "en", text) for place, text in enumerate(person.answers) if text]
        for column, result in enumerate(scorer.score(kit, answers).competencies):
            if result.score is not None:
                values[row, column] = result.score.value
    scales = np.array([person.scales for person in people])
    lengths = np.array([[lexical_length(text) for text in person.answers] for person in people])
    return SetOutcome(
        "SIOP 2019, guard rail",
        "not stated, measured only",
        f"{len(people)} people, five answers each; self-reported Big Five",
        _guard(values, scales, lengths),
    )


def _guard(values: Vector, scales: Vector, lengths: Vector) -> tuple[Figure, ...]:
    each = [str(row) for row in range(len(values))]
    overall = np.array([row[np.isfinite(row)].mean() if np.isfinite(row).any() else np.nan for row in values])[:, None]
    total = lengths.sum(axis=1)[:, None]
    text = f"published best {PUBLISHED_2019:.2f}, fitted"
    return (
        Figure(
            "mean |r|, each question's score with the trait it was written for",
            *bootstrap(partial(_own_trait, values, scales), each),
            n=len(values),
            limit=PUBLISHED_2019,
            ceiling=text,
        ),
        Figure("  the same of length alone", *bootstrap(partial(_own_trait, lengths, scales), each), n=len(values)),
        Figure(
            "largest |r| of any score with any trait",
            *bootstrap(partial(_largest, np.hstack([values, overall]), scales), each),
            n=len(values),
            limit=PUBLISHED_2019,
            ceiling=text,
        ),
        Figure("  the same of length alone", *bootstrap(partial(_largest, np.hstack([lengths, total]), scales), each),
               n=len(values)),
        *(
            Figure(f"r of the mean score with {trait}", correlation(overall[:, 0], scales[:, column]), n=len(values))
            for column, trait in enumerate(siop.TRAITS)
        ),
        Figure("answers not assessed", float(np.isnan(values).sum()), n=values.size),
    )  # fmt: skip


def kit_of(asked: Sequence[tuple[str, str]], anchors: Sequence[Sequence[str]], *, shared: bool = False) -> Kit:
    """A kit of these (question, competency) pairs and anchors 1..5; `shared` asks all questions for one competency."""
    names = [name for _, name in asked][: 1 if shared else None]
    competencies = tuple(
        Competency(f"c{i}", "general", _same(name), _same(name), 100 / len(names), 3.0, (), tuple(map(_same, texts)))
        for i, (name, texts) in enumerate(zip(names, anchors, strict=True))
    )
    questions = tuple(
        Question(f"q{i}", _same(text), 0, 120, 1, ("c0" if shared else f"c{i}",)) for i, (text, _) in enumerate(asked)
    )
    digest = hashlib.sha256(json.dumps([asked, anchors]).encode()).hexdigest()
    return Kit("siop", 1, _same("-"), _same("-"), ("en",), competencies, questions, Phrases((), ()), digest)


def chosen(items: Sequence[Item], most: int | None) -> list[Item]:
    """At most `most`, the same ones each time."""
    if most is None or len(items) <= most:
        return list(items)
    return random.Random(1).sample(list(items), most)


def correlation(x: Vector, y: Vector) -> float:
    """Pearson's r over the pairs that are there; nan for fewer than three or without spread."""
    there = np.isfinite(x) & np.isfinite(y)
    if there.sum() < 3 or np.ptp(x[there]) == 0 or np.ptp(y[there]) == 0:
        return float("nan")
    return pearson(x[there], y[there])


def _own_trait(values: Vector, scales: Vector, i: NDArray[np.int_]) -> float:
    return float(np.nanmean([abs(correlation(values[i, k], scales[i, k])) for k in range(scales.shape[1])]))


def _largest(values: Vector, scales: Vector, i: NDArray[np.int_]) -> float:
    pairs = [(a, b) for a in range(values.shape[1]) for b in range(scales.shape[1])]
    return float(np.nanmax([abs(correlation(values[i, a], scales[i, b])) for a, b in pairs]))


def _area(x: Vector, y: Vector, i: NDArray[np.int_]) -> float:
    """Chance that an empathic text scores above one that is not, ties one half (Mann-Whitney)."""
    yes, no = x[i][y[i] == 1.0], x[i][y[i] == 0.0]
    if not len(yes) or not len(no):
        return float("nan")
    return float(np.mean((yes[:, None] > no).astype(float) + 0.5 * (yes[:, None] == no)))


def _accuracy(x: Vector, y: Vector, i: NDArray[np.int_]) -> float:
    return float(np.mean((x[i] >= MIDDLE) == (y[i] == 1.0)))


def _mean(values: Vector, i: NDArray[np.int_]) -> float:
    return float(values[i].mean())


def _above(a: float | None, b: float | None) -> float:
    """1 where the first stands above the second; an answer that was refused stands below every score."""
    one, two = -1.0 if a is None else a, -1.0 if b is None else b
    return float(one > two) + 0.5 * float(one == two)


def _value(scorer: Scorer, kit: Kit, question: str, text: str) -> float | None:
    return _scored(scorer, kit, question, text)[0]


def _scored(scorer: Scorer, kit: Kit, question: str, text: str) -> tuple[float | None, str]:
    """The score 0..10, None when not assessed, and the reason why not."""
    found = scorer.score(kit, [AnswerText(question, "en", text)])
    result = found.competencies[0]
    reason = found.answers[0].reason or result.reason
    return (result.score.value if result.score else None), (reason.code if reason else "")


def _same(text: str) -> LocalizedText:
    return LocalizedText(text, text)
