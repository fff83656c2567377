"""A statement without the joins that it does not need: what counting and ordering a long list cost hangs on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import FromClause, Join, Select, select
from sqlalchemy.sql.util import find_tables


def narrowed(statement: Select[Any], columns: Sequence[Any], order: Sequence[Any] = ()) -> Select[Any]:
    """These columns of the statement's rows in this order, over those joins only whose tables are named anywhere.

    Right for statements whose joins find one row each, or at most one by an outer join (`ListSpec.whole`).
    """
    (place,) = statement.get_final_froms()
    conditions = [] if statement.whereclause is None else [statement.whereclause]
    named = {table for clause in (*columns, *order, *conditions) for table in _tables(clause)}
    return select(*columns).select_from(_kept(place, named)).where(*conditions).order_by(*order)


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
