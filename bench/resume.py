"""`python -m bench resume`: precision and recall of what is read from Chinese résumés, on data nobody here wrote.

`resume_ner_zh` (executives' curricula vitae, labelled by character) states no licence: it only measures. The rules were
written while looking at some of its training part; the development part was kept for this figure. A match is exact in
kind and both ends.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.conventions import run_info, write_json
from bench.setting import results_folder, shared_data
from interview_engine.hr.recruiting.applying.resume_entities import entities

KINDS = {
    "NAME": "name",
    "CONT": "nationality",
    "RACE": "people",
    "LOC": "native_place",
    "EDU": "degree",
    "PRO": "major",
    "ORG": "organisation",
    "TITLE": "title",
}
"""The set's labels and ours."""

BAR = 0.98
"""Row A20."""


def read_labelled(path: Path) -> list[tuple[str, set[tuple[int, int, str]]]]:
    """Sentences and their labelled stretches (start, end, kind) of a file in BMES form."""
    sentences: list[tuple[str, set[tuple[int, int, str]]]] = []
    characters: list[str] = []
    spans: set[tuple[int, int, str]] = set()
    start = 0
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if not line.strip():
            if characters:
                sentences.append(("".join(characters), spans))
            characters, spans = [], set()
            continue
        character, label = line.rsplit(" ", 1)
        if label[0] in "BS":
            start = len(characters)
        characters.append(character or " ")
        if label[0] in "ES":
            spans.add((start, len(characters), KINDS[label[2:]]))
    return sentences


def agreement(sentences: list[tuple[str, set[tuple[int, int, str]]]]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and n by kind, and over all ("all")."""
    right: Counter[str] = Counter()
    found: Counter[str] = Counter()
    labelled: Counter[str] = Counter()
    for text, gold in sentences:
        got = {(entity.start, entity.end, entity.kind) for entity in entities(text)}
        for name, group in ((right, got & gold), (found, got), (labelled, gold)):
            for _, _, kind in group:
                name[kind] += 1
                name["all"] += 1
    figures = {}
    for kind in [*KINDS.values(), "all"]:
        precision = right[kind] / found[kind] if found[kind] else 0.0
        recall = right[kind] / labelled[kind] if labelled[kind] else 0.0
        both = precision + recall
        f1 = 2 * precision * recall / both if both else 0.0
        figures[kind] = {"precision": precision, "recall": recall, "f1": f1, "n": labelled[kind]}
    return figures


def main(arguments: Sequence[str]) -> int:
    """Print the table and write bench/results/resume.json."""
    argparse.ArgumentParser(prog="python -m bench resume").parse_args(arguments)
    path = shared_data() / "D_hr" / "resume_ner_zh" / "dev.char.bmes"
    if not path.is_file():
        print(f"{path.name} is not here; see docs/service.md")
        return 1
    info = run_info(("sqlalchemy",), threads=1)
    figures = agreement(read_labelled(path))
    print(f"{'kind':14}{'precision':>10}{'recall':>9}{'F1':>8}{'n':>7}")
    for kind, row in figures.items():
        print(f"{kind:14}{row['precision']:10.3f}{row['recall']:9.3f}{row['f1']:8.3f}{row['n']:7.0f}")
    print(f"bar of row A20: F1 {BAR}; missed by {BAR - figures['all']['f1']:.3f}")
    results: dict[str, Any] = {"run": asdict(info), "set": "resume_ner_zh dev", "bar_f1": BAR, "figures": figures}
    write_json(results_folder() / "resume.json", results)
    return 0
