"""Two persons who turn out to be one: what names the one who goes names the other afterwards (C5)."""

from __future__ import annotations

from datetime import date

import pytest
from hiring_world import PUBLIC, World
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files import documents, entries
from interview_engine.hr.files.tables import FileDocument
from interview_engine.hr.house import house
from interview_engine.hr.lists.custom import NewField, add_field
from interview_engine.hr.lists.tables import CustomValue, RowTag
from interview_engine.hr.people.tables import PersonFlag
from interview_engine.hr.recruiting.applying import candidates
from interview_engine.hr.recruiting.applying.applications import NewPerson, apply
from interview_engine.hr.recruiting.applying.pool_list import TALENT_POOL
from interview_engine.hr.requests.tables import Request
from interview_engine.store.base import Base
from interview_engine.store.rows import stamp

CARD = "11010519491231002X"


def twins(world: World, session: Session) -> tuple[str, str, str]:
    """The person who is kept, the one who goes, and the flag that says they are one."""
    first = world.post(session, world.open_job(session))
    second = world.post(session, world.open_job(session, title="客服主管"))
    keep = apply(session, PUBLIC, first.code, NewPerson("甲", "a@example.com"), world.clock)
    drop = apply(session, PUBLIC, second.code, NewPerson("甲", "", "13800138000"), world.clock)
    apply(session, PUBLIC, first.code, NewPerson("甲", "a@example.com", "13800138000"), world.clock)
    return keep.person_id, drop.person_id, session.scalars(select(PersonFlag.id)).one()


def named(session: Session, person_id: str) -> set[str]:
    """Tables with a row that names a person, by any column."""
    columns = [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if table.name not in ("person", "person_flag")
        and (
            column.name in ("person_id", "row_id")
            or any(key.column.table.name == "person" for key in column.foreign_keys)
        )
    ]
    return {
        column.table.name
        for column in columns
        if session.scalar(select(column).where(column == person_id).limit(1)) is not None
    }


def test_a_merge_moves_tags_fields_holds_documents_requests_and_the_identity_card(world: World) -> None:
    clock = world.clock
    with world.database.transaction() as session:
        keep, drop, flag = twins(world, session)
        field = add_field(
            session, SYSTEM, TALENT_POOL, world.entity_id, NewField("备注栏", "Remark", "text", "contact"), clock
        )  # fmt: skip
        tags = [{"list_name": "talent_pool", "row_id": one, "legal_entity_id": world.entity_id, "tag": word,
                 "person_id": one} for one, word in ((drop, "英语"), (drop, "急"), (keep, "急"))]  # fmt: skip
        session.execute(insert(RowTag), tags)
        session.add(CustomValue(field_id=field.id, row_id=drop, person_id=drop, text="面谈过", number=None))
        paper = documents.NewDocument("diploma", "毕业证.pdf", "0" * 64, 1, "application/pdf")
        document = documents.add_document(session, SYSTEM, drop, paper, clock)
        document.hold_until, document.hold_reason = date(2030, 1, 1), "劳动仲裁"
        entries.add(session, SYSTEM, drop, "identity", {"id_number": CARD}, clock)
        place = employments.Place(world.entity_id, world.department_id)
        work = employments.begin(session, SYSTEM, keep, place, "客服", date(2026, 1, 5), None, clock)
        session.add(
            Request(
                **stamp("system", clock), kind="certificate", employment_id=work.id, person_id=drop,
                asked_by_person_id=drop,
                department_id=world.department_id, legal_entity_id=world.entity_id, field_class="contact", payload={},
                before={}, form_version="1", state="pending",
            )
        )  # fmt: skip
        session.flush()
        assert {"row_tag", "custom_value", "file_document", "request", "file_entry", "id_number_key"} <= named(
            session, drop
        )
    with world.database.transaction() as session:
        candidates.merge(session, world.actor("administrator"), flag, clock)
    with world.database.transaction() as session:
        assert named(session, drop) == set()
        assert sorted(session.scalars(select(RowTag.tag).where(RowTag.row_id == keep))) == ["急", "英语"]
        assert session.scalars(select(FileDocument.hold_until)).one() == date(2030, 1, 1)
        assert entries.person_by_id_number(session, SYSTEM, CARD, clock) == keep
        (identity,) = [one for one in entries.sections_of(session, SYSTEM, keep) if one.section.name == "identity"]
        assert identity.entries[0].readable


def test_two_identity_cards_are_two_people(world: World) -> None:
    with world.database.transaction() as session:
        keep, drop, flag = twins(world, session)
        entries.add(session, SYSTEM, keep, "identity", {"id_number": CARD}, world.clock)
        entries.add(session, SYSTEM, drop, "identity", {"id_number": "440524198001010013"}, world.clock)
    with pytest.raises(ConflictError) as caught, world.database.transaction() as session:
        candidates.merge(session, world.actor("administrator"), flag, world.clock)
    assert caught.value.code == "person.merge_both"
    with world.database.reading() as session:
        assert "application" in named(session, drop)


def test_every_column_that_names_a_person_is_moved_or_a_record_of_two(world: World) -> None:
    moved = {(one.column.class_.__tablename__, one.column.key) for area in house().areas for one in area.persons}
    pointing = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
    }
    assert pointing - moved == set()
