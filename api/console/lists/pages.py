"""The console's pages of one list, made of its declaration: table, actions on several rows, views, export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.area import ListPage
from api.console.acting import act
from api.console.forms import Fields, Form
from api.console.frame import console_page, done
from api.console.lists import own_fields, row_form, sheets
from api.console.lists.cells import sheet_cell
from api.console.lists.row_form import read_fields
from api.console.lists.table import row_names, table_page
from api.context import Context
from api.deps import Ctx
from api.export import XLSX, attachment, table_csv, table_xlsx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError, InvalidInput, NotFoundError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.forms.query import NOTHING, ListQuery, address, read_query, shown_columns
from interview_engine.hr.forms.spec import Bulk, ListSpec
from interview_engine.hr.lists.bulk import BulkOutcome, chosen, do_bulk, undo_bulk
from interview_engine.hr.lists.custom import with_own
from interview_engine.hr.lists.reading import export_rows
from interview_engine.hr.lists.views import remove_view, save_view
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import languages, msg
from interview_engine.store import audit

FORMS = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}
MOST_EXPORTED = 50_000


def list_pages(page: ListPage) -> APIRouter:
    """Every page of the list, under its address."""
    router = APIRouter()

    @router.get(page.href)
    def listed(request: Request, context: Ctx, actor: PageActor) -> Response:
        return table_page(page, request, context, actor, request.query_params.multi_items())

    @router.get(f"{page.href}/export.{{form}}")
    def export(form: str, request: Request, context: Ctx, actor: PageActor, language: str = "") -> Response:
        language = language if language in languages() else language_of(request)
        return _exported(page, form, request.query_params.multi_items(), context, actor, language)

    @router.post(f"{page.href}/views")
    def save(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
        return _saved(page, request, context, actor, form)

    @router.post(f"{page.href}/views/{{saved_view_id}}/remove")
    def remove(saved_view_id: str, context: Ctx, actor: PageActor) -> Response:
        return act(
            context,
            lambda session: remove_view(session, actor, saved_view_id, context.clock),
            lambda _: done(page.href, "removed"),
        )

    @router.post(f"{page.href}/bulk")
    def bulk(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
        return _bulk(page, request, context, actor, form)

    @router.post(f"{page.href}/undo/{{bulk_id}}")
    def undo(bulk_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
        return _undone(page, bulk_id, request, context, actor)

    if page.spec.form is not None and page.spec.form.key:
        sheets.add_pages(router, page)
    if page.spec.custom:
        own_fields.add_pages(router, page)
    if page.spec.form is not None or page.spec.custom:
        row_form.add_pages(router, page)
    return router


def _exported(
    page: ListPage,
    form: str,
    pairs: Sequence[tuple[str, str]],
    context: Context,
    actor: Actor,
    language: str,
    ids: Sequence[str] | None = None,
) -> Response:
    """All rows that the filters ask for, or those that were ticked, with the columns that are shown."""
    if form not in FORMS:
        raise conflict("export.form", msg("There is no such form."))
    with context.database.transaction() as session:
        spec = with_own(session, actor, page.spec)
        query = read_query(spec, pairs)
        columns = shown_columns(spec, query)
        found = list(export_rows(session, actor, spec, query, columns, MOST_EXPORTED + 1, ids))
        if len(found) > MOST_EXPORTED:
            raise conflict("export.many", msg("The list has more than {most} rows.", most=MOST_EXPORTED),
                           msg("Narrow it with filters and export again."))  # fmt: skip
        if ids is not None and not found:
            raise missing(spec.name, spec.thing)
        detail = {"form": form, "rows": len(found), "columns": [one.name for one in columns]}
        audit.record(session, actor.id, "list.export", f"list:{spec.name}", detail, context.clock)
    header = [one.label.get(language) for one in columns]
    rows = [[sheet_cell(one, row, language) for one in columns] for row in found]
    title = spec.title.get(language)
    data = table_csv(header, rows) if form == "csv" else table_xlsx(title, header, rows)
    return attachment(data, FORMS[form], f"{title}.{form}")


def _saved(page: ListPage, request: Request, context: Context, actor: Actor, form: Fields) -> Response:
    """Keep the filters that are asked for now under a name."""
    require(actor, page.spec.field_class, "read")
    raw = form.text("query")

    def change(session: Session) -> str:
        spec = with_own(session, actor, page.spec)
        query = address(spec, read_query(spec, _pairs(raw)))
        row = save_view(
            session, actor, spec.name, form.text("name"), query, context.clock, shared=form.checked("shared")
        )
        return f"{page.href}?{query}{'&' if query else ''}view={row.id}"

    return act(
        context,
        change,
        lambda address: done(address, "saved"),
        lambda problem: table_page(page, request, context, actor, _pairs(raw), problem),
    )


def _bulk(page: ListPage, request: Request, context: Context, actor: Actor, form: Fields) -> Response:
    """Do it to the rows that were ticked, after asking where the action says so."""
    back = form.text("back")
    if form.text("action") == "export":
        return _exported(page, "xlsx", _pairs(back), context, actor, language_of(request), form.many("id"))
    with context.database.reading() as session:
        spec = with_own(session, actor, page.spec)
    bulk = next((one for one in spec.bulk if one.name == form.text("action")), None)
    if bulk is None:
        raise invalid("action", "bulk.action", msg("There is no such action."), msg("Choose one of the buttons."))
    require(actor, *bulk.needs)
    if (bulk.ask is not None or bulk.fields) and not form.checked("confirmed"):
        return _asked(page, bulk, request, context, actor, form)

    def change(session: Session) -> BulkOutcome:
        values = read_fields(bulk.fields, form)
        return do_bulk(session, actor, spec, bulk, form.many("id"), values, context.clock)

    def then(outcome: BulkOutcome) -> Response:
        if not outcome.refused:
            return RedirectResponse(f"{page.href}?{_query(page, context, actor, back, bulk, outcome)}", 303)
        return table_page(page, request, context, actor, _pairs(back), outcome=outcome, status=200)

    def again(problem: InterviewEngineError) -> Response:
        if isinstance(problem, NotFoundError):
            raise problem
        if bulk.fields and isinstance(problem, InvalidInput) and problem.field != "id":
            return _asked(page, bulk, request, context, actor, form, problem)
        return table_page(page, request, context, actor, _pairs(back), problem)

    return act(context, change, then, again)


def _undone(page: ListPage, bulk_id: str, request: Request, context: Context, actor: Actor) -> Response:
    """Give the rows of an action back what they held; those that somebody has changed since are named."""
    require(actor, page.spec.field_class, "read")
    with context.database.reading() as session:
        spec = with_own(session, actor, page.spec)

    def then(outcome: BulkOutcome) -> Response:
        if not outcome.refused:
            return RedirectResponse(f"{page.href}?did=undo&number={len(outcome.done)}", 303)
        return table_page(page, request, context, actor, (), outcome=outcome, status=200)

    def again(problem: InterviewEngineError) -> Response:
        if isinstance(problem, NotFoundError):
            raise problem
        return table_page(page, request, context, actor, (), problem)

    return act(context, lambda session: undo_bulk(session, actor, spec, bulk_id, context.clock), then, again)


def _asked(
    page: ListPage,
    bulk: Bulk,
    request: Request,
    context: Context,
    actor: Actor,
    form: Fields,
    problem: InterviewEngineError | None = None,
) -> Response:
    """The question before an action: which rows, whom else it touches, and what must be filled in."""
    language = language_of(request)
    back = form.text("back")
    with context.database.reading() as session:
        try:
            ids = chosen(session, actor, page.spec, bulk, form.many("id"))
        except InvalidInput as wrong:
            return table_page(page, request, context, actor, _pairs(back), wrong)
        names = row_names(session, actor, page.spec, ids, language)
        touches = bulk.touches(session, actor, ids) if bulk.touches is not None else None
    ask: Any = bulk.ask
    return console_page(
        request,
        actor,
        "lists/ask.html",
        problem=problem,
        spec=page.spec,
        href=page.href,
        bulk=bulk,
        ids=ids,
        names=[names[row_id] for row_id in ids if row_id in names],
        question=bulk.label.get(language) if ask is None else ask.filled(count=len(ids)).get(language),
        touches=None if touches is None else touches.get(language),
        back=back,
        fields=bulk.fields,
        typed=form.values(),
        words=lambda text: text.get(language),
    )


def _query(page: ListPage, context: Context, actor: Actor, back: str, bulk: Bulk, outcome: BulkOutcome) -> str:
    spec, query = _read(page, context, actor, back)
    return address(spec, query, did=bulk.name, number=str(len(outcome.done)), undo=outcome.undo_id)


def _read(page: ListPage, context: Context, actor: Actor, raw: str) -> tuple[ListSpec, ListQuery]:
    """A query that a form of ours brought back; what is no query any more asks for nothing."""
    with context.database.reading() as session:
        spec = with_own(session, actor, page.spec)
    try:
        return spec, read_query(spec, _pairs(raw))
    except InvalidInput:
        return spec, NOTHING


def _pairs(raw: str) -> Sequence[tuple[str, str]]:
    return parse_qsl(raw[:4000])
