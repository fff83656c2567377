"""Every table, blob, person, message and event has an area that answers for it, and only one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Column
from sqlalchemy.orm import InstrumentedAttribute

import api
import interview_engine
from api.areas import AREAS as WEB_AREAS
from api.console.frame import NOTICES
from interview_engine.hr import house as houses
from interview_engine.hr.all_tables import Base
from interview_engine.hr.area import Area
from interview_engine.hr.areas import AREAS
from interview_engine.hr.house import House, house, plug_in
from interview_engine.i18n import catalogue
from pipelines.service.worker import STEPS

STORE = {
    "clock_doubt",
    "clock_mark",
    "audit_event",
    "audit_head",
    "blob",
    "idempotency_key",
    "outbox_message",
    "webhook",
    "work_item",
    "worker",
}
"""Tables of the platform itself, which no area owns."""

PLATFORM = {"work"}
"""Subjects of the platform's own events."""


def name_of(column: Column[object] | InstrumentedAttribute[object]) -> str:
    if isinstance(column, InstrumentedAttribute):
        return f"{column.class_.__tablename__}.{column.key}"
    return f"{column.table.name}.{column.name}"


def columns_that_name_a_person() -> set[str]:
    return {
        name_of(column)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("person_id") or any(key.column.table.name == "person" for key in column.foreign_keys)
    }


def test_every_table_belongs_to_one_area_or_to_the_store() -> None:
    owned = [table.__tablename__ for area in AREAS for table in area.tables]
    assert len(owned) == len(set(owned))
    assert set(owned) | STORE == set(Base.metadata.tables)
    assert not set(owned) & STORE


def test_every_column_that_names_a_person_has_an_owner_that_says_what_an_erasure_makes_of_it() -> None:
    owned = [name_of(named.column) for area in AREAS for named in area.persons]
    assert len(owned) == len(set(owned))
    assert set(owned) == columns_that_name_a_person()


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_an_area_answers_for_its_own_columns_and_erases_what_it_says_goes(area: Area) -> None:
    own = {table.__tablename__ for table in area.tables}
    named = [*(one.column for one in area.persons), *area.blobs, *area.blob_documents]
    assert {name_of(column).partition(".")[0] for column in named} <= own
    assert all(one.why for one in area.persons)
    if any(one.fate in ("erased", "forgotten") for one in area.persons):
        assert area.erase is not None


def test_what_the_house_collects_is_what_its_areas_hand_over() -> None:
    found = house()
    assert found.areas == AREAS
    assert {"requisition", "offer"} <= set(found.requests)
    assert set(found.work) == set(STEPS)
    assert len(found.references().columns) == sum(len(area.blobs) for area in AREAS)


def test_two_areas_cannot_hand_over_one_name() -> None:
    with pytest.raises(ValueError, match="requisition"):
        plug_in((*AREAS, replace(AREAS[0], name="copy")))
    assert house().areas == AREAS


def test_without_areas_the_middle_refuses_to_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(houses, "_house", None)
    with pytest.raises(RuntimeError, match="all_tables"):
        house()


def test_every_word_that_an_area_hands_over_is_translated() -> None:
    found: House = house()
    chinese = catalogue("zh")
    words = [kind.word for kind in found.requests.values()]
    words += [word for kind in found.work.values() for word in (kind.word, kind.words)]
    for message in found.messages.values():
        words += [text for text in (message.subject, message.body, message.line, message.to_read) if text is not None]
    assert [word.en for word in words if not chinese.get(word.en)] == []


def test_every_event_of_the_trail_is_of_a_subject_that_an_area_hands_over() -> None:
    folder = Path(interview_engine.__file__).parent
    source = "\n".join(path.read_text("utf-8") for path in (folder / "hr").rglob("*.py"))
    calls = re.findall(r'audit\.record\([^"]*?f?"([a-z_]+)\.[a-z_{]', source)
    assert len(calls) > 60
    assert set(calls) - PLATFORM <= set(house().subjects)


def test_the_middle_names_no_area() -> None:
    """What serves all areas imports none of them, so that another one changes nothing there."""
    folder = Path(interview_engine.__file__).parent / "hr"
    middle = [folder / "area.py", folder / "house.py", folder / "removal.py", *(folder / "approvals").glob("*.py")]
    front = Path(api.__file__).parent
    middle += [front / "area.py", front / "console" / "frame.py", front / "console" / "router.py", front / "openapi.py"]
    middle += [front / "console" / "work" / "inbox.py"]
    for path in middle:
        text = path.read_text("utf-8")
        assert not re.search(r"hr\.(recruiting|competency|employment)\b", text), path
        assert "areas import" not in text, path


def test_the_store_names_nothing_of_the_areas() -> None:
    named = re.compile(r'"(?:interview|offer|kit|application|requisition|invitation|answer)"(?!:)')
    folder = Path(interview_engine.__file__).parent / "store"
    assert [path.name for path in folder.glob("*.py") if named.search(path.read_text("utf-8"))] == []


def test_no_area_imports_the_list() -> None:
    folder = Path(interview_engine.__file__).parent / "hr"
    for path in folder.glob("*/**/*.py"):
        assert "hr.areas import" not in path.read_text("utf-8"), path


def test_a_note_after_an_action_is_one_that_an_area_or_the_frame_has() -> None:
    console = Path(api.__file__).parent / "console"
    known = {*NOTICES, *(name for area in WEB_AREAS for name in area.notices)}
    said = {
        name
        for path in console.rglob("*.py")
        for name in re.findall(r'\bdone\([^()]*(?:\([^()]*\))?[^()]*, "([a-z-]+)"\)', path.read_text("utf-8"))
    }
    assert len(said) > 15
    assert said <= known


def test_no_two_areas_share_an_address_or_a_note() -> None:
    addresses = [entry.href for area in WEB_AREAS for entry in area.entries]
    notes = [*NOTICES, *(name for area in WEB_AREAS for name in area.notices)]
    assert len(addresses) == len(set(addresses))
    assert len(notes) == len(set(notes))
