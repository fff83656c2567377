"""Whom a new colleague will meet: with photos from the approval on, and no longer than they work here (D4)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hiring_world import World
from request_staff import START, Staff, employ
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import SYSTEM, employee_actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.files import photos
from interview_engine.hr.onboarding import service
from interview_engine.hr.onboarding.tables import Onboarding
from interview_engine.hr.onboarding.team import Teammate, team_of
from interview_engine.hr.org.service import create_department, create_legal_entity

SHA = "cd" * 32


@dataclass(frozen=True)
class Welcomed:
    """Somebody new, and a colleague who gives a photo."""

    new: Staff
    colleague: Staff
    onboarding_id: str
    photo_id: str

    def seen(self, session: Session, state: str) -> Teammate:
        row = session.get_one(Onboarding, self.onboarding_id)
        row.state = state
        return next(one for one in team_of(session, row) if one.name == "何小满")


@pytest.fixture
def welcomed(world: World) -> Welcomed:
    with world.database.transaction() as session:
        new, colleague = employ(world, session), employ(world, session, name="何小满")
        row = service.begin_by_hand(session, world.actor("hr"), new.employment_id, world.clock)
        made = photos.NewPhoto("1" * 32, SHA, 1)
        photo = photos.give(session, colleague.me, made, True, "zh", world.clock)
        return Welcomed(new, colleague, row.id, photo.id)


@pytest.mark.parametrize("state", ["asked", "filled", "returned"])
def test_before_the_approval_there_is_no_photo(welcomed: Welcomed, state: str) -> None:
    with welcomed.new.world.database.transaction() as session:
        assert welcomed.seen(session, state).photo_id is None


@pytest.mark.parametrize("state", ["approved", "joined"])
def test_from_the_approval_on_they_see_name_post_and_photo(welcomed: Welcomed, state: str) -> None:
    with welcomed.new.world.database.transaction() as session:
        assert welcomed.seen(session, state) == Teammate("何小满", "客服专员", welcomed.photo_id)


def test_who_has_left_sees_no_photo_by_the_old_link(welcomed: Welcomed) -> None:
    with welcomed.new.world.database.transaction() as session:
        session.get_one(Employment, welcomed.new.employment_id).state = "left"
        assert welcomed.seen(session, "joined").photo_id is None


def test_a_colleague_who_withdraws_is_shown_by_letters_again(welcomed: Welcomed) -> None:
    world = welcomed.new.world
    with world.database.transaction() as session:
        photos.withdraw(session, welcomed.colleague.me, world.clock)
        assert welcomed.seen(session, "approved").photo_id is None


@pytest.mark.parametrize("employer", ["the same", "another"])
def test_the_heads_photo_is_shown_where_they_are_of_the_same_company(welcomed: Welcomed, employer: str) -> None:
    world = welcomed.new.world
    head = world.actor("hiring_manager").person_id or ""
    with world.database.transaction() as session:
        place = employments.Place(world.entity_id, world.department_id)
        if employer == "another":
            company = create_legal_entity(session, SYSTEM, "另一家公司", "苏州", world.clock)
            place = employments.Place(
                company.id, create_department(session, SYSTEM, company.id, "生产部", world.clock).id
            )
        employments.begin(session, SYSTEM, head, place, "客服经理", START, None, world.clock)
        photos.give(
            session, employee_actor(head, "zh"), photos.NewPhoto("2" * 32, "ef" * 32, 1), True, "zh", world.clock
        )
        row = session.get_one(Onboarding, welcomed.onboarding_id)
        row.state = "approved"
        first = team_of(session, row)[0]
        assert first.title == ("客服经理" if employer == "the same" else "")  # of another company: only that they lead
        assert first.photo_id == ("2" * 32 if employer == "the same" else None)
