"""Short answers marked against a reference: SAF (MIT), Carousel (CC BY-NC), OS-grader (unstated), SemEval-2013 task 7
(CC BY-SA). Only SAF may be fitted for what ships; the others measure."""

from __future__ import annotations

import csv
import hashlib
import json
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from interview_engine.assessment.kits.kit import Competency, Kit, Phrases, Question
from interview_engine.i18n import LocalizedText


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """One marked answer.

    Args:
        question_id: groups the answers of one question.
        mark: 0..1 where there is a number (mean of the raters), else nan.
        raters: each rater's mark, 0..1; empty where the set gives none.
        label: "correct", "contradictory" or "incorrect" (SemEval), else "".
    """

    question_id: str
    question: str
    references: tuple[str, ...]
    text: str
    mark: float
    raters: tuple[float, ...] = ()
    label: str = ""


def saf(folder: Path) -> list[ShortAnswer]:
    """Short Answer Feedback, English part: communication networks, marks 0..1."""
    found = []
    for path in sorted((folder / "saf").glob("*.xml")):
        root = ElementTree.parse(path).getroot()
        question = (root.findtext("questionText") or "").strip()
        references = tuple((node.text or "").strip() for node in root.iter("referenceAnswer"))
        for node in root.iter("studentAnswer"):
            text = (node.findtext("response") or "").strip()
            score = (node.findtext("score") or "").strip()
            if text and score:
                found.append(ShortAnswer(path.stem, question, references, text, float(score)))
    return found


def carousel(folder: Path) -> list[ShortAnswer]:
    """Carousel: school science and history, right or wrong by consensus of three raters."""
    with (folder / "carousel" / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        return [
            ShortAnswer(
                row["question"],
                row["question"],
                (row["correct_answer"],),
                row["student_answer"] or "-",
                float(row["ground_truth"]),
                tuple(float(row[f"rater_{i}"] == "right") for i in (1, 2, 3)),
            )
            for row in csv.DictReader(file)
        ]


def os_grader(folder: Path) -> list[ShortAnswer]:
    """Operating-systems homework, three teaching assistants."""
    found = []
    for path in sorted((folder / "os_grader").glob("q*.json")):
        for parts in json.loads(path.read_text(encoding="utf-8")).values():
            for number, raw in parts.items():
                raters = tuple(float(raw[f"score_{i}"]) / float(raw["full_points"]) for i in (1, 2, 3))
                asked = raw["question"] if isinstance(raw["question"], str) else " ".join(raw["question"])
                references = (raw["sample_answer"], raw["sample_criteria"])
                found.append(ShortAnswer(number, asked, references, raw["answer"] or "-", sum(raters) / 3, raters))
    return found


def semeval(folder: Path, corpus: str) -> list[ShortAnswer]:
    """SemEval-2013 task 7, three-way, `corpus` "beetle" or "sciEntsBank"."""
    found = []
    with zipfile.ZipFile(folder / "semeval2013_task7_3way.zip") as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith(".xml") or "3way" not in name or f"/{corpus.lower()}/" not in name.lower():
                continue
            root = ElementTree.fromstring(archive.read(name))
            question = (root.findtext("questionText") or "").strip()
            references = tuple((node.text or "").strip() for node in root.iter("referenceAnswer"))
            for node in root.iter("studentAnswer"):
                label = node.get("accuracy") or ""
                text = (node.text or "").strip()
                found.append(ShortAnswer(name, question, references, text, float("nan"), (), label))
    return found


def kit_of(answers: Sequence[ShortAnswer]) -> tuple[Kit, dict[str, str]]:
    """A kit with one knowledge competency and one question per question of the set; and set question id -> kit id."""
    ids: dict[str, str] = {}
    questions = []
    for answer in answers:
        if answer.question_id in ids:
            continue
        ids[answer.question_id] = f"q{len(ids):03d}"
        references = tuple(_same(reference) for reference in answer.references)
        questions.append(
            Question(ids[answer.question_id], _same(answer.question), 0, 120, 1, ("knowledge",), references)
        )
    digest = hashlib.sha256(json.dumps([answer.question for answer in answers]).encode()).hexdigest()
    anchors = tuple(
        _same(text)
        for text in (
            "Says nothing that is right.",
            "Says a small part of what is right.",
            "Says about half of what is right.",
            "Says most of what is right.",
            "Says all that is right.",
        )
    )
    knowledge = Competency(
        "knowledge", "professional", _same("Knowledge"), _same("Knows the subject."), 100.0, 3.0, (), anchors
    )
    kit = Kit(
        "short-answers", 1, _same("-"), _same("-"), ("en",), (knowledge,), tuple(questions), Phrases((), ()), digest
    )
    return kit, ids


def _same(text: str) -> LocalizedText:
    return LocalizedText(text, text)
