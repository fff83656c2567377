"""Kinds that a company makes without code: asked for, decided by the chosen flow, seen by nobody of another company."""

from __future__ import annotations

import pytest
from hiring_world import World
from request_staff import Staff, employ

from interview_engine.errors import ConflictError, PermissionDenied
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.lists.custom import retire_field
from interview_engine.hr.lists.service import NewField
from interview_engine.hr.org.service import create_department, create_legal_entity
from interview_engine.hr.requests import own_kinds, service
from interview_engine.hr.requests.own_kinds import NewKind


def test_a_kind_made_in_the_console_is_asked_for_and_decided_by_its_flow(world: World) -> None:
    with world.database.transaction() as session:
        staff: Staff = employ(world, session)
        boss = world.actor("administrator")
        kind = own_kinds.make_kind(
            session, boss, world.entity_id, NewKind("门禁卡", "Door card", flow="hr"), world.clock
        )
        field = own_kinds.add_kind_field(
            session, boss, kind.id, NewField("哪个门", "Which door", "text", "contact", required=True), world.clock
        )
        name = own_kinds.name_of(kind.id)
        assert name in {one.name for one in service.askable(session, staff.me, staff.person_id)}
        row = service.ask(session, staff.me, name, {f"x_{field.code}": "仓库"}, world.clock)
        assert approvals.pending_for(session, world.actor("hiring_manager"), world.clock) == ()
        staff.decide(session, row, role="hr")
        assert row.state == "done"
        retire_field(session, boss, field.id, world.clock)
        seen = service.see(session, world.actor("hr"), row.id, world.clock)
        assert [(one.field.label.get("zh"), one.words("zh")) for one in seen.fields] == [("哪个门", "仓库")]
        own_kinds.retire_kind(session, boss, kind.id, world.clock)
        with pytest.raises(PermissionDenied):
            service.ask(session, staff.me, name, {}, world.clock)


def test_a_kind_of_one_company_is_none_of_another_s(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        boss = world.actor("administrator")
        other = create_legal_entity(session, boss, "另一家公司", "北京", world.clock).id
        create_department(session, boss, other, "总部", world.clock)
        staff: Staff = employ(world, session)
        kind = own_kinds.make_kind(session, boss, other, NewKind("门禁卡", ""), world.clock)
        name = own_kinds.name_of(kind.id)
        assert name not in {one.name for one in service.askable(session, staff.me, staff.person_id)}
        with pytest.raises(PermissionDenied):
            service.ask(session, staff.me, name, {}, world.clock)
        with pytest.raises(ConflictError):
            own_kinds.make_kind(session, boss, other, NewKind("门禁卡", ""), world.clock)
        with pytest.raises(PermissionDenied):
            own_kinds.make_kind(session, world.actor("recruiter"), other, NewKind("电脑", ""), world.clock)
