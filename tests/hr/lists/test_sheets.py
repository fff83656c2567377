"""Sheets: tried out with every anomaly named, written when confirmed, twice is once; a round trip changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hiring_world import World
from sqlalchemy import func, select

from interview_engine.errors import ConflictError, NotFoundError, PermissionDenied
from interview_engine.hr.forms.matching import ReadSheet, read_sheet
from interview_engine.hr.forms.query import NOTHING
from interview_engine.hr.forms.writing import written
from interview_engine.hr.lists import sheets
from interview_engine.hr.lists.custom import NewField, add_field, with_own
from interview_engine.hr.lists.reading import export_rows
from interview_engine.hr.lists.sheet_lines import Outcome
from interview_engine.hr.lists.sheet_values import sheet_fields
from interview_engine.hr.lists.sheets import clear, confirm, preview
from interview_engine.hr.lists.tables import SheetImport
from interview_engine.hr.people.tables import Department
from interview_engine.hr.recruiting.jobs.requisition_list import REQUISITIONS
from interview_engine.hr.recruiting.tables import Requisition
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import AuditEvent, OutboxMessage

Make = Callable[..., list[str]]
BOX = SecretBox("for-tests-only-" + "y" * 32)
Cells = dict[str, str]


def read(world: World, lines: list[Cells], role: str = "recruiter") -> ReadSheet:
    assert REQUISITIONS.form is not None
    with world.database.reading() as session:
        fields = sheet_fields(session, world.actor(role), REQUISITIONS)
    return read_sheet(fields, list(lines[0]), enumerate(lines, start=2), REQUISITIONS.form.key)


def look(world: World, lines: list[Cells], role: str = "recruiter") -> tuple[str, Outcome]:
    sheet = read(world, lines, role)
    with world.database.transaction() as session:
        row, outcome = preview(session, BOX, world.actor(role), REQUISITIONS, "jobs.xlsx", sheet, world.clock)
        return row.id, outcome


def write(world: World, import_id: str, role: str = "recruiter") -> Outcome:
    with world.database.transaction() as session:
        return confirm(session, BOX, world.actor(role), REQUISITIONS, import_id, world.clock)[1]


def count(world: World, table: type) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def department(world: World) -> str:
    with world.database.reading() as session:
        return session.get_one(Department, world.department_id).name


def line(world: World, title: str, **more: str) -> Cells:
    return {"职位": title, "部门": department(world), "招聘人数": "2", **more}


def test_a_preview_says_what_will_happen_and_writes_nothing(world: World, jobs: Make) -> None:
    jobs("客服")
    before = (count(world, Requisition), count(world, AuditEvent), count(world, OutboxMessage))
    _, outcome = look(world, [line(world, "客服"), line(world, "销售"), line(world, "研发", 部门="没有的部门")])
    assert [(step.row, step.what) for step in outcome.steps] == [(2, "changed"), (3, "made")]
    assert [(one.field, one.before, one.after) for one in outcome.steps[0].changes] == [("headcount", 1, 2)]
    assert [(one.row, one.column) for one in outcome.anomalies] == [(4, "部门")]
    assert (count(world, Requisition), count(world, AuditEvent), count(world, OutboxMessage)) == before


def test_what_was_shown_is_written_and_the_same_sheet_again_changes_nothing(world: World, jobs: Make) -> None:
    lines = [line(world, "客服", 截止日期="46027", 用工形式="实习"), line(world, "销售", 截止日期="", 用工形式="")]
    first, _ = look(world, lines)
    assert write(world, first).numbers() == {"made": 2, "changed": 0, "same": 0, "refused": 0}
    with world.database.reading() as session:
        rows = session.scalars(select(Requisition).order_by(Requisition.id)).all()
        assert [(row.title, row.headcount, row.closes_on, row.employment_type, row.state) for row in rows] == [
            ("客服", 2, date(2026, 1, 5), "internship", "draft"), ("销售", 2, None, "full_time", "draft")
        ]  # fmt: skip
    again, outcome = look(world, lines[:1])
    assert outcome.numbers() == {"made": 0, "changed": 0, "same": 1, "refused": 0}
    write(world, again)
    assert count(world, Requisition) == 2


def test_columns_that_the_sheet_lacks_stay_as_they_are(world: World, jobs: Make) -> None:
    jobs("客服", place="上海")
    given, _ = look(world, [line(world, "客服")])
    write(world, given)
    with world.database.reading() as session:
        row = session.scalars(select(Requisition)).one()
        assert (row.place, row.headcount, row.role_profile_id) == ("上海", 2, world.profile_id)


def test_an_export_imported_again_changes_nothing(world: World, jobs: Make) -> None:
    jobs("客服", "=cmd|' /C calc'!A0", "销售", place="上海", pay_low=8000, pay_high=9000, closes_on=date(2026, 12, 31))
    with world.database.reading() as session:
        columns = REQUISITIONS.columns
        rows = list(export_rows(session, world.actor("recruiter"), REQUISITIONS, NOTHING, columns, 50))
    lines = [
        {one.label.zh: str(written(one.kind, row.values[one.name], one.choices, "zh") or "") for one in columns}
        for row in rows
    ]
    _, outcome = look(world, lines)
    assert outcome.numbers() == {"made": 0, "changed": 0, "same": 3, "refused": 0}


def test_custom_fields_are_columns_of_the_sheet(world: World, jobs: Make) -> None:
    jobs("客服")
    with world.database.transaction() as session:
        new = NewField("预算", "Budget", "money", "public")
        row = add_field(session, world.actor("hr"), REQUISITIONS, world.entity_id, new, world.clock)
        name = f"x_{row.code}"
    given, outcome = look(
        world, [line(world, "客服", 招聘人数="1", 预算="12,000.50"), line(world, "新", 预算="8000元")]
    )
    assert [step.what for step in outcome.steps] == ["changed", "made"]
    write(world, given)
    with world.database.reading() as session:
        spec = with_own(session, world.actor("hr"), REQUISITIONS)
        rows = export_rows(session, world.actor("hr"), spec, NOTHING, spec.columns, 50)
        assert {str(row.values["title"]): row.values[name] for row in rows} == {"客服": 1_200_050, "新": 800_000}


def test_what_changed_since_the_preview_is_not_written_over(world: World, jobs: Make) -> None:
    (job,) = jobs("客服")
    given, _ = look(world, [line(world, "客服")])
    with world.database.transaction() as session:
        session.get_one(Requisition, job).headcount = 7
    with pytest.raises(ConflictError, match="changed since the preview"):
        write(world, given)
    with world.database.reading() as session:
        assert session.get_one(Requisition, job).headcount == 7


def test_a_preview_is_confirmed_once_by_the_one_who_made_it_within_a_day(world: World) -> None:
    given, _ = look(world, [line(world, "客服")])
    with pytest.raises(NotFoundError):
        write(world, given, "hr")
    write(world, given)
    with pytest.raises(NotFoundError):
        write(world, given)
    late, _ = look(world, [line(world, "销售")])
    world.clock.pass_days(1.1)
    with pytest.raises(NotFoundError):
        write(world, late)


def test_lines_are_kept_encrypted_and_no_longer_than_needed(world: World) -> None:
    given, _ = look(world, [line(world, "机密职位")])
    with world.database.reading() as session:
        assert "机密职位" not in session.get_one(SheetImport, given).content
    world.clock.pass_days(1.1)
    with world.database.transaction() as session:
        clear(session, world.clock)
    with world.database.reading() as session:
        assert session.get_one(SheetImport, given).content == ""


def test_who_may_not_write_imports_nothing(world: World) -> None:
    with pytest.raises(PermissionDenied):
        look(world, [line(world, "客服")], "interviewer")


def test_a_sheet_of_too_many_lines_is_refused_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_LINES", 1)
    with pytest.raises(ConflictError):
        look(world, [line(world, "客服"), line(world, "销售")])


def test_a_line_that_the_service_refuses_is_an_anomaly_of_its_column(world: World, jobs: Make) -> None:
    _, outcome = look(world, [line(world, "客服", 最低月薪="9000", 最高月薪="8000")])
    assert outcome.steps == ()
    assert (outcome.anomalies[0].row, outcome.anomalies[0].column) in {(2, "最低月薪"), (2, "最高月薪")}
