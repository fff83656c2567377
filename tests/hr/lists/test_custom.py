"""Fields that a company adds: shown, sorted, filtered, written, masked, of one company alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hiring_world import World

from interview_engine.errors import ConflictError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, Actor, GrantRule
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.forms.query import ListQuery, read_query
from interview_engine.hr.lists.custom import (
    NewField,
    add_field,
    fields_of,
    read_choices,
    retire_field,
    set_values,
    values_of,
    with_own,
)
from interview_engine.hr.lists.reading import ListRow, read_list
from interview_engine.hr.org.service import create_legal_entity
from interview_engine.hr.recruiting.jobs.requisition_list import REQUISITIONS

Make = Callable[..., list[str]]
KINDS: dict[str, tuple[Value, Value]] = {
    "text": ("a", "b"),
    "whole": (2, 10),
    "number": (Decimal("-1.50"), Decimal("10.25")),
    "money": (99, 1_000_000),
    "day": (date(2025, 12, 31), date(2026, 1, 1)),
    "choice": ("c1", "c2"),
    "flag": (False, True),
}


def added(world: World, kind: str = "text", field_class: str = "public", **more: object) -> str:
    choices = (("甲", "A"), ("乙", "B")) if kind == "choice" else ()
    new = NewField(f"自定义{kind}", f"Own {kind}", kind, field_class, choices, **more)  # type: ignore[arg-type]
    with world.database.transaction() as session:
        row = add_field(session, world.actor("hr"), REQUISITIONS, world.entity_id, new, world.clock)
        return f"x_{row.code}"


def fill(world: World, row_id: str, role: str = "hr", **values: Value) -> list[str]:
    with world.database.transaction() as session:
        return set_values(session, world.actor(role), REQUISITIONS, row_id, values, world.clock)


def rows(world: World, role: str = "hr", query: ListQuery | None = None, **asked: str) -> list[ListRow]:
    with world.database.reading() as session:
        spec = with_own(session, world.actor(role), REQUISITIONS)
        found = query or read_query(spec, asked.items())
        return list(read_list(session, world.actor(role), spec, found).items)


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_of_any_kind_is_kept_sorted_and_filtered(world: World, jobs: Make, kind: str) -> None:
    small, large = KINDS[kind]
    low, high, without = jobs("low", "high", "without")
    name = added(world, kind)
    assert fill(world, high, **{name: large}) == [name]
    fill(world, low, **{name: small})
    up = rows(world, query=ListQuery(sort=name))
    assert [(row.id, row.values[name]) for row in up] == [(low, small), (high, large), (without, None)]
    assert [row.id for row in rows(world, query=ListQuery(sort=name, backwards=True))] == [high, low, without]
    if kind in ("text", "choice", "flag"):
        asked = {name: {"text": "b", "choice": "乙", "flag": "1"}[kind]}
    else:
        asked = {f"{name}_from": {"day": "2026-01-01"}.get(kind, "5")}
    assert [row.id for row in rows(world, **asked)] == [high]


def test_writing_the_same_changes_nothing_and_an_empty_value_takes_it_away(world: World, jobs: Make) -> None:
    (job,) = jobs("a")
    name = added(world)
    fill(world, job, **{name: "x"})
    assert fill(world, job, **{name: "x"}) == []
    assert fill(world, job, **{name: None}) == [name]
    with world.database.reading() as session:
        assert values_of(session, world.actor("hr"), REQUISITIONS, job) == {}


def test_limits_of_a_field_hold(world: World, jobs: Make) -> None:
    (job,) = jobs("a")
    name = added(world, "whole", required=True, low=Decimal(1), high=Decimal(3))
    for value in (0, 4, None):
        with pytest.raises(InvalidInput):
            fill(world, job, **{name: value})
    assert fill(world, job, **{name: 3}) == [name]


def test_a_field_is_seen_and_written_by_its_class(world: World, jobs: Make) -> None:
    (job,) = jobs("a")
    name = added(world, "money", "pay")
    fill(world, job, **{name: 900_000})
    (seen,) = rows(world, "recruiter")
    (hidden,) = rows(world, "hiring_manager")
    assert (seen.values[name], hidden.values[name]) == (900_000, None)
    assert name in hidden.hidden
    with pytest.raises(PermissionDenied):
        fill(world, job, "hiring_manager", **{name: 1})
    assert rows(world, "hiring_manager", **{f"{name}_from": "1"}) == []


def test_another_company_has_neither_the_field_nor_its_values(world: World, jobs: Make) -> None:
    (job,) = jobs("a")
    name = added(world)
    with world.database.transaction() as session:
        other = create_legal_entity(session, SYSTEM, "另一家公司", "", world.clock).id
    grants = tuple(GrantRule("entity", "*", action, scope_ref=other) for action in ("read", "write", "manage"))
    stranger = Actor("account:x", "x", None, "hr", grants, "zh")
    with world.database.reading() as session:
        assert with_own(session, stranger, REQUISITIONS).column(name) is None
    with pytest.raises(NotFoundError), world.database.transaction() as session:
        set_values(session, stranger, REQUISITIONS, job, {name: "x"}, world.clock)
    with pytest.raises(PermissionDenied), world.database.transaction() as session:
        add_field(session, stranger, REQUISITIONS, world.entity_id, NewField("x", "x", "text", "public"), world.clock)


def test_only_who_manages_adds_a_field(world: World) -> None:
    new = NewField("x", "x", "text", "public")
    with pytest.raises(PermissionDenied), world.database.transaction() as session:
        add_field(session, world.actor("recruiter"), REQUISITIONS, world.entity_id, new, world.clock)


@pytest.mark.parametrize(
    "new",
    [
        NewField(" ", "", "text", "public"),
        NewField("x", "x", "colour", "public"),
        NewField("x", "x", "text", "secret"),
        NewField("x", "x", "choice", "public"),
        NewField("x", "x", "choice", "public", (("甲", "A"), ("甲 ", "B"))),
        NewField("x", "x", "text", "public", (("甲", "A"),)),
        NewField("x", "x", "whole", "public", low=Decimal(3), high=Decimal(1)),
    ],
)
def test_a_field_that_makes_no_sense_is_refused(world: World, new: NewField) -> None:
    with pytest.raises(InvalidInput), world.database.transaction() as session:
        add_field(session, world.actor("hr"), REQUISITIONS, world.entity_id, new, world.clock)


def test_a_name_is_taken_once_also_by_the_lists_own_columns(world: World) -> None:
    added(world)
    with pytest.raises(ConflictError):
        added(world)
    new = NewField("负责人x", "owner", "text", "public")
    with pytest.raises(ConflictError), world.database.transaction() as session:
        add_field(session, world.actor("hr"), REQUISITIONS, world.entity_id, new, world.clock)


def test_a_retired_field_is_shown_nowhere_and_its_name_is_free_again(world: World, jobs: Make) -> None:
    (job,) = jobs("a")
    name = added(world)
    fill(world, job, **{name: "x"})
    with world.database.transaction() as session:
        (field,) = fields_of(session, world.actor("hr"), "requisitions")
        retire_field(session, world.actor("hr"), field.id, world.clock)
    assert name not in rows(world)[0].values
    assert added(world) != name


def test_choices_are_typed_one_a_line_in_one_or_two_languages() -> None:
    assert read_choices("甲 = A\n\n乙\n=C\r\n") == (("甲", "A"), ("乙", "乙"), ("C", "C"))
