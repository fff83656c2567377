"""Kinds of leave as data: what ships has a source for each figure, and a narrower region's word wins (E5)."""

from __future__ import annotations

from datetime import date
from typing import Any

from interview_engine.hr.leave.types import COUNTS, LIMITS, PAPERS, UNITS, WORDS, Said, in_force, shipped
from interview_engine.i18n import LocalizedText

DAY = date(2026, 11, 2)
REGIONS = ("CN", "CN-33", "company:1")


def said(region: str, name: str = "marriage", first: date = date(2026, 1, 1), **values: Any) -> Said:
    return Said(region, name, first, None, None, values, "", f"条例 {region}", "https://example.org/1")


def test_every_figure_that_ships_names_its_law_and_where_it_stands() -> None:
    for one in shipped().values():
        if one.days is not None or one.paid_percent is not None:
            assert one.law.startswith("《"), one.name
            assert one.source.startswith("https://"), one.name


def test_every_kind_ships_with_words_for_what_it_says() -> None:
    found = shipped()
    assert tuple(found) == tuple(WORDS)
    for one in found.values():
        assert one.unit in UNITS
        assert one.counts in COUNTS
        assert one.limited_by in LIMITS
        assert set(one.papers) <= set(PAPERS)


def test_what_no_law_of_the_country_fixes_ships_empty() -> None:
    found = shipped()
    assert {name for name, one in found.items() if one.limited_by in ("each", "year") and one.days is None} == {
        "marriage", "paternity", "parental", "bereavement",
    }  # fmt: skip


def test_a_narrower_region_wins_and_leaves_the_rest_as_the_wider_one_says() -> None:
    rows = [said("company:1", days=20), said("CN-33", days=13, counts="calendar_days"), said("CN", days=3)]
    found = in_force(rows, REGIONS, DAY)["marriage"]
    assert (found.days, found.counts, found.region) == (20, "calendar_days", "company:1")
    assert in_force(rows, REGIONS[:2], DAY)["marriage"].days == 13
    assert in_force(rows, REGIONS[:1], DAY)["marriage"].days == 3


def test_a_row_holds_from_its_day_on_and_the_later_one_of_a_region_wins() -> None:
    rows = [said("CN", days=3), said("CN", first=date(2026, 11, 3), days=15)]
    assert in_force(rows, REGIONS, DAY)["marriage"].days == 3
    assert in_force(rows, REGIONS, date(2026, 11, 3))["marriage"].days == 15


def test_a_company_adds_a_kind_of_its_own() -> None:
    row = Said("company:1", "own_1", DAY, None, LocalizedText("生日假", "Birthday"), {"days": 1, "limited_by": "year"},
               "", "员工手册", "https://example.org/2")  # fmt: skip
    found = in_force([row], REGIONS, DAY)["own_1"]
    assert (found.word.get("zh"), found.word.get("en"), found.days) == ("生日假", "Birthday", 1)
    assert "own_1" not in in_force([row], REGIONS[:2], DAY)
