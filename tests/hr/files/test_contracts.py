"""Contracts: no overlaps, the law's words beside them, reminders once and in time (D8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hiring_world import World
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, PermissionDenied
from interview_engine.hr.employment import lifecycle, service
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.files import contract_ends, contract_signing, contracts
from interview_engine.hr.files.contracts import NewContract
from interview_engine.hr.files.reminders import remind
from interview_engine.hr.files.tables import Contract
from interview_engine.store.tables import OutboxMessage

FIRST, LAST = date(2026, 12, 1), date(2027, 11, 30)
YEAR = NewContract("fixed", FIRST, LAST)


@dataclass(frozen=True)
class Employed:
    world: World
    employment_id: str
    person_id: str

    def draft(self, session: Session, new: NewContract = YEAR, role: str = "hr") -> Contract:
        return contracts.draft(session, self.world.actor(role), self.employment_id, new, self.world.clock)

    def signed(self, session: Session, new: NewContract = YEAR) -> Contract:
        return contract_signing.sign(session, self.world.actor("hr"), self.draft(session, new).id, self.world.clock)

    def on(self, day: date) -> None:
        self.world.clock.at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)

    def told(self, template: str) -> list[str]:
        with self.world.database.reading() as session:
            return list(
                session.scalars(
                    select(OutboxMessage.recipient).where(
                        OutboxMessage.template == template, OutboxMessage.channel == "inbox"
                    )
                )
            )

    def remind_on(self, day: date) -> int:
        self.on(day)
        with self.world.database.transaction() as session:
            return remind(session, self.world.clock)


@pytest.fixture
def employed(world: World) -> Employed:
    """Somebody whose first day of work is 1 December."""
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        where = service.Place(world.entity_id, world.department_id)
        row = service.begin(session, world.actor("hr"), application.person_id, where, "客服", FIRST, None, world.clock)
        return Employed(world, row.id, row.person_id)


def test_a_signed_contract_stands_in_the_timeline_and_sets_the_probation(employed: Employed) -> None:
    with employed.world.database.transaction() as session:
        employed.signed(session, NewContract("fixed", FIRST, LAST, date(2027, 1, 31)))
        assert "contract_signed" in [one.kind for one in lifecycle.of_person(session, employed.person_id)]
        assert session.get_one(Employment, employed.employment_id).probation_end == date(2027, 1, 31)


def test_contracts_of_one_company_share_no_day(employed: Employed) -> None:
    with employed.world.database.transaction() as session:
        employed.signed(session)
        with pytest.raises(ConflictError) as caught:
            employed.draft(session, NewContract("open", LAST, None))
        assert caught.value.code == "contract.overlaps"
        assert LAST.isoformat() in caught.value.message.zh


def test_a_dropped_draft_leaves_its_days_free(employed: Employed) -> None:
    with employed.world.database.transaction() as session:
        first = employed.draft(session)
        contracts.drop(session, employed.world.actor("hr"), first.id, employed.world.clock)
        assert employed.draft(session).sign_count == 1


def test_contracts_are_counted_and_the_third_is_named(employed: Employed) -> None:
    with employed.world.database.transaction() as session:
        employed.signed(session)
        employed.signed(session, NewContract("fixed", date(2027, 12, 1), date(2028, 11, 30)))
        third = employed.draft(session, NewContract("fixed", date(2028, 12, 1), date(2029, 11, 30)))
        assert third.sign_count == 3
        assert [one.code for one in contracts.law_says(session, third)] == ["third.open"]


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (NewContract("fixed", FIRST, None), "contract.days"),
        (NewContract("open", FIRST, LAST), "contract.days"),
        (NewContract("fixed", FIRST, date(2026, 11, 30)), "contract.days"),
        (NewContract("fixed", date(2026, 10, 1), LAST), "contract.days"),
        (NewContract("fixed", FIRST, LAST, date(2026, 11, 30)), "contract.probation"),
        (NewContract("fixed", FIRST, LAST, date(2027, 12, 1)), "contract.probation"),
        (NewContract("other", FIRST, LAST), "contract.kind"),  # type: ignore[arg-type]
    ],
)
def test_days_that_no_contract_has_are_refused(employed: Employed, new: NewContract, code: str) -> None:
    with employed.world.database.transaction() as session, pytest.raises(InvalidInput) as caught:
        employed.draft(session, new)
    assert caught.value.code == code


def test_a_contract_in_force_ends_on_a_day_of_its_term(employed: Employed) -> None:
    world = employed.world
    with world.database.transaction() as session:
        row = employed.signed(session)
        with pytest.raises(InvalidInput):
            contract_ends.end(session, world.actor("hr"), row.id, date(2027, 12, 1), world.clock)
        assert contract_ends.end(session, world.actor("hr"), row.id, date(2027, 6, 30), world.clock).state == "ended"


@pytest.mark.parametrize("role", ["interviewer", "auditor", "hiring_manager"])
def test_who_may_not_write_contact_data_drafts_none(employed: Employed, role: str) -> None:
    with employed.world.database.transaction() as session, pytest.raises(PermissionDenied):
        employed.draft(session, role=role)


def test_hr_and_the_manager_are_told_exactly_one_month_before_and_once(employed: Employed) -> None:
    with employed.world.database.transaction() as session:
        employed.signed(session)
    told = [employed.remind_on(day) for day in (date(2027, 10, 29), date(2027, 10, 30), date(2027, 10, 31))]
    assert told == [0, 1, 0]
    receivers = set(employed.told("contract.ending"))
    for role in ("hr", "hiring_manager"):
        assert f"account:{employed.world.actor(role).account_id}" in receivers


def test_a_reminder_that_no_worker_could_send_in_time_goes_out_late(employed: Employed) -> None:
    with employed.world.database.transaction() as session:
        employed.signed(session)
    assert employed.remind_on(date(2027, 11, 20)) == 1


def test_nobody_decides_and_it_is_told_higher_up_once(employed: Employed) -> None:
    with employed.world.database.transaction() as session:
        employed.signed(session)
    days = (date(2027, 10, 30), date(2027, 11, 12), date(2027, 11, 13), date(2027, 11, 14))
    assert [employed.remind_on(day) for day in days] == [1, 0, 1, 0]
    assert f"account:{employed.world.actor('administrator').account_id}" in employed.told("contract.undecided")


def test_what_is_decided_is_not_told_again(employed: Employed) -> None:
    world = employed.world
    with world.database.transaction() as session:
        row = employed.signed(session)
        contract_ends.decide_on_end(session, world.actor("hr"), row.id, "renew", world.clock)
    assert employed.remind_on(date(2027, 11, 13)) == 0


def test_working_without_a_contract_is_named_from_day_31(employed: Employed) -> None:
    employed.on(date(2026, 12, 31))
    with employed.world.database.transaction() as session:
        row = session.get_one(Employment, employed.employment_id)
        warning = contracts.unwritten_so_far(session, row, employed.world.clock)
        assert warning is not None
        assert warning.code == "unwritten.double_pay"


def test_the_next_contract_follows_without_a_gap_and_without_a_probation(employed: Employed) -> None:
    with employed.world.database.transaction() as session:
        row = employed.signed(session, NewContract("fixed", FIRST, LAST, date(2027, 1, 31)))
        following, why = contract_ends.proposed_next(session, row)
        assert (following.kind, following.first, following.last) == ("fixed", date(2027, 12, 1), date(2028, 11, 30))
        assert (following.probation_last, why) == (None, ())


def test_the_third_contract_is_proposed_open_ended_with_its_article(employed: Employed) -> None:
    with employed.world.database.transaction() as session:
        employed.signed(session)
        second = employed.signed(session, NewContract("fixed", date(2027, 12, 1), date(2028, 11, 30)))
        following, why = contract_ends.proposed_next(session, second)
        assert (following.kind, following.last) == ("open", None)
        assert [one.code for one in why] == ["third.open"]
        second.asked_for_fixed = True
        assert contract_ends.proposed_next(session, second)[0].kind == "fixed"


def test_renewing_drafts_the_next_and_ends_the_reminders_of_the_former(employed: Employed) -> None:
    world = employed.world
    with world.database.transaction() as session:
        row = employed.signed(session)
        new = NewContract("fixed", date(2027, 12, 1), date(2028, 11, 30))
        assert (
            contract_ends.renew(session, world.actor("hr"), row.id, employed.employment_id, new, world.clock).sign_count
            == 2
        )
        assert row.decided == "renew"
    assert employed.remind_on(date(2027, 11, 13)) == 0
