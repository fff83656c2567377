"""Joins that a statement does not need are left out; those that it names stay, with what they are joined by."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, create_engine, func, insert, select

from interview_engine.hr.lists.narrowing import joined, narrowed

TABLES = MetaData()
TOWN = Table("town", TABLES, Column("id", Integer, primary_key=True), Column("name", String, nullable=False))
HOUSE = Table("house", TABLES, Column("id", Integer, primary_key=True), Column("town_id", ForeignKey("town.id")),
              Column("number", Integer, nullable=False))  # fmt: skip
PERSON = Table("person", TABLES, Column("id", Integer, primary_key=True), Column("house_id", ForeignKey("house.id")),
               Column("head_id", Integer))  # fmt: skip
HEAD = PERSON.alias("head")
WHOLE = (
    select(PERSON.c.id)
    .select_from(PERSON)
    .join(HOUSE, HOUSE.c.id == PERSON.c.house_id)
    .join(TOWN, TOWN.c.id == HOUSE.c.town_id)
    .outerjoin(HEAD, HEAD.c.id == PERSON.c.head_id)
)


def tables_in(statement: Any) -> set[str]:
    text = str(statement)
    return {name for name in ("house", "town", "head") if f"JOIN {name}" in text or f"AS {name}" in text}


@pytest.mark.parametrize(
    ("columns", "condition", "order", "kept"),
    [
        ((func.count(),), None, (), set()),
        ((PERSON.c.id,), PERSON.c.id > 1, (PERSON.c.id.desc(),), set()),
        ((HOUSE.c.number,), None, (), {"house"}),
        ((PERSON.c.id,), TOWN.c.name == "b", (), {"house", "town"}),
        ((PERSON.c.id,), None, (HEAD.c.id,), {"head"}),
        ((PERSON.c.id,), PERSON.c.house_id.in_(select(HOUSE.c.id).where(HOUSE.c.number == 2)), (), {"house"}),
    ],
)
def test_a_statement_joins_what_it_names_and_finds_the_same(
    columns: tuple[Any, ...], condition: Any, order: tuple[Any, ...], kept: set[str]
) -> None:
    engine = create_engine("sqlite://")
    TABLES.create_all(engine)
    asked = WHOLE if condition is None else WHOLE.where(condition)
    with engine.begin() as connection:
        connection.execute(insert(TOWN), [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])
        connection.execute(insert(HOUSE), [{"id": at, "town_id": at, "number": at} for at in (1, 2)])
        people = [{"id": at, "house_id": 1 + at % 2, "head_id": 1 if at > 2 else None} for at in range(1, 6)]
        connection.execute(insert(PERSON), people)
        less = narrowed(asked, columns, order)
        whole = asked.with_only_columns(*columns).order_by(*order)
        assert tables_in(less) == kept
        assert sorted(map(repr, connection.execute(less))) == sorted(map(repr, connection.execute(whole)))
    engine.dispose()


@pytest.mark.parametrize(
    ("column", "key"),
    [
        (HOUSE.c.number, "person.house_id"),
        (TOWN.c.name, None),  # by way of another table
        (HEAD.c.head_id, None),  # an outer join leaves it empty
        (PERSON.c.head_id, None),  # its own
        (func.lower(HOUSE.c.number), None),
    ],
)
def test_a_column_is_asked_of_its_own_table_where_one_key_leads_there(column: Any, key: str | None) -> None:
    found = joined(WHOLE, column)
    assert (None if found is None else str(found.key)) == key
    if found is not None:
        assert str(found.where(lambda value: value > 1)).startswith("person.house_id IN (SELECT")
