"""What a list and its form are, declared once: from it come the console's table and form, the page on the phone, the
route of the API, the sheets that are exported and imported.

A list names columns of SQL; how they are read, filtered and kept from who may not see them is `hr.lists`' part. Actors
are `access.rules.Actor`: access hands over an area, and so stands above this file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.forms.fields import NO_CHOICES, NUMBERS, RANGES, Field, Kind, Shown, Value
from interview_engine.i18n import Text, msg

NOT_COLUMNS = frozenset(
    {"q", "sort", "columns", "cursor", "limit", "view", "done", "id", "csrf", "language", "custom", "did",
     "number", "hidden", "action", "back", "undo"}
)  # fmt: skip
"""What an address says besides filters, and what a row has besides columns: no column has such a name."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """The SQL columns that say where a row belongs and whom it is about, for permissions (`access.service.scoped`).

    Args:
        own: the rows are persons, reached through every area where they have a place (`access.service.person_within`).
        hidden_from: columns of persons who do not see the row by a permission over everybody, only by one over
            themselves: who has a post does not see who is planned after them.
    """

    department: Any = None
    legal_entity: Any = None
    person: Any = None
    own: bool = False
    hidden_from: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column.

    Args:
        name: what addresses and JSON call it.
        value: SQL of the list's rows: it can be sorted by, filtered by and counted. None: it comes from a `Fill`.
        field_class: whose permission shows it, where that is not the list's own. Who may not see it in a row sees
            nothing there, cannot filter or sort by it, and does not get it in an export or from the API.
        choices: of a choice, by key what people read. Keys that are not in it are shown as they are.
        shown: without being chosen.
        sorts: whether its head sorts. filters: whether there is a filter for it.
        searched: whether the search field looks in it.
        counts: a chart of how many rows have which value, for choices and texts.
        opens: its words lead to the row's page.
        under: name of another column, under whose value it is shown in small letters.
        tones: by value, how it is marked: "go", "look" (a person must look); "*" stands for every number but 0.
        stored: "text": days, moments and flags that the database keeps as text, see `hr.lists.custom`.
        places: decimals that a number is shown with.
        exact: a moment is shown to the minute, where the time of day is the point; else its day, the rest on pointing.
        own: a custom field: its label and choices are words of the company.
    """

    name: str
    label: Text
    kind: Kind = "text"
    value: ColumnElement[Any] | Any = None
    field_class: str | None = None
    choices: Mapping[str, Text] = field(default_factory=lambda: NO_CHOICES)
    shown: bool = True
    sorts: bool = True
    filters: bool = False
    searched: bool = False
    counts: bool = False
    opens: bool = False
    under: str | None = None
    tones: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    stored: Literal["native", "text"] = "native"
    places: int = 1
    exact: bool = False
    own: bool = False

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or self.name in NOT_COLUMNS or self.name.endswith(("_from", "_to")):
            raise ValueError(f"no column can be called {self.name!r}")
        if self.value is None and (self.filters or self.searched or self.counts):
            raise ValueError(f"column {self.name!r} is filled in for the rows of a page: nothing can be asked of it")

    @property
    def sortable(self) -> bool:
        """Whether its head sorts."""
        return self.sorts and self.value is not None

    @property
    def number(self) -> bool:
        """Whether its values stand to the right."""
        return self.kind in NUMBERS


@dataclass(frozen=True, slots=True)
class Asked:
    """What a special filter was asked with: by whom, with which value, beside which values of other special filters."""

    actor: Any
    value: Value
    others: Mapping[str, Value]


@dataclass(frozen=True, slots=True, eq=False)
class Filter:
    """A filter that is no column's: "only mine", or "at least so much in a competency".

    Args:
        field: its name, label, kind and limits; a flag is a box.
        where: the SQL condition; None narrows nothing.
        field_class: what one must be allowed to read to ask it.
        choices: (session, actor) → choices with labels, where they are rows of the database; `field` is then a text.
    """

    field: Field
    where: Callable[[Asked], ColumnElement[bool] | None]
    field_class: str | None = None
    choices: Callable[[Session, Any], Mapping[str, Text]] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Fill:
    """Values of columns that are made for the rows of one page at a time.

    Args:
        columns: their names.
        make: (session, actor, ids) → by id, by column, the value.
    """

    columns: tuple[str, ...]
    make: Callable[[Session, Any, Sequence[str]], Mapping[str, Mapping[str, Shown]]]


@dataclass(frozen=True, slots=True, eq=False)
class Undo:
    """How an action on several rows is undone.

    Args:
        holds: (session, actor, ids, values of the action's fields) → by id, what the action changes of it, as JSON.
            Asked before, afterwards, and when it is to be undone: who has changed a row since keeps it.
        do: (session, actor, id, what it held before, values of the action's fields, clock); raises as `Bulk.do`.
    """

    holds: Callable[[Session, Any, Sequence[str], Mapping[str, Value]], Mapping[str, Any]]
    do: Callable[[Session, Any, str, Any, Mapping[str, Value], Clock], object]


@dataclass(frozen=True, slots=True, eq=False)
class Bulk:
    """What can be done to several rows at once.

    Args:
        needs: (field class, action): who may do that to nothing at all does not see it; `do` checks each row itself.
        do: (session, actor, id of the row, values of the fields, clock), inside one savepoint a row; an
            InterviewEngineError leaves that row as it was and is told, the other rows go on.
        done: what is said afterwards of `{count}` rows.
        ask: what is asked before, of `{count}` rows; None does it at once.
        fields: what must be filled in first.
        touches: (session, actor, ids) → a sentence about whom else it touches, shown with the question.
        undo: how a row gets back what it held; None where others have been told already, or nothing leads back.
    """

    name: str
    label: Text
    needs: tuple[str, str]
    do: Callable[[Session, Any, str, Mapping[str, Value], Clock], object]
    done: Text
    ask: Text | None = None
    fields: tuple[Field, ...] = ()
    touches: Callable[[Session, Any, Sequence[str]], Text | None] | None = None
    undo: Undo | None = None


Told = tuple[str, Text, Text]
"""Name of a field ("" for the row as a whole), what a person must look at, and what to do."""
KNOWN_PERSON = "known_person"
"""Among the values that a form makes a row of: the id of the person whom a part of the sheet has named
(`SheetPart.known`)."""
TakeBack = Callable[[Session, Any, Sequence[str], datetime, Clock], Mapping[str, InterviewEngineError]]


@dataclass(frozen=True, slots=True, eq=False)
class Many:
    """What `create` and `load` of a form do, for thousands of lines in a few statements. The rows are the same.

    Args:
        check: (session, actor, values of each line, clock) → for each line what would be wrong, or what a person must
            look at in its row. Writes nothing: a reading session serves.
        create: (session, actor, values of each line, clock) → for each line the id of its new row, or what is wrong.
        load: (session, actor, ids) → the values by id.
        companies: (session, actor, values of each line) → the company that its new row will belong to, None where that
            cannot be said.
    """

    check: Callable[
        [Session, Any, Sequence[Mapping[str, Value]], Clock], Sequence[InterviewEngineError | Sequence[Told]]
    ]
    create: Callable[[Session, Any, Sequence[Mapping[str, Value]], Clock], Sequence[str | InterviewEngineError]]
    load: Callable[[Session, Any, Sequence[str]], Mapping[str, Mapping[str, Value]]]
    companies: Callable[[Session, Any, Sequence[Mapping[str, Value]]], Sequence[str | None]]


@dataclass(frozen=True, slots=True, eq=False)
class SheetPart:
    """Columns that another area adds to the sheets of a list: the ID number in the sheet of employees is the file's.

    None of its fields is required. What it keeps is written after the row, in the same transaction.

    Args:
        list_name: the list.
        needs: (field class, action): a sheet of who may do that to nobody has no such columns.
        known: (session, actor, values of each line) → for each the id of the person whom it names, None for
            nobody who is known, or what is wrong.
        check: (session, actor, (id of the row, "" for a new one, its values) of each line, clock) → for each what is
            wrong, or what a person must look at. Writes nothing.
        write: (session, actor, (id of the row, values), clock). Called for what `check` has passed.
        load: (session, actor, ids) → by id the values, whole, of the rows whose part the actor may read.
        restore: (session, actor, id of the row, values as they were before an import, clock).
        remove: (session, actor, ids, since, clock): take away what was written at or after `since` and nobody changed.
    """

    list_name: str
    fields: tuple[Field, ...]
    needs: tuple[str, str]
    known: Callable[[Session, Any, Sequence[Mapping[str, Value]]], Sequence[str | InterviewEngineError | None]]
    check: Callable[
        [Session, Any, Sequence[tuple[str, Mapping[str, Value]]], Clock],
        Sequence[InterviewEngineError | Sequence[Told]],
    ]
    write: Callable[[Session, Any, Sequence[tuple[str, Mapping[str, Value]]], Clock], object]
    load: Callable[[Session, Any, Sequence[str]], Mapping[str, Mapping[str, Value]]]
    restore: Callable[[Session, Any, str, Mapping[str, Value], Clock], object]
    remove: Callable[[Session, Any, Sequence[str], datetime, Clock], object]


@dataclass(frozen=True, slots=True, eq=False)
class FormSpec:
    """How a row of the list is made and changed: by a form, by the API, from a sheet.

    Args:
        fields: in the form's order.
        create: (session, actor, values, clock) → id of the new row. Checks permission and writes the audit event.
        update: (session, actor, id, values, clock); None: rows are not changed by forms.
        load: (session, actor, id) → the values now, for the form and to see what a sheet would change.
        needs: (field class, action), as of a bulk action.
        key: names of the fields by which a line of a sheet finds its row; none: a sheet only adds, and a line that was
            taken before is known by its content.
        pages: whether it has pages and routes; without, rows are made and changed elsewhere, and by sheets.
        find: (session, actor, lines' key values) → by key values, the id of each row within reach.
        blames: by the code of a refusal that names no field, the fields that it may be about; the first that a line
            fills in is.
        in_order: a line of a sheet may need one above it: a department its parent.
        many: faster ways for sheets of thousands of lines.
        take_back: (session, actor, ids, since, clock) → by id, why a row stays. Removes rows that `create` made at or
            after `since`, with what it made beside them; what anybody has added to a row since keeps it.
        find_else: (session, actor, values of lines whose key is empty) → for each the row that it is about, or None.
        taken_by: the field in whose order lines make their rows: a person's contracts by their first days.
        warn: (session, actor, ids, clock) → by id, what a person must look at in a row that a line has just made or
            changed. The line is taken all the same.
    """

    fields: tuple[Field, ...]
    create: Callable[[Session, Any, Mapping[str, Value], Clock], str]
    needs: tuple[str, str]
    update: Callable[[Session, Any, str, Mapping[str, Value], Clock], object] | None = None
    load: Callable[[Session, Any, str], Mapping[str, Value]] | None = None
    key: tuple[str, ...] = ()
    find: Callable[[Session, Any, Sequence[tuple[Value, ...]]], Mapping[tuple[Value, ...], str]] | None = None
    pages: bool = True
    blames: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    in_order: bool = False
    many: Many | None = None
    take_back: TakeBack | None = None
    find_else: Callable[[Session, Any, Sequence[Mapping[str, Value]]], Sequence[str | None]] | None = None
    taken_by: str | None = None
    warn: Callable[[Session, Any, Sequence[str], Clock], Mapping[str, Sequence[Told]]] | None = None

    def __post_init__(self) -> None:
        names = [one.name for one in self.fields]
        if len(names) != len(set(names)) or not set(self.key) <= set(names):
            raise ValueError(f"fields twice, or a key that is no field: {names}, {self.key}")
        if self.key and not (self.find and self.update and self.load):
            raise ValueError("a form with a key says how rows are found, loaded and changed")


@dataclass(frozen=True, slots=True, eq=False)
class ListSpec:
    """A list.

    Args:
        name: an identifier; what saved views, custom fields and addresses keep. Never changed.
        title, about: its heading, and a sentence below it.
        field_class: who may read this class of a row sees the row.
        rows: the statement of all rows, `select(key).select_from(…)` with its joins and fixed conditions.
        key: the SQL column of the rows' ids; the list is in their order, newest first, where it is not sorted.
        place: for permissions.
        columns: in the order in which they are shown.
        thing: what one row is called, in the middle of a sentence.
        empty: what is said where there is no row at all.
        href: (row's values by column, its id, actor) → the page of the row in the console; "" for none.
        custom: whether companies may add fields of their own to its rows.
        tags: whether people may put words on its rows.
        sheet: how sheets make and change its rows, where that is not what its form does.
        whole: its joins leave no row out and double none, so that counting and ordering need only those joins whose
            tables they name.
        long: it is whole and has many more rows than the tables that it joins: those are asked by themselves, and
            their values walked in order. A list as long as its persons is faster in one pass.
    """

    name: str
    title: Text
    about: Text
    field_class: str
    rows: Callable[[], Select[Any]]
    key: Any
    place: Place
    columns: tuple[Column, ...]
    thing: Text
    empty: Text = field(default_factory=lambda: msg("Nothing is here yet."))
    filters: tuple[Filter, ...] = ()
    fills: tuple[Fill, ...] = ()
    bulk: tuple[Bulk, ...] = ()
    form: FormSpec | None = None
    href: Callable[[Mapping[str, Shown], str, Any], str] | None = None
    custom: bool = False
    tags: bool = False
    sheet: FormSpec | None = None
    whole: bool = False
    long: bool = False

    def __post_init__(self) -> None:
        names = [one.name for one in self.columns] + [one.field.name for one in self.filters]
        if len(names) != len(set(names)) or not self.name.isidentifier():
            raise ValueError(f"list {self.name!r}: names twice, or no identifier")
        filled = [name for fill in self.fills for name in fill.columns]
        if sorted(filled) != sorted(one.name for one in self.columns if one.value is None):
            raise ValueError(f"list {self.name!r}: columns without SQL and fills differ")

    def column(self, name: str) -> Column | None:
        """The column of that name, None when there is none."""
        return next((one for one in self.columns if one.name == name), None)

    @property
    def by_sheet(self) -> FormSpec | None:
        """How sheets make and change its rows; None where it takes none."""
        found = self.sheet or self.form
        return found if found is not None and found.key else None

    def classes(self) -> frozenset[str]:
        """Every field class that the list shows."""
        return frozenset({self.field_class, *(one.field_class for one in self.columns if one.field_class)})


def asks_range(column: Column) -> bool:
    """Whether the column's filter is from … to …."""
    return column.kind in RANGES
