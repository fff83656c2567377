"""Sheets of a list: the template to fill in, the preview of what a filled one would do, and doing it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.area import ListPage
from api.console.acting import act
from api.console.forms import Fields, Form
from api.console.frame import console_page
from api.context import Context
from api.deps import Ctx
from api.export import XLSX, attachment, template_xlsx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError, NotFoundError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.forms.fields import Field, Shown
from interview_engine.hr.forms.matching import known_heads, read_sheet
from interview_engine.hr.forms.spec import FormSpec
from interview_engine.hr.forms.writing import written
from interview_engine.hr.lists.custom import CUSTOM_KINDS
from interview_engine.hr.lists.sheet_lines import Outcome
from interview_engine.hr.lists.sheet_values import sheet_fields
from interview_engine.hr.lists.sheets import confirm, preview
from interview_engine.hr.lists.tables import SheetImport
from interview_engine.hr.problems import invalid
from interview_engine.i18n import languages, msg, translator
from pipelines.spreadsheets import Row, read_table

MAX_SHEET = 10_000_000
"""Bytes."""
MOST_SHOWN = 200
"""Lines of a preview; anomalies are all shown."""


def add_pages(router: APIRouter, page: ListPage) -> None:
    """GET and POST <list>/import, POST <list>/import/<preview>, GET <list>/import/template.xlsx."""
    address = f"{page.href}/import"
    form_spec = page.spec.form
    assert form_spec is not None

    @router.get(f"{address}/template.xlsx")
    def template(request: Request, context: Ctx, actor: PageActor, language: str = "") -> Response:
        require(actor, *form_spec.needs)
        return _template(page, request, context, actor, language)

    @router.get(address)
    def choose(request: Request, context: Ctx, actor: PageActor) -> Response:
        require(actor, *form_spec.needs)
        return _page(page, request, context, actor)

    @router.post(address)
    def look(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
        require(actor, *form_spec.needs)
        return act(
            context,
            lambda session: _previewed(session, page, form_spec, context, actor, form),
            lambda made: _page(page, request, context, actor, made=made),
            lambda problem: _page(page, request, context, actor, problem),
        )

    @router.post(f"{address}/{{import_id}}")
    def write(import_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
        require(actor, *form_spec.needs)

        def then(made: tuple[SheetImport, Outcome]) -> Response:
            numbers = made[1].numbers()
            return RedirectResponse(f"{page.href}?did=import&number={numbers['made'] + numbers['changed']}", 303)

        return act(
            context,
            lambda session: confirm(session, context.box, actor, page.spec, import_id, context.clock),
            then,
            lambda problem: _again(page, request, context, actor, problem),
        )


def _again(page: ListPage, request: Request, context: Context, actor: Actor, problem: InterviewEngineError) -> Response:
    """A preview that is gone or no longer true: the file is chosen again."""
    if isinstance(problem, NotFoundError):
        raise problem
    return _page(page, request, context, actor, problem)


def _previewed(
    session: Session, page: ListPage, spec: FormSpec, context: Context, actor: Actor, form: Fields
) -> tuple[SheetImport, Outcome, Sequence[str]]:
    fields = sheet_fields(session, actor, page.spec)
    name, rows = _uploaded(form, fields)
    heads = list(rows[0].cells) if rows else []
    if not rows:
        raise invalid("file", "import.empty", msg("The sheet has no lines."), msg("Fill in the template first."))
    sheet = read_sheet(fields, heads, ((row.number, row.cells) for row in rows), spec.key)
    made, outcome = preview(session, context.box, actor, page.spec, name, sheet, context.clock)
    return made, outcome, sheet.unused


def _uploaded(form: Fields, fields: Sequence[Field]) -> tuple[str, list[Row]]:
    given = form.file("file", MAX_SHEET, msg("CSV, XLSX or XLS."))
    suffix = ".xlsx" if given.name.lower().endswith((".xlsx", ".xlsm", ".xls")) else ".csv"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        path.write_bytes(given.data)
        return given.name, read_table(path, known_heads(fields))


def _page(
    page: ListPage,
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
    made: tuple[SheetImport, Outcome, Sequence[str]] | None = None,
) -> Response:
    language = language_of(request)
    with context.database.reading() as session:
        fields = {one.name: one for one in sheet_fields(session, actor, page.spec)}
    lines: list[dict[str, Any]] = []
    anomalies: list[dict[str, Any]] = []
    if made is not None:
        steps = [step for step in made[1].steps if step.what != "same"]
        lines = [
            {"row": step.row, "what": step.what,
             "changes": [(fields[one.field].label.get(language), _words(fields[one.field], one.before, language),
                          _words(fields[one.field], one.after, language)) for one in step.changes]}
            for step in islice(steps, MOST_SHOWN)
        ]  # fmt: skip
        anomalies = [
            {"row": one.row, "column": one.column, "why": one.message.get(language),
             "what": one.next_step.get(language)} for one in made[1].anomalies
        ]  # fmt: skip
    return console_page(
        request,
        actor,
        "lists/import.html",
        problem=problem,
        spec=page.spec,
        href=page.href,
        made=None if made is None else made[0],
        numbers=None if made is None else made[1].numbers(),
        unused=() if made is None else made[2],
        lines=lines,
        anomalies=anomalies,
        most=MOST_SHOWN,
        words=lambda text: text.get(language),
    )


def _words(field: Field, value: Shown, language: str) -> str:
    found = written(field.kind, value, field.choices, language)
    return "" if found is None else str(found)


def _template(page: ListPage, request: Request, context: Context, actor: Actor, language: str) -> Response:
    language = language if language in languages() else language_of(request)
    say = translator(language)
    with context.database.reading() as session:
        fields = sheet_fields(session, actor, page.spec)
    heads = [one.label.get(language) + ("*" if one.required else "") for one in fields]
    choices = {
        place: [label.get(language) for label in one.choices.values()]
        for place, one in enumerate(fields)
        if one.choices
    }
    kinds: Any = CUSTOM_KINDS
    lines = [
        [
            head,
            kinds[one.kind].get(language) if one.kind in kinds else say("Date and time"),
            say("Yes") if one.required else say("No"),
            ", ".join(label.get(language) for label in one.choices.values()),
            "" if one.help is None else one.help.get(language),
        ]
        for head, one in zip(heads, fields, strict=True)
    ]
    head = [say("Column"), say("Kind"), say("Must be filled in"), say("Choices"), say("Note")]
    title = page.spec.title.get(language)
    data = template_xlsx(title, heads, choices, (say("How to fill it in"), head, lines))
    return attachment(data, XLSX, f"{title}.xlsx")
