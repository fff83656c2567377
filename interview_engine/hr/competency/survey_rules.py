"""What a survey may ask, what may be answered, and how answers are counted (B2). Pure rules."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any, Literal, get_args

from interview_engine.assessment.comparing.comparison import SHARE, t_quantile
from interview_engine.assessment.text import spelling
from interview_engine.hr.problems import invalid, text_within
from interview_engine.i18n import Text, msg

QuestionKind = Literal["open", "scale", "top3"]
QUESTION_KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)

SCALE = (1, 2, 3, 4, 5)
TOP = 3
MAX_QUESTIONS = 40
MAX_TEXT = 4000
MAX_ITEM = 60
HALF_STEP = 1.25
"""Half a step of the scale in points of 10: what an answer on five steps cannot say more finely."""

_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_EDGES = re.compile(r"^[\s\W_]+|[\s。．.,，;；、!！?？]+$")


@dataclass(frozen=True, slots=True)
class Counted:
    """One item that people named: the spelling used most, by how many it was named."""

    item: str
    people: int


@dataclass(frozen=True, slots=True)
class ScaleResult:
    """Mean of a scale question on 1..5 with its 95 % interval (Student's t); None below two answers."""

    n: int
    mean: float
    low: float | None
    high: float | None


def checked_questions(questions: Iterable[Mapping[str, Any]], known: frozenset[str]) -> list[dict[str, Any]]:
    """The questions, valid: [{"id", "kind", "text": {"zh", "en"}, "competency"}].

    Args:
        known: codes of the competency model.

    Raises:
        InvalidInput: `survey.questions`, `survey.id`, `survey.kind`, `survey.text`, `survey.competency`.
    """
    rows = [dict(question) for question in questions]
    if not 1 <= len(rows) <= MAX_QUESTIONS:
        raise _bad(
            "questions",
            "survey.questions",
            msg("A survey has 1 to {max_questions} questions.", max_questions=MAX_QUESTIONS),
        )
    seen: set[str] = set()
    checked = []
    for place, row in enumerate(rows):
        field = f"questions.{place}"
        key, text, competency = str(row.get("id", "")), row.get("text"), row.get("competency")
        if not _ID.fullmatch(key) or key in seen:
            raise _bad(f"{field}.id", "survey.id", msg("A question's id is not valid or is duplicated."))
        seen.add(key)
        if row.get("kind") not in QUESTION_KINDS:
            raise _bad(f"{field}.kind", "survey.kind", msg("There is no such kind of question."))
        if not isinstance(text, Mapping) or not all(str(text.get(language, "")).strip() for language in ("zh", "en")):
            raise _bad(f"{field}.text", "survey.text", msg("Both Chinese and English are needed."))
        if competency is not None and competency not in known:
            raise _bad(
                f"{field}.competency",
                "survey.competency",
                msg("The model has no such competency."),
            )
        plain = {
            language: text_within(str(text[language]), f"question_{language}", msg("question"), MAX_TEXT)
            for language in ("zh", "en")
        }
        checked.append({"id": key, "kind": row["kind"], "text": plain, "competency": competency})
    return checked


def checked_answers(questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers, valid: a scale answer is one of 1..5, top three are one to three different items, open is text.

    Scale and top-three questions must be answered, open ones may stay empty (they are then left out).

    Raises:
        InvalidInput: `survey.answer`, naming the question.
    """
    known = {question["id"] for question in questions}
    for key in answers:
        if key not in known:
            raise _bad(f"answers.{key}", "survey.answer", msg("There is no such question."))
    checked: dict[str, Any] = {}
    for question in questions:
        key, kind = question["id"], question["kind"]
        given = answers.get(key)
        if kind == "scale":
            if isinstance(given, bool) or given not in SCALE:
                raise _bad(f"answers.{key}", "survey.answer", msg("Choose 1 to 5."))
            checked[key] = int(given)
        elif kind == "top3":
            checked[key] = _items(key, given)
        elif given is not None and str(given).strip():
            text = str(given).strip()
            if len(text) > MAX_TEXT:
                raise _bad(f"answers.{key}", "survey.answer", msg("At most {max_text} characters.", max_text=MAX_TEXT))
            checked[key] = text
    return checked


def count_items(named: Iterable[Sequence[str]]) -> tuple[Counted, ...]:
    """How many people named each item, most first; spelling is folded (width, case, spaces, end punctuation)."""
    people: Counter[str] = Counter()
    spellings: dict[str, Counter[str]] = {}
    for items in named:
        for key in {item_key(item) for item in items}:
            people[key] += 1
        for item in items:
            spellings.setdefault(item_key(item), Counter())[item.strip()] += 1
    rows = [Counted(_usual(spellings[key]), number) for key, number in people.items()]
    return tuple(sorted(rows, key=lambda row: (-row.people, row.item)))


def item_key(item: str) -> str:
    """What makes two namings the same item."""
    folded = spelling(item)
    return "".join(_EDGES.sub("", folded).split())


def scale_result(values: Sequence[int]) -> ScaleResult | None:
    """Mean with interval; None without an answer."""
    if not values:
        return None
    mean = fmean(values)
    if len(values) < 2:
        return ScaleResult(len(values), mean, None, None)
    half = t_quantile(0.5 + SHARE / 2, len(values) - 1) * stdev(values) / math.sqrt(len(values))
    return ScaleResult(len(values), mean, max(1.0, mean - half), min(5.0, mean + half))


def self_ratings(
    questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]
) -> dict[str, tuple[float, float, float, int]]:
    """What one person's scale answers say of each competency: (score, low, high) on 0..10, and how many items.

    The score is the mean of the items, 2.5 points a step; the band is half a step either side, which is the coarseness
    of the scale and not an error that was measured.
    """
    found: dict[str, list[int]] = {}
    for question in questions:
        if question["kind"] == "scale" and question["competency"] is not None and question["id"] in answers:
            found.setdefault(question["competency"], []).append(int(answers[question["id"]]))
    rated = {}
    for code, values in found.items():
        score = 2.5 * (fmean(values) - 1)
        rated[code] = (score, max(0.0, score - HALF_STEP), min(10.0, score + HALF_STEP), len(values))
    return rated


def _items(key: str, given: Any) -> list[str]:
    texts = [str(item).strip() for item in given] if isinstance(given, list | tuple) else []
    texts = [text for text in texts if text]
    if not 1 <= len(texts) <= TOP or any(len(text) > MAX_ITEM or not item_key(text) for text in texts):
        raise _bad(
            f"answers.{key}",
            "survey.answer",
            msg("Name one to {top} items of at most {max_item} characters.", top=TOP, max_item=MAX_ITEM),
        )
    if len({item_key(text) for text in texts}) != len(texts):
        raise _bad(f"answers.{key}", "survey.answer", msg("The items must differ."))
    return texts


def _usual(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda spelling: (-spellings[spelling], spelling))


def _bad(field: str, code: str, message: Text) -> Exception:
    return invalid(field, code, message, msg("Change it and send again."))
