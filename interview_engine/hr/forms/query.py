"""What an address asks of a list: read from its parameters, and written back as parameters. Pure.

`?q=…&state=open&state=draft&headcount_from=3&sort=-title&columns=title,state&cursor=…`
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from urllib.parse import urlencode

from interview_engine.hr.forms.fields import Field, Kind, Value
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.forms.spec import Column, ListSpec, asks_range
from interview_engine.hr.forms.writing import typed
from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg

Operator = Literal["is", "has", "from", "to"]
MOST_TEXT = 200
MOST_CHOICES = 50
OWN = "x_"
"""How the names of custom fields begin. What a saved view asks of one that was retired since is passed over."""
_ENDS: tuple[tuple[str, Operator], ...] = (("_from", "from"), ("_to", "to"))


@dataclass(frozen=True, slots=True)
class Condition:
    """One column's filter. "is" has the values that are wanted, "has" a part of a text, "from" and "to" a limit that
    belongs to what is wanted."""

    column: str
    operator: Operator
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What is asked of a list.

    Args:
        text: looked for in the columns that are searched.
        conditions: of columns; all must hold.
        special: values of the list's own filters, by name.
        sort: the column it is sorted by; "" is the list's own order. backwards: largest first.
        columns: those chosen, in their order; none: those that the list shows.
        cursor: of the page.
    """

    text: str = ""
    conditions: tuple[Condition, ...] = ()
    special: tuple[tuple[str, Value], ...] = ()
    sort: str = ""
    backwards: bool = False
    columns: tuple[str, ...] = ()
    cursor: str = ""

    def value(self, column: str, operator: Operator) -> tuple[Value, ...]:
        """What is asked of a column; nothing is empty."""
        return next((one.values for one in self.conditions if (one.column, one.operator) == (column, operator)), ())

    @property
    def narrows(self) -> bool:
        """Whether it leaves out any row."""
        return bool(self.text or self.conditions or self.special)


NOTHING = ListQuery()


def read_query(spec: ListSpec, pairs: Iterable[tuple[str, str]]) -> ListQuery:
    """What the parameters ask for. Names that the list does not know are for others and are passed over, empty values
    ask for nothing.

    Raises:
        InvalidInput: a value that its column cannot have, or a column that is not there.
    """
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip():
            given.setdefault(name, []).append(value)
    sort = given.get("sort", [""])[-1]
    text = given.get("q", [""])[-1].strip()
    if len(text) > MOST_TEXT or "\0" in text:
        raise invalid("q", "list.text", msg("The search is too long."), msg("Look for fewer words."))
    special: list[tuple[str, Value]] = []
    for one in spec.filters:
        for raw in given.get(one.field.name, [])[-1:]:
            said = read_value(replace(one.field, required=False), raw)
            if said is not None and said is not False:
                special.append((one.field.name, said))
    return ListQuery(
        text,
        tuple(_conditions(spec, given)),
        tuple(special),
        *_sort(spec, sort),
        _columns(spec, given.get("columns", [])),
        given.get("cursor", [""])[-1],
    )


def write_query(query: ListQuery, kinds: Mapping[str, Kind]) -> list[tuple[str, str]]:
    """The parameters that ask for the same, without the cursor: where one is changed, the pages begin again."""
    pairs = [("q", query.text)] if query.text else []
    for one in query.conditions:
        end = {"from": "_from", "to": "_to"}.get(one.operator, "")
        pairs += [(f"{one.column}{end}", _said(kinds, one, value)) for value in one.values]
    pairs += [(name, typed("text", value)) for name, value in query.special]
    if query.sort:
        pairs.append(("sort", f"-{query.sort}" if query.backwards else query.sort))
    if query.columns:
        pairs.append(("columns", ",".join(query.columns)))
    return pairs


def address(spec: ListSpec, query: ListQuery, **more: str) -> str:
    """The parameters as an address's query, with more of them at the end; "" for none."""
    kinds = {one.name: one.kind for one in spec.columns}
    return urlencode([*write_query(query, kinds), *((name, value) for name, value in more.items() if value)])


def sorted_by(query: ListQuery, column: str) -> ListQuery:
    """The query with another order: that column's, the other way round where it is sorted by it already, and the
    list's own after that."""
    if query.sort != column:
        return replace(query, sort=column, backwards=False, cursor="")
    if not query.backwards:
        return replace(query, backwards=True, cursor="")
    return replace(query, sort="", backwards=False, cursor="")


def shown_columns(spec: ListSpec, query: ListQuery) -> tuple[Column, ...]:
    """The columns to show, in their order."""
    if not query.columns:
        return tuple(one for one in spec.columns if one.shown)
    return tuple(one for name in query.columns if (one := spec.column(name)) is not None)


def as_field(column: Column) -> Field:
    """A column as the field that its filter is typed into."""
    kind: Kind = "day" if column.kind == "moment" else column.kind
    choices = column.choices if column.kind == "choice" else {}
    return Field(column.name, column.label, "text" if kind == "area" else kind, choices=choices, most=MOST_TEXT)


def _conditions(spec: ListSpec, given: Mapping[str, list[str]]) -> Iterable[Condition]:
    for column in spec.columns:
        if not column.filters:
            continue
        one = as_field(column)
        if asks_range(column):
            for end, operator in _ENDS:
                for raw in given.get(f"{column.name}{end}", [])[-1:]:
                    yield Condition(column.name, operator, (read_value(one, raw),))
            continue
        raws = given.get(column.name, [])
        if not raws:
            continue
        if column.kind == "choice":
            parts = [
                part for raw in raws for part in raw.split(",") if part.strip()
            ]  # "state=open,draft" counts as two
            values = dict.fromkeys(_chosen(one, column, part) for part in parts[:MOST_CHOICES])
            yield Condition(column.name, "is", tuple(values))
        elif column.kind == "flag":
            yield Condition(column.name, "is", (read_value(one, raws[-1]),))
        else:
            yield Condition(column.name, "has", (read_value(one, raws[-1]),))


def _chosen(one: Field, column: Column, raw: str) -> Value:
    """A key of the choices; the words themselves are taken too, because people write addresses by hand."""
    return raw if raw in column.choices else read_value(one, raw)


def _sort(spec: ListSpec, raw: str) -> tuple[str, bool]:
    name = raw.removeprefix("-")
    column = spec.column(name)
    if not name or (column is None and name.startswith(OWN)):
        return "", False
    if column is None or not column.sortable:
        raise invalid("sort", "list.sort", msg("The list cannot be sorted by that."), msg("Choose one of the heads."))
    return name, raw.startswith("-")


def _columns(spec: ListSpec, raws: list[str]) -> tuple[str, ...]:
    """Of an address ("columns=a,b") or of the boxes of a form ("columns=a&columns=b")."""
    names = tuple(dict.fromkeys(name.strip() for raw in raws for name in raw.split(",") if name.strip()))
    if any(spec.column(name) is None and not name.startswith(OWN) for name in names):
        raise invalid("columns", "list.columns", msg("There is no such column."), msg("Choose columns from the list."))
    return tuple(name for name in names if spec.column(name) is not None)


def _said(kinds: Mapping[str, Kind], one: Condition, value: Value) -> str:
    if isinstance(value, date | bool):
        return typed("text", value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return typed(kinds.get(one.column, "text"), value)
