"""docs/developing/capabilities.md is the key to codes like A16: counted right, all cited ones in it, places exist."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "developing" / "capabilities.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([A-M]\d{1,2}) \| (.+?) \| (done|partial|none)(: .+?)? \| (?:`(.+?)`)? ?\|$", re.MULTILINE)
ROWS = {code: (what, status, note, place) for code, what, status, note, place in ROW.findall(TEXT)}
COUNT = re.compile(r"^\| (?:([A-M]) .+?|(all)) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
STATUSES = ("done", "partial", "none")

CODE = r"[A-M]\d{1,2}"
LIST = rf"{CODE}(?:(?:, | and |,|–|; rows? ){CODE})*"
CITED = re.compile(rf'\((?:rows? )?({LIST})(?:[):;,]| need)|\brows? ({LIST})|"""({LIST}):')
IN_A_NAME = re.compile(r"\bdef test_([a-m]\d{1,2}(?:_and_[a-m]\d{1,2})*)_")


def cited_in(text: str) -> set[str]:
    """Codes that a source text cites: "(A16)", "row A13", "(B1–B7)", "J1, C2:", test_a9_and_a18_…"""
    found: set[str] = set()
    for groups in CITED.findall(text):
        listed = next(group for group in groups if group)
        for first, last in re.findall(rf"({CODE})–({CODE})", listed):
            found |= {f"{first[0]}{number}" for number in range(int(first[1:]), int(last[1:]) + 1)}
        found |= set(re.findall(CODE, listed))
    for name in IN_A_NAME.findall(text):
        found |= {code.upper() for code in name.split("_and_")}
    return found


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('"""The audit trail (L10)."""', {"L10"}),
        ('"""Kept (row A13; rows A9, A18)."""', {"A13", "A9", "A18"}),
        ('"""Requisitions (C1, C3, B8)."""', {"C1", "C3", "B8"}),
        ('"""Kits (A17, B1–B3)."""', {"A17", "B1", "B2", "B3"}),
        ('"""J1, C2: who comes from WeChat."""', {"J1", "C2"}),
        ("def test_a9_and_a18_everybody_is_listed() -> None:", {"A9", "A18"}),
        ("a cell A1, the level L3 and the colour #A10", set()),
    ],
)
def test_codes_are_found_however_they_are_cited(text: str, codes: set[str]) -> None:
    assert cited_in(text) == codes


def test_every_row_is_well_formed_and_stands_once() -> None:
    lines = [line for line in TEXT.splitlines() if re.match(rf"\| {CODE} \|", line)]
    assert [line for line in lines if not ROW.fullmatch(line)] == []
    assert len(ROWS) == len(lines)


def test_codes_are_counted_without_a_gap() -> None:
    by_area: dict[str, list[int]] = {}
    for code in ROWS:
        by_area.setdefault(code[0], []).append(int(code[1:]))
    assert list(by_area) == list("ABCDEFGHIJKLM")
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_area.values())


def test_the_stated_counts_are_those_of_the_rows() -> None:
    stated = {area or whole: tuple(map(int, numbers)) for area, whole, *numbers in COUNT.findall(TEXT)}
    counted = {}
    for area in (*"ABCDEFGHIJKLM", "all"):
        found = Counter(status for code, (_, status, _, _) in ROWS.items() if area in ("all", code[0]))
        counted[area] = (found.total(), *(found[status] for status in STATUSES))
    assert stated == counted


def test_what_is_there_says_where_and_what_is_partial_says_how_far() -> None:
    wrong = [
        code
        for code, (_, status, note, place) in ROWS.items()
        if bool(place) != (status != "none") or bool(note) != (status == "partial")
    ]
    assert wrong == []
    assert [place for *_, place in ROWS.values() if place and not (ROOT / place).is_file()] == []


def test_every_code_that_is_cited_is_in_the_key() -> None:
    sources = [
        path
        for top in ("interview_engine", "models", "pipelines", "api", "bench", "tests", "docs")
        for path in (ROOT / top).rglob("*")
        if path.suffix in {".py", ".html", ".js", ".po", ".md"} and path != Path(__file__)
    ]
    cited = {path: cited_in(path.read_text(encoding="utf-8")) for path in sources}
    assert len(set().union(*cited.values())) > 40
    unknown = {str(path.relative_to(ROOT)): codes - set(ROWS) for path, codes in cited.items() if codes - set(ROWS)}
    assert unknown == {}
