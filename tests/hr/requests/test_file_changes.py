"""Changes of one's own file, asked for on the phone: sealed, shown by class, done and undone (D2)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from request_staff import Staff
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.files import entries
from interview_engine.hr.people.tables import Person
from interview_engine.hr.requests import service
from interview_engine.hr.requests.seeing import Seen
from interview_engine.hr.requests.tables import Request, RequestEffect
from interview_engine.store.tables import AuditEvent, BlobKey

ACCOUNT, OTHER = "6222021234567890128", "6217000012345678901"
BANK = {"holder": "林晓", "bank": "招商银行", "account_number": "12345678901"}
ADDRESS = {"registered": "安徽省合肥市一路 1 号", "lives_at": "上海市静安区一路 1 号 202 室", "postcode": "200040"}
MOTHER = {"name": "林母", "relation": "parent", "phone": "13900002222"}


def add(staff: Staff, session: Session, section: str, **values: Any) -> str:
    return entries.add(session, SYSTEM, staff.person_id, section, values, staff.world.clock).id


def held(staff: Staff, session: Session, section: str) -> list[dict[str, Any]]:
    return [dict(one.values) for one in entries.held_by(session, staff.person_id, section)]


def said(seen: Seen) -> dict[str, tuple[str, str]]:
    return {one.field.name: (one.words_before("zh"), one.words("zh")) for one in seen.fields if not one.hidden}


def test_what_is_asked_for_is_not_readable_in_the_row(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        add(staff, session, "bank", **BANK)
        row = staff.ask(session, "bank_change", account_number="98765432101")
        kept = str(row.payload) + str(row.before)
        assert list(row.payload) == ["sealed"]
        for value in ("98765432101", "12345678901"):
            assert value not in kept


def test_only_what_changes_is_filled_in_and_the_approval_changes_the_file(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        add(staff, session, "address", **ADDRESS)
        row = staff.ask(session, "address_change", lives_at="上海市徐汇区二路 2 号")
        assert held(staff, session, "address") == [ADDRESS]
        staff.decide(session, row)
        assert row.state == "done"
        assert held(staff, session, "address") == [ADDRESS | {"lives_at": "上海市徐汇区二路 2 号"}]


def test_a_first_entry_asks_for_all_that_the_section_needs(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        with pytest.raises(InvalidInput) as caught:
            staff.ask(session, "bank_change", account_number="12345678901")
        assert caught.value.field == "holder"
        row = staff.ask(session, "bank_change", **BANK)
        staff.decide(session, row)
        (bank,) = held(staff, session, "bank")
        assert bank["account_number"] == "12345678901"


@pytest.mark.parametrize(
    ("kind", "values", "code"),
    [
        ("bank_change", {**BANK, "account_number": "12"}, "bank.number"),
        ("bank_change", {**BANK, "account_number": "6222021234567890127"}, "bank.checksum"),
        ("identity_change", {"id_number": "110105194912310021"}, "id_number.checksum"),
        ("emergency_change", {**MOTHER, "relation": "neighbour"}, "input.choice"),
        ("certificates_change", {"title": "电工证", "issued_on": date(2026, 2, 1), "expires_on": date(2026, 1, 1)},
         "certificate.days"),
        ("address_change", {}, "file.nothing"),
        ("emergency_change", {"take_out": True}, "file.which"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_its_field(
    small_staff: Staff, kind: str, values: dict[str, Any], code: str
) -> None:
    with small_staff.world.database.transaction() as session, pytest.raises(InvalidInput) as caught:
        small_staff.ask(session, kind, **values)
    assert caught.value.code == code


def test_who_decides_sees_old_and_new_as_far_as_they_may_open_them(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        add(staff, session, "bank", **BANK)
        row = staff.ask(session, "bank_change", account_number="98765432101", bank="工商银行")
        head = service.see(session, world.actor("hiring_manager"), row.id, world.clock)
        assert said(head) == {"bank": ("****", "****"), "account_number": ("**** 8901", "**** 2101")}
        assert not head.opened
        hr = service.see(session, world.actor("hr"), row.id, world.clock)
        assert said(hr)["account_number"] == ("12345678901", "98765432101")
        assert said(service.see(session, staff.me, row.id, staff.world.clock))["bank"] == ("招商银行", "工商银行")


def test_that_somebody_opened_it_is_in_the_trail_without_a_value(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        add(staff, session, "bank", **BANK)
        row = staff.ask(session, "bank_change", account_number="98765432101")
        for actor in (world.actor("hr"), world.actor("hiring_manager"), staff.me):
            service.note_read(session, actor, service.see(session, actor, row.id, world.clock), world.clock)
    with world.database.reading() as session:
        (read,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "request.read"))
        assert "98765432101" not in str(read.detail)


def test_who_reads_the_pay_of_offers_does_not_open_an_account_number(staff: Staff) -> None:
    """Recruiters read pay; a bank account is opened by who decides on pay, as in the file."""
    with staff.world.database.transaction() as session:
        row = staff.ask(session, "bank_change", **BANK)
        seen = service.see(session, staff.world.actor("recruiter"), row.id, staff.world.clock)
        assert said(seen)["account_number"][1] == "**** 8901"


def test_one_of_several_entries_is_changed_or_taken_out(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        first = add(staff, session, "emergency", **MOTHER)
        add(staff, session, "emergency", name="林父", relation="parent", phone="13900003333")
        fields = {one.name: one for one in service.form_of(session, staff.me, "emergency_change", staff.person_id)[1]}
        assert [text.get("zh")[:1] for text in fields["entry"].choices.values()] == ["林", "林"]
        staff.decide(session, staff.ask(session, "emergency_change", entry=first, phone="13900009999"))
        assert [one["phone"] for one in held(staff, session, "emergency")] == ["13900009999", "13900003333"]
        staff.decide(session, staff.ask(session, "emergency_change", entry=first, take_out=True))
        assert [one["name"] for one in held(staff, session, "emergency")] == ["林父"]
        staff.decide(
            session, staff.ask(session, "emergency_change", name="林妹", relation="sibling", phone="13900004444")
        )
        assert [one["name"] for one in held(staff, session, "emergency")] == ["林父", "林妹"]


def test_a_change_by_somebody_else_meanwhile_refuses_the_effect_and_loses_nothing(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        entry = add(staff, session, "address", **ADDRESS)
        request_id = staff.ask(session, "address_change", lives_at="上海市徐汇区二路 2 号").id
        changed = ADDRESS | {"lives_at": "上海市浦东新区三路 3 号"}
        entries.change(session, world.actor("hr"), entry, changed, 1, world.clock)
    with pytest.raises(ConflictError) as caught, world.database.transaction() as session:
        staff.decide(session, session.get_one(Request, request_id))
    assert caught.value.code == "file.changed_since"
    with world.database.transaction() as session:
        assert session.get_one(Request, request_id).state == "pending"
        assert held(staff, session, "address") == [changed]
        staff.decide(session, session.get_one(Request, request_id), "reject")


def test_another_field_that_somebody_changed_meanwhile_stays(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        entry = add(staff, session, "address", **ADDRESS)
        row = staff.ask(session, "address_change", lives_at="上海市徐汇区二路 2 号")
        entries.change(session, world.actor("hr"), entry, ADDRESS | {"postcode": "200000"}, 1, world.clock)
        staff.decide(session, row)
        assert held(staff, session, "address") == [
            ADDRESS | {"postcode": "200000", "lives_at": "上海市徐汇区二路 2 号"}
        ]


@pytest.mark.parametrize(
    "asked",
    [
        {"phone": "13900009999"},
        {"take_out": True},
        {"new": True, "name": "林妹", "relation": "sibling", "phone": "13900004444"},
    ],
)
def test_a_cancellation_puts_back_what_stood_there(staff: Staff, asked: dict[str, Any]) -> None:
    world, values = staff.world, dict(asked)
    with world.database.transaction() as session:
        entry = add(staff, session, "emergency", **MOTHER)
        before = held(staff, session, "emergency")
        if not values.pop("new", False):
            values["entry"] = entry
        row = staff.ask(session, "emergency_change", **values)
        staff.decide(session, row)
        assert held(staff, session, "emergency") != before
        service.cancel(session, staff.me, row.id, "写错了", world.clock)
        staff.decide(session, row)
        assert row.state == "cancelled"
        assert held(staff, session, "emergency") == before
        effects = session.scalars(select(RequestEffect).where(RequestEffect.request_id == row.id)).all()
        assert sum(one.quantity for one in effects) == 0


def test_what_was_changed_again_since_is_not_put_back(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        entry = add(staff, session, "address", **ADDRESS)
        row = staff.ask(session, "address_change", lives_at="上海市徐汇区二路 2 号")
        staff.decide(session, row)
        entries.change(
            session, world.actor("hr"), entry, ADDRESS | {"lives_at": "杭州市西湖区四路 4 号"}, 2, world.clock
        )
        request_id = row.id
        service.cancel(session, staff.me, row.id, "写错了", world.clock)
    with pytest.raises(ConflictError) as caught, world.database.transaction() as session:
        staff.decide(session, session.get_one(Request, request_id))
    assert caught.value.code == "file.changed_since"
    with world.database.transaction() as session:
        assert held(staff, session, "address")[0]["lives_at"] == "杭州市西湖区四路 4 号"


def test_sent_twice_by_phone_is_one_request_although_it_is_sealed(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        first = staff.ask(session, "bank_change", key="k1", **BANK)
        assert staff.ask(session, "bank_change", key="k1", **BANK) is first
        with pytest.raises(ConflictError) as caught:
            staff.ask(session, "bank_change", key="k1", **(BANK | {"bank": "工商银行"}))
        assert caught.value.code == "request.sent"


def test_a_name_phone_or_mail_is_asked_for_in_the_same_way(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        row = staff.ask(session, "contact_change", phone="13900000001")
        assert "13900000001" not in str(row.payload)
        head = service.see(session, staff.world.actor("hiring_manager"), row.id, staff.world.clock)
        assert said(head)["phone"][1] == "13900000001"
        staff.decide(session, row)
        assert session.get_one(Person, staff.person_id).phone == "13900000001"


def test_without_the_key_of_the_person_a_request_says_nothing_any_more(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        row = staff.ask(session, "address_change", lives_at="上海市徐汇区二路 2 号")
        session.execute(update(BlobKey).where(BlobKey.person_id == staff.person_id, BlobKey.subject == "request")
                        .values(subject="gone"))  # fmt: skip
        assert said(service.see(session, staff.me, row.id, staff.world.clock)) != {}
        for key in session.scalars(select(BlobKey).where(BlobKey.subject == "gone")):
            session.delete(key)
        session.flush()
        assert said(service.see(session, staff.me, row.id, staff.world.clock)) == {}
