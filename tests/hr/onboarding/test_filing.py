"""The approved entry form goes into the employee file once; nothing is typed again, and nothing is lost (D1, D2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hiring_world import World
from request_staff import Staff, employ
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.area import Round
from interview_engine.hr.files import entries
from interview_engine.hr.onboarding import entry_form, filing, links, rules, service
from interview_engine.hr.onboarding.tables import Onboarding
from interview_engine.store.tables import Blob, OutboxMessage

SHA = "ab" * 32
FORM = rules.Entry(
    document="id_card",
    number="11010519491231002X",
    born_on=date(1949, 12, 31),
    sex="female",
    address="上海市静安区一路 1 号 202 室",
    emergency_name="林父",
    emergency_relation="friend",
    emergency_phone="13900002222",
    bank="招商银行上海分行",
    account_number="6222021234567890128",
)


@dataclass(frozen=True)
class Filled:
    """Somebody whose form was approved; `round` runs the job with this form as the blob."""

    staff: Staff
    onboarding_id: str

    def round(self, form: rules.Entry = FORM) -> int:
        read: Callable[[str], bytes] = lambda _: rules.dump(form)  # noqa: E731
        world = self.staff.world
        return filing.file_entries(
            cast(Round, SimpleNamespace(database=world.database, blobs=SimpleNamespace(read=read), clock=world.clock))
        )

    def held(self, session: Session, section: str) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in one.values.items() if value is not None}
            for one in entries.held_by(session, self.staff.person_id, section)
        ]


@pytest.fixture
def filled(world: World) -> Filled:
    with world.database.transaction() as session:
        staff = employ(world, session)
        row = service.begin_by_hand(session, world.actor("hr"), staff.employment_id, world.clock)
        session.add(Blob(sha256=SHA, size=1, media_type="application/json", created_at=world.clock.now()))
        session.flush()
        row.entry_sha256, row.state = SHA, "approved"
        return Filled(staff, row.id)


def test_every_answer_goes_into_its_section_once(filled: Filled) -> None:
    assert (filled.round(), filled.round()) == (1, 0)
    with filled.staff.world.database.reading() as session:
        assert filled.held(session, "identity") == [
            {"id_number": FORM.number, "born_on": FORM.born_on, "sex": "female"}
        ]
        assert filled.held(session, "address") == [{"lives_at": FORM.address}]
        assert filled.held(session, "emergency") == [{"name": "林父", "relation": "other", "phone": "13900002222"}]
        assert filled.held(session, "bank") == [
            {"holder": "林晓", "bank": FORM.bank, "account_number": FORM.account_number}
        ]
        assert session.get_one(Onboarding, filled.onboarding_id).entry_sha256 is None


def test_the_file_says_that_the_person_entered_it_themselves(filled: Filled) -> None:
    filled.round()
    with filled.staff.world.database.reading() as session:
        (entry,) = entries.held_by(session, filled.staff.person_id, "identity")
        assert entry.changed_by == f"person:{filled.staff.person_id}"


def test_what_is_in_the_file_of_somebody_who_comes_back_stays(filled: Filled) -> None:
    world, person_id = filled.staff.world, filled.staff.person_id
    with world.database.transaction() as session:
        before = {"registered": "合肥市一路 1 号", "lives_at": "合肥市", "postcode": "200040"}
        entries.add(session, SYSTEM, person_id, "address", before, world.clock)
        mother = {"name": "林母", "relation": "parent", "phone": "13900003333"}
        entries.add(session, SYSTEM, person_id, "emergency", mother, world.clock)
    filled.round()
    with world.database.reading() as session:
        assert filled.held(session, "address") == [before | {"lives_at": FORM.address}]
        assert [one["name"] for one in filled.held(session, "emergency")] == ["林母", "林父"]


def test_a_passport_is_kept_with_the_birthday_in_it(filled: Filled) -> None:
    filled.round(replace(FORM, document="passport", number="E1234567", sex=""))
    with filled.staff.world.database.reading() as session:
        (identity,) = filled.held(session, "identity")
        assert (identity["document"], identity["id_number"], identity["born_on"]) == (
            "passport", "E1234567", FORM.born_on,
        )  # fmt: skip


def test_a_number_in_another_file_leaves_the_form_where_it_is_and_hr_is_told_once(filled: Filled) -> None:
    world = filled.staff.world
    with world.database.transaction() as session:
        other = employ(world, session, name="林晓晓")
        entries.add(session, SYSTEM, other.person_id, "identity", {"id_number": FORM.number}, world.clock)
    assert (filled.round(), filled.round()) == (0, 0)
    with world.database.transaction() as session:
        assert session.get_one(Onboarding, filled.onboarding_id).entry_sha256 == SHA
        assert filled.held(session, "bank") == []
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "onboarding.not_filed")).all()
        assert len({one.recipient for one in told}) == len([one for one in told if one.channel == "inbox"]) == 1
        (row,) = entries.held_by(session, other.person_id, "identity")
        entries.remove(session, SYSTEM, row.id, row.version, world.clock)
    assert filled.round() == 1


def test_a_form_that_was_called_off_meanwhile_is_not_filed(filled: Filled) -> None:
    world = filled.staff.world
    with world.database.transaction() as session:
        session.get_one(Onboarding, filled.onboarding_id).state = "called_off"
        assert not filing.write_into_file(session, filled.onboarding_id, SHA, FORM, world.clock)
        assert filled.held(session, "bank") == []


def test_family_certificates_and_the_card_s_validity_go_into_their_sections_once(filled: Filled) -> None:
    world = filled.staff.world
    with world.database.transaction() as session:
        entries.add(
            session, SYSTEM, filled.staff.person_id, "family", {"name": "林母", "relation": "parent"}, world.clock
        )
    form = replace(
        FORM,
        valid_from=date(2020, 5, 1),
        family=({"name": "林母", "relation": "parent"}, {"name": "林小", "relation": "child", "dependent": "1"}),
        certificates=({"title": "电工证", "expires_on": "2030-01-01"},),
    )
    assert filled.round(form) == 1
    with world.database.reading() as session:
        (identity,) = filled.held(session, "identity")
        assert (identity["valid_from"], identity.get("valid_until")) == (date(2020, 5, 1), None)
        family = {(one["name"], one["relation"], one.get("dependent", False)) for one in filled.held(session, "family")}
        assert family == {("林母", "parent", False), ("林小", "child", True)}, "nobody twice"
        assert filled.held(session, "certificates") == [{"title": "电工证", "expires_on": date(2030, 1, 1)}]


def test_a_draft_is_kept_sealed_until_the_form_is_sent_and_opens_on_its_phone_only(filled: Filled) -> None:
    world = filled.staff.world
    with world.database.transaction() as session:
        row = session.get_one(Onboarding, filled.onboarding_id)
        row.state, row.entry_sha256 = "asked", None
        link, secret = links.reenter(session, row.person_id, row.id, world.clock)
        entry_form.keep_draft(session, link, secret, {"number": "1101", "bank": ""}, world.clock)
    with world.database.transaction() as session:
        row = session.get_one(Onboarding, filled.onboarding_id)
        assert "1101" not in (row.draft or "")
        assert entry_form.draft_of(session, row) == {"number": "1101"}
        with pytest.raises(PermissionDenied):
            entry_form.keep_draft(session, link, "another phone", {"number": "2"}, world.clock)
        with pytest.raises(InvalidInput) as caught:
            entry_form.keep_draft(session, link, secret, {"number": "2" * 60_000}, world.clock)
        assert caught.value.code == "onboarding.draft"
        session.add(Blob(sha256="cd" * 32, size=1, media_type="application/json", created_at=world.clock.now()))
        session.flush()
        assert entry_form.submit(session, link, secret, "cd" * 32, world.clock).draft is None
