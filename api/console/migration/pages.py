"""An import on one page: its mapping, what every line will do, writing, a sample to compare, and taking it back."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Form
from api.console.frame import console_page, done
from api.console.migration.shown import WHAT, columns_of, given_of, line_shown, reasons_shown, sample_of, words_shown
from api.context import Context
from api.deps import Ctx
from api.export import XLSX, attachment, table_xlsx
from api.i18n import language_of
from api.imports import MAX_FILE, begin_step, finish_small, receive_file
from api.render import environment
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.access.service import require
from interview_engine.hr.accounts.service import names_of
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.forms.reading import ORDERS
from interview_engine.hr.lists.sheet_values import form_of, sheet_fields
from interview_engine.hr.migration import departments, receiving, sampling, service
from interview_engine.hr.migration.batch_list import LISTS, STATES
from interview_engine.hr.migration.comparing import DIFFERS, NOT_HERE, NOT_THERE, UNREAD, Comparison, compare
from interview_engine.hr.migration.kept import words
from interview_engine.hr.migration.lines import lines_of, reads_whole
from interview_engine.hr.migration.receiving import Mapped
from interview_engine.hr.migration.tables import ImportBatch
from interview_engine.i18n import Text, msg, translator
from interview_engine.store import audit

router = APIRouter()
HOME = "/console/imports"
LIST_PAGES: Mapping[str, str] = {
    "employees": "/console/employees",
    "departments": "/console/departments",
    "contracts": "/console/contracts",
    "leave_opening": "/console/leave-opening",
}
"""Where the rows are seen that an import has written, by its list."""
MOST_SHOWN = 500
"""Differences on a page; the sheet has all."""
AT_A_TIME = 100
"""Lines on one page."""
SEEN_FOR_EXAMPLES = 12
"""Among how many of the first lines examples of a column are looked for: some explain."""
STEP_DONE = {"checking": "import_checked", "writing": "import_written", "undoing": "import_undone"}
ENDED = {"checked": "import_checked", "done": "import_written", "undone": "import_undone"}
"""What is said once a worker has ended a step, by the state that it has led to."""
ORDER_WORDS: Mapping[str, Text] = {
    "ymd": msg("year, month, day"),
    "dmy": msg("day, month, year"),
    "mdy": msg("month, day, year"),
}
DIFFERENCES: Mapping[str, Text] = {
    DIFFERS: msg("Differs"),
    NOT_HERE: msg("Missing here"),
    NOT_THERE: msg("Missing in the source"),
    UNREAD: msg("Cannot be read"),
}


@router.get(f"{HOME}/new")
def new(request: Request, context: Ctx, actor: PageActor) -> Response:
    """Choose a file."""
    require(actor, "contact", "write")
    return _new_page(request, context, actor)


@router.post(f"{HOME}/new")
def take(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Read it, and propose a mapping."""
    require(actor, "contact", "write")

    def change(session: Session) -> ImportBatch:
        given = form.file("file", MAX_FILE, msg("CSV, XLSX or XLS."))
        company = form.optional("company")
        return receive_file(context, session, actor, form.text("list"), given.name, given.data, company)

    return act(
        context,
        change,
        lambda batch: RedirectResponse(f"{HOME}/{batch.id}", 303),
        lambda problem: _new_page(request, context, actor, problem, form.values()),
    )


@router.get(f"{HOME}/{{batch_id}}")
def show(batch_id: str, request: Request, context: Ctx, actor: PageActor, only: str = "", after: int = 0) -> Response:
    """The import. Reading its lines is recorded."""
    require(actor, "contact", "read")
    if request.query_params.get("done") == "step_begun":  # the page loads again by itself when the step is over
        state = _seen(context, actor, batch_id).state
        if state not in service.RUNNING:
            here = f"{HOME}/{batch_id}"
            return done(here, ENDED[state]) if state in ENDED else RedirectResponse(here, 303)
    return _page(batch_id, request, context, actor, only=only, after=max(0, after))


@router.get(f"{HOME}/{{batch_id}}/progress")
def progress(batch_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """How far its step is: a part of the page, which is recorded as read only as a whole."""
    require(actor, "contact", "read")
    return HTMLResponse(_progress(batch_id, request, context, actor))


@router.post(f"{HOME}/{{batch_id}}/mapping")
def read_as(batch_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Say which column is which field."""
    require(actor, "contact", "write")

    def change(session: Session) -> ImportBatch:
        batch = service.batch_for(session, actor, batch_id, write=True)
        mapping = {head: field for place, head in enumerate(batch.heads) if (field := form.text(f"column_{place}"))}
        fields = [one.name for one in sheet_fields(session, actor, service.spec_of(batch.list_name))]
        given = {name: form.text(f"given_{name}") for name in fields if form.text(f"given_{name}")}
        orders = {name: form.text(f"order_{name}") for name in fields if form.text(f"order_{name}")}
        return receiving.set_mapping(session, actor, batch_id, Mapped(mapping, given, orders), context.clock)

    return act(
        context,
        change,
        lambda batch: done(f"{HOME}/{batch.id}", "mapped"),
        lambda problem: _page(batch_id, request, context, actor, problem),
    )


@router.post(f"{HOME}/{{batch_id}}/check")
def check(batch_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Say of every line what it will do."""
    return _step(batch_id, "checking", request, context, actor)


@router.post(f"{HOME}/{{batch_id}}/write")
def write(batch_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Do what the check has shown."""
    return _step(batch_id, "writing", request, context, actor)


@router.post(f"{HOME}/{{batch_id}}/undo")
def undo(batch_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Take it back."""
    return _step(batch_id, "undoing", request, context, actor)


@router.post(f"{HOME}/{{batch_id}}/departments")
def prepare_departments(batch_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Make an import of the departments that the sheet names and that are not here."""
    require(actor, "contact", "write")
    return act(
        context,
        lambda session: departments.prepare(session, context.box, actor, batch_id, context.clock),
        lambda made: RedirectResponse(f"{HOME}/{made.id}", 303),
        lambda problem: _page(batch_id, request, context, actor, problem),
    )


@router.post(f"{HOME}/{{batch_id}}/sample")
def sample(batch_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Draw a sample, or say of its lines whether they are as in the source."""
    require(actor, "contact", "write")

    def change(session: Session) -> ImportBatch:
        fits = {int(row): form.text(f"fits_{row}") == "yes" for row in form.many("row") if form.text(f"fits_{row}")}
        if fits:
            return sampling.judge_sample(session, actor, batch_id, fits, context.clock)
        return sampling.draw_sample(session, actor, batch_id, random.SystemRandom(), context.clock)

    return act(
        context,
        change,
        lambda batch: done(f"{HOME}/{batch.id}#sample", "sample_kept"),
        lambda problem: _page(batch_id, request, context, actor, problem),
    )


@router.get(f"{HOME}/{{batch_id}}/report.xlsx")
def report(batch_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Every anomaly with row, column, reason, what is done, and the line itself."""
    require(actor, "contact", "export")
    language = language_of(request)
    say = translator(language)
    with context.database.transaction() as session:
        batch = service.batch_for(session, actor, batch_id)
        whole = reads_whole(session, actor, batch)
        lines = lines_of(session, context.box, batch, kinds_of_note=("any",), limit=receiving.MOST_LINES, whole=whole)
        audit.record(session, actor.id, "import.report", f"import:{batch.id}", {"lines": len(lines)}, context.clock)
    header = [say("Row"), say("Line"), say("Column"), say("What is odd"), say("What is done, or to do"), *batch.heads]
    rows = [
        [line.number, WHAT[line.state].get(language), one["column"], *words(dict(one), language),
         *(line.cells.get(head, "") for head in batch.heads)]
        for line in lines
        for one in line.notes
    ]  # fmt: skip
    return attachment(table_xlsx(say("Anomalies"), header, rows), XLSX, f"{say('Anomalies')} {batch.filename}.xlsx")


@router.get(f"{HOME}/{{batch_id}}/comparison")
def comparison(batch_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The source against what is here now."""
    require(actor, "contact", "read")
    batch, found, fields = _compared(context, actor, batch_id)
    language = language_of(request)
    return console_page(
        request, actor, "migration/comparison.html",
        batch=batch, counts=found.counts(),
        lines=[_difference(one, fields, language) for one in found.differences[:MOST_SHOWN]],
        more=max(0, len(found.differences) - MOST_SHOWN), may_export=may_at_all(actor, "contact", "export"),
    )  # fmt: skip


@router.get(f"{HOME}/{{batch_id}}/comparison.xlsx")
def comparison_sheet(batch_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The same as a sheet, whole."""
    require(actor, "contact", "export")
    batch, found, fields = _compared(context, actor, batch_id)
    language = language_of(request)
    say = translator(language)
    header = [say("Row"), say("Who or what"), say("Difference"), say("Field"), say("In the source"), say("Here")]
    rows = [_difference(one, fields, language) for one in found.differences]
    sheet = [[one["row"], one["name"], one["what"], one["field"], one["source"], one["here"]] for one in rows]
    data = table_xlsx(say("Comparison"), header, sheet)
    return attachment(data, XLSX, f"{say('Comparison')} {batch.filename}.xlsx")


def _compared(context: Context, actor: Actor, batch_id: str) -> tuple[ImportBatch, Comparison, dict[str, Field]]:
    with context.database.transaction() as session:
        batch = service.batch_for(session, actor, batch_id)
        found = compare(session, context.box, actor, batch)
        fields = {one.name: one for one in sheet_fields(session, actor, service.spec_of(batch.list_name))}
        audit.record(session, actor.id, "import.compare", f"import:{batch.id}", found.counts(), context.clock)
    return batch, found, fields


def _difference(one: Any, fields: Mapping[str, Field], language: str) -> dict[str, Any]:
    label = fields[one.field].label.get(language) if one.field in fields else ""
    return {
        "row": one.number, "name": one.name, "what": DIFFERENCES[one.what].get(language), "field": label,
        "source": words_shown(fields, one.field, one.source, language),
        "here": words_shown(fields, one.field, one.here, language),
    }  # fmt: skip


def _step(batch_id: str, step: str, request: Request, context: Context, actor: Actor) -> Response:
    require(actor, "contact", "write")

    def then(batch: ImportBatch) -> Response:
        finish_small(context, batch)
        with context.database.reading() as session:
            ended = session.get_one(ImportBatch, batch.id)
        if ended.state in service.RUNNING:
            return done(f"{HOME}/{batch.id}", "step_begun")
        return RedirectResponse(f"{HOME}/{batch.id}", 303) if ended.problem else done(
            f"{HOME}/{batch.id}", STEP_DONE[step]
        )  # fmt: skip

    return act(
        context,
        lambda session: begin_step(context, session, actor, batch_id, step),
        then,
        lambda problem: _page(batch_id, request, context, actor, problem),
    )


def _seen(context: Context, actor: Actor, batch_id: str) -> ImportBatch:
    with context.database.reading() as session:
        return service.batch_for(session, actor, batch_id)


def _progress(batch_id: str, request: Request, context: Context, actor: Actor) -> str:
    batch = _seen(context, actor, batch_id)
    share = 0.0
    with context.database.reading() as session:
        item = service.work_of(session, batch)
        waits = item is None or item.state == "waiting"
        share = 0.0 if item is None else item.share
    language = language_of(request)
    return environment().get_template("console/migration/progress.html").render(
        _=translator(language), batch=batch, state=STATES[batch.state].get(language), waits=waits,
        running=batch.state in service.RUNNING, rows=round(share * batch.lines), share=share,
        parked=item is not None and item.state == "parked",
    )  # fmt: skip


def _new_page(
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    language = language_of(request)
    with context.database.reading() as session:
        lists = {
            name: LISTS[name].get(language) if name in LISTS else spec.title.get(language)
            for name, spec in service.kinds().items()
            if may_at_all(actor, *form_of(spec).needs)
        }
        companies: dict[str, str] = {}
        for name in lists:
            companies |= service.companies_for(session, actor, service.spec_of(name))
    ordered = [name for name in LISTS if name in lists] + sorted(set(lists) - set(LISTS))
    return console_page(
        request, actor, "migration/new.html", problem=problem,
        typed=typed or {"list": request.query_params.get("list", "")},
        lists=[(name, lists[name]) for name in ordered], companies=sorted(companies.items(), key=lambda one: one[1]),
        most=MAX_FILE // 1_000_000,
    )  # fmt: skip


def _page(
    batch_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
    *,
    only: str = "",
    after: int = 0,
) -> Response:
    language = language_of(request)
    say = translator(language)
    with context.database.transaction() as session:
        batch = service.batch_for(session, actor, batch_id)
        spec = service.spec_of(batch.list_name)
        fields = {one.name: one for one in sheet_fields(session, actor, spec)}
        how = receiving.proposal(session, actor, batch)
        states = (only,) if only in WHAT else ()
        notes = ("any",) if only == "odd" else ()
        lines = lines_of(
            session, context.box, batch, states=states, kinds_of_note=notes, after=after, limit=AT_A_TIME + 1
        )
        rows = lines_of(session, context.box, batch, limit=SEEN_FOR_EXAMPLES)
        sample = sample_of(session, context, actor, batch, fields, language)
        writes = service.count_of(session, batch)
        unknown = departments.unknown(session, context.box, batch)
        reasons = (
            reasons_shown(session, batch, fields, form_of(spec).key, language)
            if batch.state == "checked" and not unknown
            else []
        )
        goes_on = departments.prepared_for(session, actor, batch)
        may_write = may_at_all(actor, *form_of(spec).needs)
        by = names_of(session, (batch.account_id,)).get(batch.account_id, "")
        if batch.state not in ("read", "failed"):
            audit.record(session, actor.id, "import.read", f"import:{batch.id}", {}, context.clock)
    told = None if batch.problem is None else words(dict(batch.problem), language)
    shown = [line_shown(line, fields, language) for line in lines[:AT_A_TIME]]
    counts = [(name, word.get(language), batch.counts[name]) for name, word in WHAT.items() if batch.counts.get(name)]
    return console_page(
        request, actor, "migration/batch.html", problem=problem, batch=batch, spec=spec, told=told,
        kind=LISTS.get(batch.list_name, spec.title).get(language),
        state=STATES[batch.state].get(language), by=by, counts=counts, odd=batch.counts.get("odd", 0),
        reasons=reasons, refused=batch.counts.get("refused", 0),
        list_page=LIST_PAGES.get(batch.list_name),
        unknown=unknown, may_departments=_may_departments(actor), goes_on=goes_on,
        goes_on_kind=None if goes_on is None else LISTS[goes_on.list_name].get(language),
        warned=batch.counts.get("warned", 0),
        running=batch.state in service.RUNNING, live=_progress(batch_id, request, context, actor),
        columns=columns_of(batch, fields, how, rows, say, language), given=given_of(batch, fields, language),
        fields=[(name, one.label.get(language) + (" *" if one.required else "")) for name, one in fields.items()],
        may_map=may_write and batch.state in service.OPEN, may_write=may_write, writes=writes, sample=sample,
        lines=shown, only=only, after=after, next=lines[AT_A_TIME - 1].number if len(lines) > AT_A_TIME else None,
        may_export=may_at_all(actor, "contact", "export"),
        orders=[(one, ORDER_WORDS[one].get(language)) for one in ORDERS],
        key_names=", ".join(fields[name].label.get(language) for name in form_of(spec).key if name in fields),
    )  # fmt: skip


def _may_departments(actor: Actor) -> bool:
    spec = service.kinds().get(departments.LIST)
    return spec is not None and may_at_all(actor, *form_of(spec).needs)
