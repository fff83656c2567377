"""Sections of a file: encrypted, masked, read on purpose, changed by two at once, forgotten with their person (D2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hiring_world import World
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import Actor, GrantRule, employee_actor, preset_rules
from interview_engine.hr.files import entries
from interview_engine.hr.files.entries import FileChanged
from interview_engine.hr.files.reminders import remind_of_entries
from interview_engine.hr.files.sections import SECTIONS
from interview_engine.hr.files.tables import FileEntry
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.people.tables import Person
from interview_engine.store.blob_keys import keys_of
from interview_engine.store.rows import stamp
from interview_engine.store.tables import AuditEvent, BlobKey, OutboxMessage

NUMBER, OTHER = "110105199003070025", "11010519491231002X"
VALUES: Mapping[str, Mapping[str, Value]] = {
    "identity": {"id_number": NUMBER, "valid_until": date(2035, 8, 12)},
    "address": {"registered": "样本省样本市虚构路1号", "lives_at": "样本省样本市虚构路88号", "postcode": "100000"},
    "emergency": {"name": "测试母", "relation": "parent", "phone": "138 0000 1234"},
    "bank": {"holder": "测试甲", "bank": "样本银行", "account_number": "6222 0212 3456 7890 128"},
    "family": {"name": "测试子", "relation": "child", "born_on": date(2020, 5, 1), "dependent": True},
    "certificates": {"title": "电工证", "number": "T-1", "expires_on": date(2027, 1, 15)},
}


@dataclass(frozen=True)
class File:
    world: World
    person_id: str

    def actor(self, role: str, scope: str = "all") -> Actor:
        found = self.world.actors.get(role)
        person = None if found is None else found.person_id
        return Actor(f"account:{role}", None, person, role, preset_rules(role, scope), "zh")

    def add(self, session: Session, section: str, role: str = "hr", **more: Value) -> entries.Entry:
        values = {**VALUES[section], **more}
        return entries.add(session, self.actor(role), self.person_id, section, values, self.world.clock)

    def seen(self, session: Session, actor: Actor) -> dict[str, tuple[entries.Entry, ...]]:
        found = entries.sections_of(session, actor, self.person_id)
        return {one.section.name: one.entries for one in found}


@pytest.fixture
def file(world: World) -> File:
    with world.database.transaction() as session:
        return File(world, new_person(session, world, "测试甲"))


def new_person(session: Session, world: World, name: str) -> str:
    person = Person(**stamp("system", world.clock), name=name, language="zh", department_id=world.department_id)
    session.add(person)
    session.flush()
    return person.id


@pytest.mark.parametrize("section", [one.name for one in SECTIONS])
def test_what_is_entered_is_masked_until_it_is_opened_and_lies_encrypted(file: File, section: str) -> None:
    with file.world.database.transaction() as session:
        made = file.add(session, section)
    with file.world.database.transaction() as session:
        hr = file.actor("hr")
        opened = entries.open_entry(session, hr, made.id, file.world.clock)
        (shown,) = file.seen(session, hr)[section]
        for name, value in VALUES[section].items():
            if isinstance(value, str) and name not in ("id_number", "phone", "account_number"):
                assert opened.values[name] == value
        masks = next(one.masks for one in SECTIONS if one.name == section)
        assert all(shown.values[name] != opened.values[name] for name in masks if opened.values[name] is not None)
        kept = str(session.execute(text("SELECT * FROM file_entry")).one())
        assert not any(
            str(value) in kept for value in VALUES[section].values() if isinstance(value, str) and len(value) > 5
        )


def test_birthday_and_sex_follow_from_the_number_and_15_digits_become_18(file: File) -> None:
    with file.world.database.transaction() as session:
        made = file.add(session, "identity", id_number="110105 900307 002")
        found = entries.open_entry(session, file.actor("hr"), made.id, file.world.clock).values
    assert (found["id_number"], found["born_on"], found["sex"]) == (NUMBER, date(1990, 3, 7), "female")


@pytest.mark.parametrize(
    ("role", "scope", "sections"),
    [
        ("hr", "all", {one.name for one in SECTIONS}),
        ("administrator", "all", {one.name for one in SECTIONS}),
        ("payroll", "all", {"bank", "certificates"}),
        ("manager", "reports", {"certificates"}),
        ("hiring_manager", "reports", {"certificates"}),
        ("recruiter", "all", {"certificates"}),
        ("interviewer", "all", set()),
        ("auditor", "all", set()),
    ],
)
def test_each_role_sees_its_own_sections(file: File, role: str, scope: str, sections: set[str]) -> None:
    with file.world.database.transaction() as session:
        made = {name: file.add(session, name).id for name in VALUES}
        actor = file.actor("hiring_manager" if role == "manager" else role, scope)
        if role == "manager":
            actor = Actor("account:m", None, actor.person_id, role, preset_rules(role, scope), "zh")
        assert set(file.seen(session, actor)) == sections
        for name, entry_id in made.items():
            if name in sections:
                entries.open_entry(session, actor, entry_id, file.world.clock)
            else:
                with pytest.raises(PermissionDenied):
                    entries.open_entry(session, actor, entry_id, file.world.clock)


def test_reporting_opens_no_identity_whatever_was_granted(file: File) -> None:
    me = file.world.actor("hiring_manager").person_id
    everything = Actor("account:m", None, me, "x", (GrantRule("reports", "*", "*"),), "zh")
    with file.world.database.transaction() as session:
        for name in VALUES:
            file.add(session, name)
        assert set(file.seen(session, everything)) == {"certificates"}


def test_somebody_sees_their_own_file_and_nobody_elses(file: File) -> None:
    with file.world.database.transaction() as session:
        for name in VALUES:
            file.add(session, name)
        other = new_person(session, file.world, "测试乙")
        assert set(file.seen(session, employee_actor(file.person_id, "zh"))) == set(VALUES)
        assert file.seen(session, employee_actor(other, "zh")) == {}
        with pytest.raises(PermissionDenied):
            entries.add(session, employee_actor(file.person_id, "zh"), file.person_id, "address", VALUES["address"],
                        file.world.clock)  # fmt: skip


@pytest.mark.parametrize("role", ["recruiter", "payroll", "hiring_manager", "interviewer", "auditor"])
def test_who_may_not_write_writes_nothing(file: File, role: str) -> None:
    with file.world.database.transaction() as session:
        for name in VALUES.keys() - {"bank"}:
            with pytest.raises(PermissionDenied):
                file.add(session, name, role)


def test_a_reading_stands_in_the_trail_without_the_value(file: File) -> None:
    with file.world.database.transaction() as session:
        made = file.add(session, "identity")
    with file.world.database.transaction() as session:
        entries.open_entry(session, file.actor("hr"), made.id, file.world.clock)
    with file.world.database.reading() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.subject == f"person:{file.person_id}")).all()
        assert [one.action for one in events] == ["file.add", "file.read"]
        assert NUMBER not in str([one.detail for one in events])


def test_the_second_of_two_learns_what_the_first_changed_and_overwrites_nothing_unseen(file: File) -> None:
    clock = file.world.clock
    with file.world.database.transaction() as session:
        made = file.add(session, "address")
    first = {**VALUES["address"], "lives_at": "新址9号"}
    second = {**VALUES["address"], "postcode": "200000"}
    with file.world.database.transaction() as session:
        entries.change(session, file.actor("hr"), made.id, first, made.version, clock)
    with file.world.database.transaction() as session:
        with pytest.raises(FileChanged) as told:
            entries.change(session, file.actor("administrator"), made.id, second, made.version, clock)
        assert told.value.fields == ("lives_at",)
        assert told.value.entry.values["lives_at"] == "新址9号"
        assert entries.open_entry(session, file.actor("hr"), made.id, clock).values["lives_at"] == "新址9号"
        again = {**second, "lives_at": "新址9号"}
        entries.change(session, file.actor("administrator"), made.id, again, told.value.entry.version, clock)
        assert entries.open_entry(session, file.actor("hr"), made.id, clock).values["postcode"] == "200000"


def test_the_same_values_again_change_nothing(file: File) -> None:
    with file.world.database.transaction() as session:
        made = file.add(session, "address")
        again = entries.change(session, file.actor("hr"), made.id, VALUES["address"], made.version, file.world.clock)
    assert again.version == made.version


def test_two_persons_never_have_one_id_number(file: File) -> None:
    with file.world.database.transaction() as session:
        file.add(session, "identity")
        other = File(file.world, new_person(session, file.world, "测试乙"))
        with pytest.raises(ConflictError) as refused:
            other.add(session, "identity", id_number="110105900307002")
        assert refused.value.code == "id_number.taken"
        assert other.add(session, "identity", id_number=OTHER).readable


def test_a_corrected_number_frees_the_wrong_one(file: File) -> None:
    with file.world.database.transaction() as session:
        made = file.add(session, "identity")
        entries.change(session, file.actor("hr"), made.id, {"id_number": OTHER}, 1, file.world.clock)
        other = File(file.world, new_person(session, file.world, "测试乙"))
        assert other.add(session, "identity").readable


def test_who_comes_back_is_found_by_their_number_by_those_who_may_see_it(file: File) -> None:
    with file.world.database.transaction() as session:
        file.add(session, "identity")
    with file.world.database.transaction() as session:
        clock = file.world.clock
        assert entries.person_by_id_number(session, file.actor("hr"), NUMBER, clock) == file.person_id
        assert entries.person_by_id_number(session, file.actor("recruiter"), NUMBER, clock) is None
        assert entries.person_by_id_number(session, file.actor("hr"), OTHER, clock) is None


@pytest.mark.parametrize(
    ("section", "more", "code"),
    [
        ("identity", {"id_number": "110105199003070026"}, "id_number.checksum"),
        ("identity", {"valid_from": date(2040, 1, 1)}, "id_card.validity"),
        ("bank", {"account_number": "62220212345678901234"[:19]}, "bank.checksum"),
        ("bank", {"account_number": "1234"}, "bank.number"),
        ("emergency", {"phone": "no number"}, "person.phone"),
        ("emergency", {"relation": "enemy"}, "input.choice"),
        ("family", {"id_number": NUMBER}, "family.born_on"),
        ("family", {"born_on": date(2999, 1, 1)}, "family.born_on"),
        ("certificates", {"issued_on": date(2028, 1, 1)}, "certificate.days"),
        ("address", {"lives_at": ""}, "input.required"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(file: File, section: str, more: dict[str, Value], code: str) -> None:
    with file.world.database.transaction() as session, pytest.raises(InvalidInput) as refused:
        file.add(session, section, **more)
    assert refused.value.code == code


def test_a_section_of_one_entry_takes_no_second_and_others_have_an_end(file: File) -> None:
    with file.world.database.transaction() as session:
        file.add(session, "address")
        with pytest.raises(ConflictError):
            file.add(session, "address")
        for _ in range(5):
            file.add(session, "emergency")
        with pytest.raises(ConflictError) as full:
            file.add(session, "emergency")
    assert full.value.code == "file.full"


def test_an_entry_moved_to_another_row_is_not_opened(file: File) -> None:
    with file.world.database.transaction() as session:
        one, two = file.add(session, "emergency"), file.add(session, "emergency", name="测试父")
        session.get_one(FileEntry, one.id).sealed = session.get_one(FileEntry, two.id).sealed
        session.flush()
        with pytest.raises(Exception, match="cannot be decrypted"):
            entries.open_entry(session, file.actor("hr"), one.id, file.world.clock)


def test_without_its_key_an_entry_says_nothing(file: File) -> None:
    with file.world.database.transaction() as session:
        made = file.add(session, "address")
        for key in keys_of(session, file.person_id, None):
            session.delete(key)
        session.flush()
        session.expire_all()
        found = entries.open_entry(session, file.actor("hr"), made.id, file.world.clock)
        assert (found.readable, found.values) == (False, {})


def test_the_keys_are_the_persons_own_and_the_hash_has_one_of_nobody(file: File) -> None:
    with file.world.database.transaction() as session:
        file.add(session, "identity")
        owners = {(row.person_id, row.subject) for row in session.scalars(select(BlobKey))}
    assert owners >= {(file.person_id, "file"), (None, "id numbers")}


def test_hr_is_told_once_that_a_certificate_runs_out(file: File) -> None:
    with file.world.database.transaction() as session:
        file.add(session, "certificates")
    told = []
    for day in (15, 16, 17):
        file.world.clock.at = datetime(2026, 12, day, 2, tzinfo=UTC)
        with file.world.database.transaction() as session:
            told.append(remind_of_entries(session, file.world.clock))
    assert told == [0, 1, 0]
    with file.world.database.reading() as session:
        receivers = session.scalars(select(OutboxMessage.recipient).where(OutboxMessage.template == "file.running_out"))
        assert f"account:{file.world.actor('hr').account_id}" in set(receivers)


def test_the_export_of_ones_own_data_holds_every_section_in_clear(file: File) -> None:
    with file.world.database.transaction() as session:
        for name in VALUES:
            file.add(session, name)
        found = entries.own_data(session, employee_actor(file.person_id, "zh"), file.world.clock)
    assert [one["section"] for one in found] == list(VALUES)
    assert NUMBER in str(found)
