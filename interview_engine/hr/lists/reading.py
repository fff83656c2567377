"""Reading a list: rows within reach, narrowed, sorted and in pages, without what the reader may not see.

A column of another field class than its list's is masked row by row in SQL, and the masked value is what is shown,
sorted, filtered and counted: an order tells nothing of values that are not shown.

Pages are by key (value of the sorted column, id), so rows that are added meanwhile neither repeat nor hide others. The
ids of a page are found first and its columns read for them alone: what a column costs does not grow with the list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from interview_engine.hr.access.rules import Actor, may_at_all, over_oneself
from interview_engine.hr.access.service import person_within, require, visible
from interview_engine.hr.forms.fields import Shown, Value
from interview_engine.hr.forms.query import Condition, ListQuery
from interview_engine.hr.forms.spec import Asked, Column, Filter, ListSpec
from interview_engine.hr.lists.narrowing import Joined, joined, narrowed
from interview_engine.hr.lists.values import bound, compared, cursor_of, from_cursor, loaded
from interview_engine.store.page import MAX_ROWS, Page, clamp, page_of, read_cursor

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
    page = page_of(keys, limit, [cursor_of(query, value, row_id) for row_id, value in keys], total)
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
        query = replace(query, cursor=page_of([0, 0], 1, [cursor_of(query, value, last_id)] * 2).next_cursor or "")


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of a list, and by column how many have which value: most first, rows without one are None."""

    total: int
    values: Mapping[str, Sequence[tuple[Value, int]]]


def count_values(session: Session, actor: Actor, spec: ListSpec, query: ListQuery, columns: Sequence[Column]) -> Counts:
    """Count all rows by these columns, at most MOST_COUNTED values of each, in one pass over the list."""
    reader = _Reader(session, actor, spec, "read")
    rows = session.execute(reader.grouped(query, columns)).all()
    found = {}
    for at, column in enumerate(columns, 1):
        numbers: Counter[Value] = Counter()
        for row in rows:
            numbers[loaded(column, row[at])] += row[0]
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
    reach = visible(actor, field_class, action, place.department, place.legal_entity, place.person)
    if not place.hidden_from or actor.person_id is None or over_oneself(actor, field_class, action):
        return reach
    return and_(reach, *(func.coalesce(column != actor.person_id, true()) for column in place.hidden_from))


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
            looked = [self._where(one, lambda value: value.icontains(query.text, autoescape=True))
                      for one in self._spec.columns if one.searched]  # fmt: skip
            conditions.append(or_(false(), *looked))
        return statement.where(*conditions)

    def grouped(self, query: ListQuery, columns: Sequence[Column]) -> Select[Any]:
        """(how many rows, the values of these columns) for each combination. Where a column is another table's, rows
        are grouped by the key that leads to it, and its value is read once for each group."""
        aside = [self._joined(one) for one in columns]
        shown = [self.shown(one) if found is None else found.key for one, found in zip(columns, aside, strict=True)]
        inner = self.asked_for(query, [value.label(f"v{at}") for at, value in enumerate(shown)]).subquery()
        groups = select(func.count().label("number"), *inner.c).group_by(*inner.c).subquery()
        place: Any = groups
        values = list(groups.c)
        for at, found in enumerate(aside, 1):
            if found is not None:
                place = place.join(found.table, found.there == values[at])
                values[at] = found.value
        return select(*values).select_from(place)

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
        if (aside := self._joined(column)) is not None:
            has_rows = self.asked_for(query, (literal(1),)).where(aside.key == aside.there).correlate(aside.table)
            values = select(aside.value).where(has_rows.exists())
            return self._keys_by_value(query, column, aside.value, aside.where, values, limit)
        if column.kind == "choice" and self._spec.long and isinstance(column.value, InstrumentedAttribute):
            own = self.shown(column)
            values = self.asked_for(query, (own,)).distinct()
            return self._keys_by_value(query, column, own, lambda condition: condition(own), values, limit)
        value = self.shown(column)
        if column.kind == "flag":
            value = cast(value, Integer)  # no database orders truth values by < and >
        # those with a value first, then those without: one statement for both could follow no index
        raw, last = read_cursor(query.cursor, 2, texts=True) if query.cursor else (None, "")
        found: list[tuple[str, Value]] = []
        if not query.cursor or raw is not None:
            order = (value.desc() if query.backwards else value.asc(), key.desc())
            statement = self.asked_for(query, (key, value.label("sorted")), order).where(value.is_not(None))
            if query.cursor:
                statement = statement.where(self._after(query, column, value, raw, last))
            rows = self._session.execute(statement.limit(limit)).tuples()
            found = [(row_id, loaded(column, one)) for row_id, one in rows]
        if len(found) < limit:
            statement = self.asked_for(query, (key, value.label("sorted")), (key.desc(),)).where(value.is_(None))
            if query.cursor and raw is None:
                statement = statement.where(key < last)
            found += [(row_id, None) for row_id in self._session.scalars(statement.limit(limit - len(found)))]
        return found

    def _keys_by_value(
        self,
        query: ListQuery,
        column: Column,
        value: Any,
        which: Callable[[Callable[[Any], ColumnElement[bool]]], ColumnElement[bool]],
        values: Select[Any],
        limit: int,
    ) -> list[tuple[str, Value]]:
        """The same where many rows share a value, or it is another table's: the values are walked in their order, and
        only the rows that have the next ones are sorted.

        Args:
            value: the column of `values`. which: rows whose value fulfils a condition. values: those that rows have.
        """
        found: list[tuple[str, Value]] = []
        beyond: ColumnElement[bool] = value.is_not(None)
        raw, last = read_cursor(query.cursor, 2, texts=True) if query.cursor else (None, None)
        if raw is not None:
            place = bound(column, value, from_cursor(column, raw))
            beyond = value < place if query.backwards else value > place
            found = self._valued(query, column, which, [place], limit, self._spec.key < last)
        if (raw is not None or last is None) and len(found) < limit:
            order = value.desc() if query.backwards else value.asc()
            following = values.where(beyond).order_by(order).limit(limit - len(found))
            ahead, many = list(dict.fromkeys(self._session.scalars(following))), 1
            while ahead and len(found) < limit:
                found += self._valued(query, column, which, ahead[:many], limit - len(found))
                ahead, many = ahead[many:], 2 * many
        if len(found) < limit:
            behind = () if raw is not None or last is None else (self._spec.key < last,)
            found += self._without(query, which, limit - len(found), *behind)
        return found

    def _valued(
        self, query: ListQuery, column: Column, which: Any, values: Sequence[Any], limit: int, *more: Any
    ) -> list[tuple[str, Value]]:
        """The first rows with these values, which follow each other in the order."""
        key, of_these = self._spec.key, which(lambda value: value.in_(values))
        if len(values) == 1:
            only = loaded(column, values[0])
            # few rows are found by the value and sorted here; of many the first are found along the ids
            few = self.asked_for(query, (key,)).where(of_these, *more)
            ids = list(self._session.scalars(few.limit(MAX_ROWS + 1)))
            if len(ids) <= MAX_ROWS:
                return [(row_id, only) for row_id in sorted(ids, reverse=True)[:limit]]
            return [(row_id, only) for row_id in self._session.scalars(few.order_by(key.desc()).limit(limit))]
        order = column.value.desc() if query.backwards else column.value.asc()
        statement = self.asked_for(query, (key, column.value.label("sorted")), (order, key.desc())).where(of_these)
        rows = self._session.execute(statement.limit(limit)).tuples()
        return [(row_id, loaded(column, one)) for row_id, one in rows]

    def _without(self, query: ListQuery, which: Any, limit: int, *more: Any) -> list[tuple[str, Value]]:
        """The first rows that have none."""
        key = self._spec.key
        statement = self.asked_for(query, (key,), (key.desc(),)).where(which(lambda one: one.is_(None)), *more)
        return [(row_id, None) for row_id in self._session.scalars(statement.limit(limit))]

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
            values: dict[str, Shown] = {one.name: loaded(one, getattr(row, f"c_{one.name}")) for one in of_sql}
            more = {name: None if name in hidden else value for name, value in filled.get(row_id, {}).items()}
            values |= {one.name: more.get(one.name) for one in columns if one.value is None}
            href = spec.href(values, row_id, self._actor) if spec.href is not None and columns == spec.columns else ""
            rows.append(ListRow(row_id, values, hidden, href))
        return rows

    def total(self, query: ListQuery) -> int:
        """All rows that are asked for."""
        return self._session.scalar(self.asked_for(query, (func.count(),))) or 0

    def _joined(self, column: Column) -> Joined | None:
        """How rows find the column where it is another table's, and everybody who sees a row sees it."""
        if not self._spec.long or column.kind == "flag" or self._mask(column) is not None:
            return None
        return joined(self._spec.rows(), column.value)

    def _where(self, column: Column, condition: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
        """Rows whose value of the column is so."""
        aside = self._joined(column)
        return condition(self.shown(column)) if aside is None else aside.where(condition)

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
        return self._where(column, lambda value: compared(column, value, one))

    def _after(self, query: ListQuery, column: Column, value: Any, raw: Any, last: Any) -> ColumnElement[bool]:
        """Rows with a value that are behind the cursor: values come in order, newest first among equals."""
        place = bound(column, value, from_cursor(column, raw))
        further = value < place if query.backwards else value > place
        return or_(further, and_(value == place, self._spec.key < last))
