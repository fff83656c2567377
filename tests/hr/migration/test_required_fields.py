"""A field that a company has made and requires (F7) holds for its sheets as it does for its forms (L2)."""

from __future__ import annotations

import pytest
from hiring_world import World
from import_desk import HEADS, Desk

from interview_engine.errors import ConflictError, InvalidInput
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.forms.seen import marks
from interview_engine.hr.house import house
from interview_engine.hr.lists.custom import NewField, add_field, fill, values_of
from interview_engine.hr.lists.row_forms import as_typed, check_row_unseen, row_fields, row_values
from interview_engine.hr.migration.kept import words

HE = ("E001", "何小满", "客户服务部", "客服", "13800006701", "2024.3.5")
LI = ("E002", "李雷", "销售部", "客户经理", "13800006702", "2024年3月6日")


@pytest.fixture
def field(world: World) -> str:
    with world.database.transaction() as session:
        new = NewField("工服尺码", "Work clothes size", "choice", "contact", (("大", "L"), ("小", "S")), required=True)
        row = add_field(session, SYSTEM, house().lists["employees"], world.entity_id, new, world.clock)
        return f"x_{row.code}"


def said(desk: Desk, batch_id: str) -> list[str]:
    return [words(one, "zh")[0] for line in desk.lines(batch_id) for one in line.notes if one["kind"] == "refused"]


def test_a_sheet_without_the_column_makes_nobody_and_names_the_field(desk: Desk, field: str) -> None:
    batch_id = desk.receive([HE, LI])
    batch = desk.step(batch_id, "checking")
    told = [*said(desk, batch_id), *([] if batch.problem is None else [words(batch.problem, "zh")[0]])]
    assert told
    assert all("工服尺码" in one for one in told)
    assert batch.counts.get("made", 0) == 0


def test_a_line_with_an_empty_or_a_wrong_cell_is_refused_and_the_others_are_taken(desk: Desk, field: str) -> None:
    heads = (*HEADS, "工服尺码")
    rows = [(*HE, "大"), (*LI, ""), ("E003", "韩梅", "销售部", "客服", "13800006703", "45000", "特大")]
    batch_id = desk.receive(rows, heads)
    assert desk.batch(batch_id).mapping["工服尺码"] == field
    desk.step(batch_id, "checking")
    assert desk.states(batch_id) == ["made", "refused", "refused"]
    assert all("工服尺码" in one for one in said(desk, batch_id))
    desk.step(batch_id, "writing")
    (row_id,) = [line.row_id for line in desk.lines(batch_id) if line.state == "made"]
    with desk.world.database.reading() as session:
        assert values_of(session, desk.actor, house().lists["employees"], str(row_id)) == {field: "c1"}
    desk.step(batch_id, "undoing")
    assert desk.states(batch_id) == ["taken_back", "refused", "refused"]


def test_a_later_sheet_without_the_column_changes_people_and_keeps_what_was_said(desk: Desk, field: str) -> None:
    first = desk.imported([(*HE, "大")], (*HEADS, "工服尺码"))
    other = desk.receive([(*HE[:3], "主管", *HE[4:])])
    desk.mapped(other, desk.batch(other).mapping, {field: "大"})
    desk.step(other, "checking")
    desk.step(other, "writing")
    assert desk.states(other) == ["changed"]
    row_id = str(desk.lines(first)[0].row_id)
    with desk.world.database.reading() as session:
        assert values_of(session, desk.actor, house().lists["employees"], row_id) == {field: "c1"}


def test_a_form_that_was_open_meanwhile_is_refused_also_for_a_field_of_the_companys_own(desk: Desk, field: str) -> None:
    batch_id = desk.imported([(*HE, "大")], (*HEADS, "工服尺码"))
    row_id = str(desk.lines(batch_id)[0].row_id)
    spec = house().lists["employees"]
    with desk.world.database.transaction() as session:
        assert session.get(Employment, row_id) is not None
        fields = row_fields(session, desk.actor, spec, row_id)
        shown = row_values(session, desk.actor, spec, row_id, fields)
        assert shown == as_typed(fields, {**values_of(session, desk.actor, spec, row_id), **_loaded(desk, row_id)})
        fill(session, desk.actor, spec, row_id, {field: "c2"}, desk.world.clock)
    with desk.world.database.transaction() as session, pytest.raises(ConflictError) as caught:
        check_row_unseen(session, desk.actor, spec, row_id, fields, _loaded(desk, row_id), marks(shown))
    assert caught.value.code == "form.changed_since"
    assert "工服尺码" in caught.value.message.get("zh")
    with desk.world.database.transaction() as session, pytest.raises(InvalidInput):
        fill(session, desk.actor, spec, row_id, {field: None}, desk.world.clock)


def _loaded(desk: Desk, row_id: str) -> dict[str, object]:
    form = house().lists["employees"].form
    assert form is not None
    assert form.load is not None
    with desk.world.database.reading() as session:
        return dict(form.load(session, desk.actor, row_id))
