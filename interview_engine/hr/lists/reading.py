"""Reading a list: rows within reach, narrowed, sorted and in pages, without what the reader may not see.

A column of another field class than its list's is masked row by row in SQL, and the masked value is what is shown,
sorted, filtered and counted: an order tells nothing of values that are not shown.

Pages are by key (value of the sorted column, id), so rows that are added meanwhile neither repeat nor hide others. The
ids of a page are found first and its columns read for them alone: what a column costs does not grow with the list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Integer,
    Numeric,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from interview_engine.clock import CHINA
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.access.service import person_within, require, visible
from interview_engine.hr.forms.fields import Shown, Value
from interview_engine.hr.forms.query import Condition, ListQuery
from interview_engine.hr.forms.spec import Asked, Column, Filter, ListSpec
from interview_engine.hr.lists.narrowing import narrowed
from interview_engine.store.money import Yuan, from_fen, to_fen
from interview_engine.store.page import MAX_ROWS, Page, bad_cursor, clamp, page_of, read_cursor

_MOST_INTEGER = 2**31 - 1
"""PostgreSQL refuses a larger one beside an integer column; no row holds one."""
MOST_COUNTED = 12
"""Values of a chart, the most frequent first."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row.

    Args:
        values: by name of the column; those that are hidden are None.
        hidden: columns that the reader may not see in this row.
        href: the page of the row; "" for none.
    """

    id: str
    values: Mapping[str, Shown]
    hidden: frozenset[str]
    href: str


def read_list(
    session: Session, actor: Actor, spec: ListSpec, query: ListQuery, *, limit: int = 50, counted: bool = True
) -> Page[ListRow]:
    """One page of a list; `counted`: with the number of all its rows.

    Raises:
        PermissionDenied: the actor may read nothing of it. InvalidInput: `page.cursor`.
    """
    require(actor, spec.field_class, "read")
    limit = clamp(limit)
    reader = _Reader(session, actor, spec, "read")
    keys = reader.keys(query, limit + 1)
    rows = reader.rows([row_id for row_id, _ in keys[:limit]], spec.columns)
    total = reader.total(query) if counted else None
    page = page_of(keys, limit, [_cursor(query, value, row_id) for row_id, value in keys], total)
    return Page(tuple(rows), page.next_cursor, total)


def read_rows(session: Session, actor: Actor, spec: ListSpec, ids: Sequence[str]) -> list[ListRow]:
    """The rows of these ids that the actor reaches, in their order."""
    seen = reached(session, actor, spec, ids, spec.field_class, "read")
    return _Reader(session, actor, spec, "read").rows([row_id for row_id in ids if row_id in seen], spec.columns)


def export_rows(
    session: Session,
    actor: Actor,
    spec: ListSpec,
    query: ListQuery,
    columns: Sequence[Column],
    most: int,
    ids: Sequence[str] | None = None,
) -> Iterator[ListRow]:
    """Every row that may leave the house, in the list's order, at most so many; columns that may not are hidden.

    Args:
        ids: only these.

    Raises:
        PermissionDenied: the actor may export nothing of it.
    """
    require(actor, spec.field_class, "export")
    if ids is not None:
        rows, key, wanted = spec.rows, spec.key, list(dict.fromkeys(ids))[:MAX_ROWS]
        spec = replace(spec, rows=lambda: rows().where(key.in_(wanted)))
    reader = _Reader(session, actor, spec, "export")
    query = replace(query, cursor="")
    while most > 0:
        keys = reader.keys(query, MAX_ROWS + 1)
        yield from reader.rows([row_id for row_id, _ in keys[: min(MAX_ROWS, most)]], columns)
        if len(keys) <= MAX_ROWS:
            return
        most -= MAX_ROWS
        last_id, value = keys[MAX_ROWS - 1]
        query = replace(query, cursor=page_of([0, 0], 1, [_cursor(query, value, last_id)] * 2).next_cursor or "")


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of a list, and by column how many have which value: most first, rows without one are None."""

    total: int
    values: Mapping[str, Sequence[tuple[Value, int]]]


def count_values(session: Session, actor: Actor, spec: ListSpec, query: ListQuery, columns: Sequence[Column]) -> Counts:
    """Count all rows by these columns, at most MOST_COUNTED values of each, in one pass over the list."""
    reader = _Reader(session, actor, spec, "read")
    inner = reader.asked_for(query, [reader.shown(one).label(f"v{at}") for at, one in enumerate(columns)]).subquery()
    rows = session.execute(select(func.count(), *inner.c).group_by(*inner.c)).all()
    found = {}
    for at, column in enumerate(columns, 1):
        numbers: Counter[Value] = Counter()
        for row in rows:
            numbers[_loaded(column, row[at])] += row[0]
        most = sorted(numbers.items(), key=lambda one: (-one[1], one[0] is None, one[0]))
        found[column.name] = most[:MOST_COUNTED]
    return Counts(sum(row[0] for row in rows), found)


def reached(
    session: Session, actor: Actor, spec: ListSpec, ids: Iterable[str], field_class: str, action: str
) -> frozenset[str]:
    """The rows among them to which the actor may do this."""
    wanted = list(set(ids))
    statement = spec.rows().with_only_columns(spec.key)
    return frozenset(session.scalars(statement.where(spec.key.in_(wanted), within(spec, actor, field_class, action))))


def within(spec: ListSpec, actor: Actor, field_class: str, action: str) -> ColumnElement[bool]:
    """The condition under which the actor may do this to a row of the list."""
    place = spec.place
    if place.own:
        return person_within(actor, field_class, action, place.person, place.department)
    return visible(actor, field_class, action, place.department, place.legal_entity, place.person)


def filters_of(spec: ListSpec, actor: Actor) -> tuple[Filter, ...]:
    """The list's own filters that the actor may ask."""
    return tuple(one for one in spec.filters if one.field_class is None or may_at_all(actor, one.field_class, "read"))


class _Reader:
    """Statements over one list for one actor and action."""

    def __init__(self, session: Session, actor: Actor, spec: ListSpec, action: str) -> None:
        self._session, self._actor, self._spec, self._action = session, actor, spec, action
        classes = spec.classes()
        self._within = {one: within(spec, actor, one, action) for one in classes}

    def shown(self, column: Column) -> Any:
        """The SQL of a column, NULL in rows where the actor may not see it."""
        condition = self._mask(column)
        return column.value if condition is None else case((condition, column.value), else_=None)

    def asked(self, query: ListQuery) -> Select[Any]:
        """All rows within reach that the query asks for."""
        statement = self._spec.rows().where(self._within[self._spec.field_class])
        conditions = [self._condition(one) for one in query.conditions]
        conditions += self._special(query)
        if query.text:
            looked = [self.shown(one).icontains(query.text, autoescape=True)
                      for one in self._spec.columns if one.searched]  # fmt: skip
            conditions.append(or_(false(), *looked))
        return statement.where(*conditions)

    def asked_for(self, query: ListQuery, columns: Sequence[Any], order: Sequence[Any] = ()) -> Select[Any]:
        """These columns of all those rows."""
        statement = self.asked(query)
        if self._spec.whole:
            return narrowed(statement, columns, order)
        return statement.with_only_columns(*columns).order_by(*order)

    def keys(self, query: ListQuery, limit: int) -> list[tuple[str, Value]]:
        """(id, value of the sorted column) of a page."""
        key = self._spec.key
        column = self._spec.column(query.sort) if query.sort else None
        if column is None:
            statement = self.asked_for(query, (key,), (key.desc(),))
            if query.cursor:
                statement = statement.where(key < read_cursor(query.cursor, 1)[0])
            return [(row_id, None) for row_id in self._session.scalars(statement.limit(limit))]
        value = self.shown(column)
        if column.kind == "flag":
            value = cast(value, Integer)  # no database orders truth values by < and >
        order = value.desc() if query.backwards else value.asc()
        statement = self.asked_for(query, (key, value.label("sorted")), (value.is_(None), order, key.desc()))
        if query.cursor:
            statement = statement.where(self._after(query, column, value))
        found = self._session.execute(statement.limit(limit)).tuples()
        return [(row_id, _loaded(column, one)) for row_id, one in found]

    def rows(self, ids: Sequence[str], columns: Sequence[Column]) -> list[ListRow]:
        """The rows of these ids, in their order."""
        if not ids:
            return []
        spec = self._spec
        of_sql = [one for one in columns if one.value is not None]
        masks = {one.name: mask for one in columns if (mask := self._mask(one)) is not None}
        flags = {name: f"may_{place}" for place, name in enumerate(masks)}
        statement = spec.rows().with_only_columns(
            spec.key.label("row_id"),
            *(self.shown(one).label(f"c_{one.name}") for one in of_sql),
            *(case((masks[name], 1), else_=0).label(flag) for name, flag in flags.items()),
        )
        found = {row.row_id: row for row in self._session.execute(statement.where(spec.key.in_(ids)))}
        filled = self._filled(ids, columns)
        rows = []
        for row_id in ids:
            row = found[row_id]
            hidden = frozenset(name for name, flag in flags.items() if not getattr(row, flag))
            values: dict[str, Shown] = {one.name: _loaded(one, getattr(row, f"c_{one.name}")) for one in of_sql}
            more = {name: None if name in hidden else value for name, value in filled.get(row_id, {}).items()}
            values |= {one.name: more.get(one.name) for one in columns if one.value is None}
            href = spec.href(values, row_id, self._actor) if spec.href is not None and columns == spec.columns else ""
            rows.append(ListRow(row_id, values, hidden, href))
        return rows

    def total(self, query: ListQuery) -> int:
        """All rows that are asked for."""
        return self._session.scalar(self.asked_for(query, (func.count(),))) or 0

    def _mask(self, column: Column) -> ColumnElement[bool] | None:
        """The condition under which a column is shown; None for always."""
        if column.field_class in (None, self._spec.field_class):
            return None
        condition = self._within[column.field_class]
        return None if condition is true() else condition

    def _filled(self, ids: Sequence[str], columns: Sequence[Column]) -> dict[str, dict[str, Shown]]:
        wanted = {one.name for one in columns if one.value is None}
        found: dict[str, dict[str, Shown]] = {}
        for fill in self._spec.fills:
            if wanted.intersection(fill.columns):
                for row_id, values in fill.make(self._session, self._actor, ids).items():
                    found.setdefault(row_id, {}).update(values)
        return found

    def _special(self, query: ListQuery) -> list[ColumnElement[bool]]:
        values = dict(query.special)
        conditions = []
        for one in self._spec.filters:
            if one.field.name not in values:
                continue
            if one.field_class is not None:
                require(self._actor, one.field_class, "read")
            condition = one.where(Asked(self._actor, values[one.field.name], values))
            if condition is not None:
                conditions.append(condition)
        return conditions

    def _condition(self, one: Condition) -> ColumnElement[bool]:
        column = self._spec.column(one.column)
        assert column is not None
        value = self.shown(column)
        found: ColumnElement[bool]
        if one.operator == "is":
            found = value.in_([_bound(column, value, wanted) for wanted in one.values])
        elif one.operator == "has":
            found = value.icontains(one.values[0], autoescape=True)
        else:
            limit, beyond = _limit(column, value, one)
            found = value >= limit if one.operator == "from" else value < limit if beyond else value <= limit
        return found

    def _after(self, query: ListQuery, column: Column, value: Any) -> ColumnElement[bool]:
        """Rows behind the cursor: values come in order, rows without one last, newest first among equals."""
        key = self._spec.key
        raw, last = read_cursor(query.cursor, 2, texts=True)
        if raw is None:
            return and_(value.is_(None), key < last)
        place = _bound(column, value, _from_cursor(column, raw))
        further = value < place if query.backwards else value > place
        return or_(further, and_(value == place, key < last), value.is_(None))


def _loaded(column: Column, value: Any) -> Value:
    """A value as the database gives it, as one of the column's kind."""
    if value is None:
        return None
    match column.kind:
        case "flag":
            return bool(value)
        case "money" if isinstance(value, Decimal):
            return to_fen(value)
        case "whole" | "money":
            return int(value)
        case "number":
            return value if isinstance(value, Decimal) else Decimal(repr(value))
        case "day" if isinstance(value, str):
            return date.fromisoformat(value)
        case "moment" if isinstance(value, str):
            return datetime.fromisoformat(value)
    return value  # type: ignore[no-any-return]  # what the column's type loads


def _bound(column: Column, expression: Any, value: Value) -> Any:
    """A value as it is compared with the column."""
    if isinstance(value, Decimal):
        is_exact = isinstance(getattr(expression, "type", None), Numeric) and expression.type.asdecimal
        return value if is_exact else float(value)
    if isinstance(value, bool):
        return float(value) if column.stored == "text" else value
    if isinstance(value, int) and isinstance(getattr(expression, "type", None), Yuan):
        return from_fen(value)
    if isinstance(value, int):
        is_large = isinstance(getattr(expression, "type", None), BigInteger | Float)
        return value if is_large else max(-_MOST_INTEGER, min(value, _MOST_INTEGER))
    if column.stored == "text" and isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return value.isoformat() if column.stored == "text" and isinstance(value, date) else value


def _limit(column: Column, expression: Any, one: Condition) -> tuple[Any, bool]:
    """What a range's end is compared with, and whether it lies just beyond what is wanted: the next day's beginning."""
    (value,) = one.values
    if column.kind != "moment" or not isinstance(value, date):
        return _bound(column, expression, value), False
    start = datetime(value.year, value.month, value.day, tzinfo=CHINA)
    beyond = one.operator == "to"
    return _bound(column, expression, start + timedelta(days=1) if beyond else start), beyond


def _cursor(query: ListQuery, value: Value, row_id: str) -> tuple[Any, ...]:
    if not query.sort:
        return (row_id,)
    if isinstance(value, date):
        return (value.isoformat(), row_id)
    return (str(value) if isinstance(value, Decimal) else value if not isinstance(value, bool) else int(value), row_id)


def _from_cursor(column: Column, raw: Any) -> Value:
    """The value in a cursor.

    Raises:
        InvalidInput: `page.cursor`, it is not of the column's kind.
    """
    try:
        match column.kind:
            case "day" if isinstance(raw, str):
                return date.fromisoformat(raw)
            case "moment" if isinstance(raw, str):
                found = datetime.fromisoformat(raw)
                if found.tzinfo is not None:
                    return found
            case "number" if isinstance(raw, str):
                if (number := Decimal(raw)).is_finite():
                    return number
            case "whole" | "money" if isinstance(raw, int):
                return raw
            case "flag" if isinstance(raw, int):
                return int(raw)
            case "text" | "area" | "choice" if isinstance(raw, str):
                return raw
    except (ValueError, ArithmeticError):
        pass
    raise bad_cursor()
