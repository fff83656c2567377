"""The table of a list: heads that sort, filters, columns to choose, saved views, a chart where a column asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.area import ListPage
from api.console.frame import ROLE_LABELS, console_page
from api.console.lists.cells import CellSeen, cell, words
from api.context import Context
from api.i18n import language_of
from interview_engine.errors import InterviewEngineError, InvalidInput
from interview_engine.hr.access.rules import PRESETS, Actor, may_at_all
from interview_engine.hr.access.service import require
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.forms.query import (
    NOTHING,
    ListQuery,
    address,
    read_query,
    shown_columns,
    sorted_by,
    write_query,
)
from interview_engine.hr.forms.spec import Column, ListSpec, asks_range
from interview_engine.hr.forms.writing import NO, YES, typed
from interview_engine.hr.lists.bulk import UNDO_WITHIN, BulkOutcome
from interview_engine.hr.lists.custom import with_own
from interview_engine.hr.lists.reading import Counts, ListRow, count_values, filters_of, read_list, read_rows
from interview_engine.hr.lists.views import ViewSeen, views_of
from interview_engine.i18n import Message, joined, mark, translator
from interview_engine.store.page import Page

PAGE = 50


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: where it leads ("" where it does not sort), and "ascending", "descending" or ""."""

    column: Column
    label: str
    href: str
    order: str


@dataclass(frozen=True, slots=True)
class FilterSeen:
    """A filter as its form shows it. `kind` search, select, check, number, day or text.

    Args:
        names: of its inputs: one, or two for from … to ….
        values: what is asked now, in the same order.
        options: of a select, (value, words).
    """

    kind: str
    label: str
    names: tuple[str, ...]
    values: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()
    special: bool = False

    @property
    def asked(self) -> bool:
        """Whether it narrows the list now."""
        return any(self.values)

    @property
    def first(self) -> bool:
        """Whether it is shown without asking for more filters."""
        return self.special or self.kind == "select"


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of a chart: its words, how many rows, in percent of the longest, and the list of those rows."""

    label: str
    count: int
    percent: float
    href: str


def table_page(
    page: ListPage,
    request: Request,
    context: Context,
    actor: Actor,
    query_text: Sequence[tuple[str, str]],
    problem: InterviewEngineError | None = None,
    outcome: BulkOutcome | None = None,
    status: int | None = None,
) -> Response:
    """The page of a list; what is wrong with a filter is said above all its rows.

    Args:
        query_text: parameters of the address.
        outcome: of a bulk action that some rows refused.
    """
    require(actor, page.spec.field_class, "read")
    language = language_of(request)
    with context.database.reading() as session:
        spec = with_own(session, actor, page.spec)
        try:
            query = read_query(spec, query_text)
            found, counts = _read(session, actor, spec, query)
        except InvalidInput as wrong:
            problem, query = problem or wrong, NOTHING
            found, counts = _read(session, actor, spec, query)
        columns = shown_columns(spec, query)
        views = views_of(session, actor, spec.name)
        filters = _filters(session, actor, spec, query, language)
        charts = [_chart(spec, one, counts.values[one.name], language) for one in columns if one.counts]
        more = page.more(session, actor, context.clock) if page.more is not None else {}
        refused = _refused(session, actor, page, outcome, language)
    here = address(spec, query)
    return console_page(
        request,
        actor,
        page.template,
        problem=problem,
        status=status,
        spec=spec,
        href=page.href,
        here=here,
        here_pairs=write_query(query, {one.name: one.kind for one in spec.columns}),
        query=query,
        rows=[(row, _cells(columns, row, language), _unders(columns, row, language)) for row in found.items],
        heads=_heads(page, spec, query, columns, language),
        total=counts.total,
        next_href=f"{page.href}?{address(spec, query, cursor=found.next_cursor)}" if found.next_cursor else "",
        filters=filters,
        narrowed=query.narrows,
        charts=[one for one in charts if len(one[1]) > 1],
        columns=_choosable(spec, columns, language),
        views=views,
        at_view=_at_view(views, request, here),
        bulk=_bulk(spec, actor, language),
        refused=refused,
        did=_did(spec, request, language),
        undo=_undo(request, outcome),
        undo_minutes=int(UNDO_WITHIN.total_seconds()) // 60,
        tools=_tools(spec, actor),
        may_export=may_at_all(actor, spec.field_class, "export"),
        may_add=spec.form is not None and spec.form.pages and may_at_all(actor, *spec.form.needs),
        keepers=_keepers(spec, language),
        may_import=spec.form is not None and bool(spec.form.key) and may_at_all(actor, *spec.form.needs),
        may_own=spec.custom and may_at_all(actor, "public", "manage"),
        words=lambda text: text.get(language),
        **more,
    )


def _keepers(spec: ListSpec, language: str) -> str:
    """The roles that enter its rows, for whom may only read an empty list."""
    if spec.form is None or not spec.form.pages:
        return ""
    by_role = (
        Message(label) for role, label in ROLE_LABELS.items() if role != "employee" and _holds(role, spec.form.needs)
    )
    return joined(list(by_role)).get(language)


def _holds(role: str, needed: tuple[str, str]) -> bool:
    return not PRESETS[role].isdisjoint({needed, ("*", "*")})


def _cells(columns: Sequence[Column], row: ListRow, language: str) -> list[tuple[Column, CellSeen]]:
    return [(one, cell(one, row, language)) for one in columns if one.under is None]


def _unders(columns: Sequence[Column], row: ListRow, language: str) -> dict[str, list[tuple[str, str]]]:
    """By the column under whose value they stand: (how a mark is marked, "" for a line of text; words)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in columns:
        if one.under is None:
            continue
        is_mark = one.kind == "flag"
        text = one.label.get(language) if is_mark and row.values[one.name] else cell(one, row, language).text
        if text and (not is_mark or row.values[one.name]):
            tone = one.tones.get(str(row.values[one.name]), "made") if is_mark else ""
            found.setdefault(one.under, []).append((tone, text))
    return found


def _heads(page: ListPage, spec: ListSpec, query: ListQuery, columns: Sequence[Column], language: str) -> list[Head]:
    heads = []
    for one in columns:
        if one.under is not None:
            continue
        order = "" if query.sort != one.name else "descending" if query.backwards else "ascending"
        href = f"{page.href}?{address(spec, sorted_by(query, one.name))}" if one.sortable else ""
        heads.append(Head(one, one.label.get(language), href, order))
    return heads


def _filters(session: Session, actor: Actor, spec: ListSpec, query: ListQuery, language: str) -> list[FilterSeen]:
    say = translator(language)
    found = []
    for special in filters_of(spec, actor):
        field = special.field
        value = typed(field.kind, dict(query.special).get(field.name))
        options: tuple[tuple[str, str], ...] = ()
        if special.choices is not None or field.choices:
            choices = special.choices(session, actor) if special.choices is not None else field.choices
            options = tuple((key, label.get(language)) for key, label in choices.items())
        kind = "select" if options else {"flag": "check", "day": "day", "month": "month"}.get(field.kind, "text")
        kind = "number" if field.kind in ("whole", "number", "money") else kind
        if special.choices is None or options or value:
            found.append(FilterSeen(kind, field.label.get(language), (field.name,), (value,), options, special=True))
    for column in spec.columns:
        if not column.filters or not _may_see(actor, spec, column):
            continue
        label = column.label.get(language)
        if asks_range(column):
            kind = {"day": "day", "moment": "day", "month": "month"}.get(column.kind, "number")
            ends: tuple[Any, ...] = ("from", "to")
            names = tuple(f"{column.name}_{end}" for end in ends)
            values = tuple(_typed(column, query.value(column.name, end)) for end in ends)
            found.append(FilterSeen(kind, label, names, values))
        elif column.kind in ("choice", "flag"):
            flags = {"1": YES, "0": NO}
            options = tuple((key, text.get(language)) for key, text in (column.choices or flags).items())
            asked = tuple(typed("text", one) for one in query.value(column.name, "is"))
            if len(asked) > 1:
                options = ((",".join(asked), say("Several chosen")), *options)
            found.append(FilterSeen("select", label, (column.name,), (",".join(asked),), options))
        else:
            found.append(FilterSeen("text", label, (column.name,), (_typed(column, query.value(column.name, "has")),)))
    return found


def _typed(column: Column, values: tuple[Value, ...]) -> str:
    return typed("text" if column.kind == "moment" else column.kind, values[0]) if values else ""


def _may_see(actor: Actor, spec: ListSpec, column: Column) -> bool:
    return may_at_all(actor, column.field_class or spec.field_class, "read")


def _choosable(spec: ListSpec, chosen: Sequence[Column], language: str) -> list[tuple[str, str, bool]]:
    """(name, words, whether it is shown): those shown first, in their order."""
    others = [one for one in spec.columns if one not in chosen]
    return [(one.name, one.label.get(language), one in chosen) for one in (*chosen, *others)]


def _read(session: Session, actor: Actor, spec: ListSpec, query: ListQuery) -> tuple[Page[ListRow], Counts]:
    """A page of rows; all of them, counted by the columns that have a chart."""
    charted = [one for one in shown_columns(spec, query) if one.counts]
    found = read_list(session, actor, spec, query, limit=PAGE, counted=not charted)
    if not charted:
        return found, Counts(found.total or 0, {})
    return found, count_values(session, actor, spec, query, charted)


def _chart(spec: ListSpec, column: Column, counts: Sequence[tuple[Value, int]], language: str) -> tuple[str, list[Bar]]:
    longest = max((count for _, count in counts), default=1)
    bars = []
    for value, count in counts:
        label = words(column, value, language) or "–"
        only = (
            address(spec, NOTHING) if value is None or not column.filters else f"{column.name}={typed('text', value)}"
        )
        bars.append(Bar(label, count, 100 * count / longest, f"?{only}" if value is not None else ""))
    return column.label.get(language), bars


def _at_view(views: Sequence[ViewSeen], request: Request, here: str) -> str:
    """The view that is looked at: the one that was opened, while nothing was changed since."""
    wanted = request.query_params.get("view", "")
    return next((one.id for one in views if one.id == wanted and one.query == here), "")


def _bulk(spec: ListSpec, actor: Actor, language: str) -> list[tuple[str, str]]:
    return [(one.name, one.label.get(language)) for one in spec.bulk if may_at_all(actor, *one.needs)]


def _tools(spec: ListSpec, actor: Actor) -> list[tuple[str, str]]:
    """(last part of the address, msgid) of the forms of each row: its own, and that of the company's fields."""
    form = spec.form
    change = form is not None and form.pages and form.update is not None and may_at_all(actor, *form.needs)
    own = any(one.own and may_at_all(actor, one.field_class or spec.field_class, "write") for one in spec.columns)
    return [("change", mark("Change"))] * change + [("own", mark("Fill in"))] * own


def _did(spec: ListSpec, request: Request, language: str) -> str:
    """What was done to how many rows, after a bulk action or an import."""
    what, number = request.query_params.get("did", ""), request.query_params.get("number", "")
    if not number.isdecimal() or len(number) > 6:
        return ""
    if what == "import":
        return translator(language)("Imported: {count} lines were written.", count=int(number))
    if what == "undo":
        return translator(language)("Undone for {count} rows.", count=int(number))
    found = next((one for one in spec.bulk if one.name == what), None)
    if found is None:
        return ""
    done: Any = found.done
    return str(done.filled(count=int(number)).get(language))


def _undo(request: Request, outcome: BulkOutcome | None) -> str:
    """By which id the action that was just done is undone; "" for none."""
    found = outcome.undo_id if outcome is not None else request.query_params.get("undo", "")
    return found if found.isalnum() and len(found) == 32 else ""


def _refused(
    session: Session, actor: Actor, page: ListPage, outcome: BulkOutcome | None, language: str
) -> list[tuple[str, str]]:
    """(what the row is called, why not) of each row that a bulk action left alone."""
    if outcome is None:
        return []
    names = row_names(session, actor, page.spec, [row_id for row_id, _ in outcome.refused], language)
    return [(names.get(row_id, ""), error.text(language)) for row_id, error in outcome.refused]


def row_names(session: Session, actor: Actor, spec: ListSpec, ids: Sequence[str], language: str) -> dict[str, str]:
    """What rows are called: the words of the column that opens them."""
    column = next((one for one in spec.columns if one.opens), spec.columns[0])
    return {row.id: words(column, row.values[column.name], language) for row in read_rows(session, actor, spec, ids)}
