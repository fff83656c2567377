"""What other rooms ask of accounts: whose they are, which are active, what their holders are called."""

from __future__ import annotations

import pytest
from hiring_world import World

from interview_engine.hr.accounts.service import (
    account_of_person,
    active_accounts,
    deactivate,
    every_holder,
    has_account,
    holder,
    holders,
    names_of,
)


def test_active_accounts_are_found_by_id_by_role_and_by_person(small_world: World) -> None:
    recruiter, hr, auditor = (small_world.actor(role) for role in ("recruiter", "hr", "auditor"))
    with small_world.database.reading() as session:
        found = active_accounts(
            session, ids=[recruiter.account_id or ""], roles=["hr"], persons=[auditor.person_id or ""]
        )
        nobody = active_accounts(session)
    assert set(found) == {recruiter.account_id, hr.account_id, auditor.account_id}
    assert list(found) == sorted(found)
    assert nobody == ()


@pytest.fixture
def closed(small_world: World) -> tuple[str, str]:
    """The auditor's account, which was closed, and its person."""
    world, auditor = small_world, small_world.actor("auditor")
    account_id, person_id = auditor.account_id or "", auditor.person_id or ""
    with world.database.transaction() as session:
        before = account_of_person(session, person_id)
        assert before is not None
        assert before.id == account_id
        deactivate(session, world.actor("administrator"), account_id, world.clock)
    return account_id, person_id


def test_a_closed_account_is_nobodys_way_in(small_world: World, closed: tuple[str, str]) -> None:
    account_id, person_id = closed
    with small_world.database.reading() as session:
        assert account_of_person(session, person_id) is None
        assert holder(session, account_id) is None
        assert active_accounts(session, ids=[account_id]) == ()
        assert person_id not in set(session.scalars(holders()))


def test_a_closed_account_stays_somebodys_account(small_world: World, closed: tuple[str, str]) -> None:
    account_id, person_id = closed
    with small_world.database.reading() as session:
        assert has_account(session, person_id)
        assert person_id in set(session.scalars(every_holder()))
        assert names_of(session, [account_id]) == {account_id: "auditor"}


def test_the_holder_of_an_active_account_is_its_person(small_world: World) -> None:
    recruiter = small_world.actor("recruiter")
    with small_world.database.reading() as session:
        found = holder(session, recruiter.account_id or "")
        assert found is not None
        assert found.id == recruiter.person_id
        assert holder(session, "unknown") is None


def test_names_are_of_the_accounts_that_were_asked_for(small_world: World) -> None:
    recruiter = small_world.actor("recruiter")
    with small_world.database.reading() as session:
        assert names_of(session, [recruiter.account_id or "", "unknown"]) == {recruiter.account_id: "recruiter"}
        assert names_of(session, []) == {}
