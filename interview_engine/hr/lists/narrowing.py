"""A statement without the joins that it does not need: what counting and ordering a long list cost hangs on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Alias, BinaryExpression, ColumnClause, ColumnElement, FromClause, Join, Select, select
from sqlalchemy.sql.operators import eq
from sqlalchemy.sql.util import find_tables


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """A column of a joined table of which each row of a statement finds one.

    Args:
        key: the statement's column by which it finds it.
        table: the joined table once more, so that it can be asked alone.
        there: what `key` equals in it. value: the column in it.
    """

    key: Any
    table: FromClause
    there: Any
    value: Any

    def where(self, condition: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
        """The condition on the column, asked of the joined table alone instead of once a row."""
        return self.key.in_(select(self.there).where(condition(self.value)))  # type: ignore[no-any-return]


def narrowed(statement: Select[Any], columns: Sequence[Any], order: Sequence[Any] = ()) -> Select[Any]:
    """These columns of the statement's rows in this order, over those joins only whose tables are named anywhere.

    Right for statements whose joins find one row each, or at most one by an outer join (`ListSpec.whole`).
    """
    (place,) = statement.get_final_froms()
    conditions = [] if statement.whereclause is None else [statement.whereclause]
    named = {table for clause in (*columns, *order, *conditions) for table in _tables(clause)}
    return select(*columns).select_from(_kept(place, named)).where(*conditions).order_by(*order)


def joined(statement: Select[Any], value: Any) -> Joined | None:
    """How the rows of such a statement find a column that is never NULL; None where it is none of a table that is
    joined to the statement's own by one key."""
    (place,) = statement.get_final_froms()
    column = value.__clause_element__() if hasattr(value, "__clause_element__") else value
    if not isinstance(column, ColumnClause) or getattr(column, "nullable", True):
        return None
    while isinstance(place, Join):
        if place.right == column.table or place.right in set(_tables(column)):
            return None if place.isouter else _by_one_key(place, column)
        place = place.left
    return None


def _by_one_key(place: Join, column: ColumnClause[Any]) -> Joined | None:
    clause = place.onclause
    if not isinstance(clause, BinaryExpression) or clause.operator is not eq:
        return None
    own: Any = place.left
    while isinstance(own, Join):
        own = own.left
    right, first = {place.right}, {own}
    sides = ((clause.left, clause.right), (clause.right, clause.left))
    for there, key in sides:
        if set(_tables(there)) == right and set(_tables(key)) == first and getattr(there, "primary_key", False):
            table = place.right.element if isinstance(place.right, Alias) else place.right
            again = table.alias()
            return Joined(key, again, again.c[there.name], again.c[column.name])
    return None


def _kept(place: FromClause, named: set[Any]) -> FromClause:
    if not isinstance(place, Join):
        return place
    if place.right not in named:
        return _kept(place.left, named)
    assert place.onclause is not None
    named |= set(_tables(place.onclause))
    return _kept(place.left, named).join(place.right, place.onclause, isouter=place.isouter)


def _tables(clause: Any) -> Sequence[Any]:
    return find_tables(clause, check_columns=True, include_aliases=True)
