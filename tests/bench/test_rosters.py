"""The scorer of INRC-II agrees with the validator that the instances came with, and the model with the scorer."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import roster_inrc2
from bench.roster_companies import THREE, company, shuffled
from bench.rosters import hashed
from bench.setting import shared_data
from interview_engine.errors import UsageError
from interview_engine.hr.rosters.greedy import greedy


def inrc2() -> Path:
    try:
        folder = shared_data() / "D_hr" / "inrc2"
    except UsageError:
        pytest.skip("no shared data")
    if not folder.is_dir():
        pytest.skip("no INRC-II instances in the shared data")
    return folder


def test_the_score_of_a_shipped_solution_is_the_one_of_its_validator_part_by_part() -> None:
    instance, schedule, total = next(roster_inrc2.shipped(inrc2() / "n005w4"))
    found = roster_inrc2.score(instance, schedule)
    assert found == roster_inrc2.Score(
        hard=0, coverage=240, consecutive=465, days_off=330, preferences=70, complete_weekends=60,
        assignments=320, weekends=210,
    )  # fmt: skip
    assert found.total == total == 1695


@pytest.mark.parametrize(
    ("there", "begun", "expected"),
    [
        ("11100", 0, 0),
        ("11000", 0, 1),
        ("10000", 1, 1),
        ("00000", 1, 2),
        ("00011", 0, 0),
        ("11111", 0, 1),
        ("10000", 7, 1),
        ("00000", 7, 0),
    ],
)
def test_a_row_too_short_or_too_long_is_counted_by_days_and_an_open_one_is_not_short_yet(
    there: str, begun: int, expected: int
) -> None:
    assert roster_inrc2.rows([each == "1" for each in there], (3, 4), begun) == expected


def tiny(folder: Path) -> roster_inrc2.Instance:
    texts = {
        "Sc-tiny.txt": "SHIFT_TYPES = 2\nEarly (2,3)\nNight (2,3)\n\n"
        "FORBIDDEN_SHIFT_TYPES_SUCCESSIONS\nEarly 0\nNight 1 Early\n\n"
        "CONTRACTS = 1\nFull (3,5) (2,3) (2,3) 0 1\n\n"
        "NURSES = 3\nAda Full 1 Nurse\nBo Full 1 Nurse\nCy Full 1 Nurse\n",
        "H0-tiny-0.txt": "NURSE_HISTORY\nAda 0 0 Night 1 1 0\nBo 0 0 Early 4 4 0\nCy 0 0 None 0 0 1\n",
        "WD-tiny-0.txt": "REQUIREMENTS\nEarly Nurse (1,1) (0,1) (1,1) (0,1) (0,1) (0,1) (0,0)\n"
        "Night Nurse (0,1) (1,1) (0,1) (0,1) (0,1) (0,0) (0,1)\n\n"
        "SHIFT_OFF_REQUESTS = 2\nBo Any Mon\nCy Night Thu\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return roster_inrc2.read(folder, 0, [0])


def test_the_solved_cost_is_the_scored_one_and_no_better_schedule_is_claimed_than_there_is(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    instance = tiny(tmp_path / "tiny")
    schedule, bound, cheapest = roster_inrc2.solve(instance, 5.0)
    found = roster_inrc2.score(instance, schedule)
    assert (found.hard, cheapest) == (0, True)
    assert found.total == bound > 0


def test_a_forbidden_succession_a_lack_of_staff_and_a_missing_skill_are_hard(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    instance = tiny(tmp_path / "tiny")
    early = {("Ada", 0): ("Early", "Nurse")}  # after a night before the horizon; and Tuesday's and Wednesday's are open
    assert roster_inrc2.score(instance, early).hard == 3
    assert roster_inrc2.score(instance, {("Ada", 0): ("Early", "Head")}).hard == 5


def test_a_company_is_the_same_from_the_same_seed_and_its_plan_has_one_hash_in_any_order() -> None:
    problem = company(6, 7, THREE, 4)
    assert problem == company(6, 7, THREE, 4)
    assert problem != company(6, 7, THREE, 5)
    assert hashed(greedy(problem)) == hashed(greedy(shuffled(problem, 1)))
