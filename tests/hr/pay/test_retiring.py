"""When people retire, in the list of pay profiles."""

from __future__ import annotations

from datetime import date

import pytest
from hiring_world import World
from pay_world import PayWorld
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import SYSTEM, Actor, preset_rules
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.files import service as files
from interview_engine.hr.lists.reading import read_rows
from interview_engine.hr.pay.people_lists import PAY_PROFILES
from interview_engine.hr.pay.profiles import profiles_of


def identity(session: Session, world: World, held: Employment, number: str) -> None:
    """An ID card in the file."""
    files.put(session, SYSTEM, held.person_id, "identity", {"document": "id_card", "id_number": number}, world.clock)


@pytest.mark.parametrize(
    ("number", "retires", "day"),
    [
        ("11010119700701001X", "", date(2031, 12, 1)),  # a man, 61 years and 5 months
        ("110101197507010023", "women_50", date(2025, 11, 1)),  # 50 years and 4 months
        ("110101197507010023", "women_55", date(2031, 12, 1)),  # 56 years and 5 months
        ("110101197507010023", "", None),
    ],
)
def test_the_day_follows_from_the_id_card_and_for_women_from_the_job(
    small_world: World, number: str, retires: str, day: date | None
) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        held = pay.hire(session, "A-1", retires=retires)
        identity(session, small_world, held, valid(number))
        (profile,) = profiles_of(session, held.id)
        (row,) = read_rows(session, small_world.actor("administrator"), PAY_PROFILES, [profile.id])
    assert row.values["retirement"] == day


def valid(number: str) -> str:
    """The number with the check digit of GB 11643."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return number[:17] + "10X98765432"[sum(int(one) * by for one, by in zip(number, weights, strict=False)) % 11]


def test_who_may_not_read_identities_sees_no_day(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        held = pay.hire(session, "A-1")
        identity(session, small_world, held, valid("11010119700701001X"))
        (profile,) = profiles_of(session, held.id)
        (row,) = read_rows(session, payroll(), PAY_PROFILES, [profile.id])
    assert row.values["retirement"] is None
    assert "retirement" in row.hidden


def payroll() -> Actor:
    """Who works in payroll: reads pay, no ID cards."""
    return Actor("account:payroll", "payroll", None, "payroll", preset_rules("payroll", "all"), "zh")
