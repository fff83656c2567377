"""The SIOP machine-learning competitions' open data: 2024 (MIT) and 2019 (licence not stated: measured only)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TRAITS = ("A", "C", "E", "N", "O")
"""BFI-2 scales of 2019 in the order of the questions, each of which was written to elicit one of them."""

_PART = re.compile(r"Question:\s*(.*?)\s*(?:Response:\s*(.*?)\s*)?(?=Question:|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Email:
    """An applicant's e-mail to an employee and whether people called it empathic."""

    text: str
    empathic: bool


@dataclass(frozen=True, slots=True)
class Applicant:
    """One applicant's behavioural questions with their written answers."""

    person: str
    turns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Respondent:
    """Five written answers to situations at work and five self-reported scales, 1..5, both in the order of `TRAITS`."""

    person: str
    answers: tuple[str, ...]
    scales: tuple[float, ...]


def emails(folder: Path) -> list[Email]:
    """SIOP 2024, task empathy: the published and the validation part."""
    found = []
    for name, column in (("train_empathy.csv", "empathy"), ("dev_empathy.csv", "gold_output")):
        found += [Email(row["text"].strip(), row[column] == "1") for row in _rows(folder / "siop2024" / name)]
    return found


def applicants(folder: Path) -> list[Applicant]:
    """SIOP 2024, task interview: the last question's answer stands in a column of its own."""
    found = []
    for name, column in (("train_interview.csv", "last_answer"), ("dev_interview.csv", "gold_output")):
        for row in _rows(folder / "siop2024" / name):
            turns = [(asked.strip(), said.strip()) for asked, said in _PART.findall(row["questions_answers"])]
            turns[-1] = (turns[-1][0], turns[-1][1] or row[column].strip())
            found.append(Applicant(row["_id"], tuple(turn for turn in turns if all(turn))))
    return found


def respondents(folder: Path) -> list[Respondent]:
    """SIOP 2019, all people with five answers and five scales."""
    found = []
    for row in _rows(folder / "siop2019" / "responses.csv"):
        answers = tuple(row[f"open_ended_{number}"].strip() for number in range(1, 6))
        scales = tuple(float(row[f"{trait}_Scale_score"]) for trait in TRAITS)
        found.append(Respondent(row["Respondent_ID"], answers, scales))
    return found


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
