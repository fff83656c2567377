"""What only others may ask for nobody asks for themselves, whatever their grants say (F1, F4, M1)."""

from __future__ import annotations

from datetime import date

import pytest
from hiring_world import World
from request_staff import START, Staff
from sqlalchemy import func, select

from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.areas import AREAS
from interview_engine.hr.employment import service as employment
from interview_engine.hr.house import house
from interview_engine.hr.requests import asking, service
from interview_engine.hr.requests.kinds import AskedKind
from interview_engine.hr.requests.tables import Request

KINDS: dict[str, AskedKind] = {
    one.asked.name: one.asked for area in AREAS for one in area.requests if one.asked is not None
}
BY_OTHERS = sorted(name for name, kind in KINDS.items() if not kind.by_oneself)
VALUES = {
    "promotion": {"title": "客服组长", "level": 6, "from_day": date(2026, 12, 1)},
    "pay_change": {"monthly": 1_200_000, "from_day": date(2026, 12, 1)},
}
"""A form that would be taken from somebody else, of every kind that only others ask for."""


def employed_as(world: World, role: str) -> Actor:
    """An account of that role, whose person works here."""
    actor = world.actor(role)
    with world.database.transaction() as session:
        place = employment.Place(world.entity_id, world.department_id)
        employment.begin(session, SYSTEM, actor.person_id or "", place, "职员", START, None, world.clock)
    return actor


def test_every_kind_that_only_others_ask_for_has_a_form_here() -> None:
    assert set(VALUES) == set(BY_OTHERS)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_an_employee_is_offered_a_kind_just_when_one_may_ask_for_oneself(staff: Staff, name: str) -> None:
    with staff.world.database.reading() as session:
        post = house().post_of(session, staff.person_id)
        assert post is not None
        assert asking.may_ask(session, staff.me, KINDS[name], staff.person_id, post) is KINDS[name].by_oneself


@pytest.mark.parametrize("name", BY_OTHERS)
def test_an_employee_asks_for_none_of_these_for_themselves(staff: Staff, name: str) -> None:
    with staff.world.database.transaction() as session:
        assert name not in {kind.name for kind in service.askable(session, staff.me, staff.person_id)}
        with pytest.raises(PermissionDenied):
            service.form_of(session, staff.me, name, staff.person_id)
        with pytest.raises(PermissionDenied):
            staff.ask(session, name, **VALUES[name])
        assert session.scalar(select(func.count()).select_from(Request)) == 0


@pytest.mark.parametrize("role", ["hr", "hiring_manager", "administrator"])
@pytest.mark.parametrize("name", BY_OTHERS)
def test_no_grant_of_an_account_makes_up_for_it(world: World, name: str, role: str) -> None:
    actor = employed_as(world, role)
    with world.database.transaction() as session:
        assert name not in {kind.name for kind in service.askable(session, actor, actor.person_id or "")}
        with pytest.raises(PermissionDenied):
            service.ask(session, actor, name, VALUES[name], world.clock, person_id=actor.person_id)
        assert session.scalar(select(func.count()).select_from(Request)) == 0


@pytest.mark.parametrize("name", BY_OTHERS)
def test_hr_asks_for_them_for_somebody_else(staff: Staff, name: str) -> None:
    world = staff.world
    with world.database.transaction() as session:
        row = service.ask(session, world.actor("hr"), name, VALUES[name], world.clock, person_id=staff.person_id)
        assert (row.state, row.person_id) == ("pending", staff.person_id)
