"""Expenses on the phone: photograph or upload invoices, look at what was read, correct it, send it (F1, F6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request, UploadFile
from fastapi.params import File
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.console.acting import act, attempt_alone
from api.console.expense.invoice_file import HOME, INLINE, file_answer
from api.console.forms import Fields
from api.console.forms import Form as FormOf
from api.console.lists.row_form import read_fields
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.phone.employee import EmployeeActor
from api.render import page as rendered
from api.uploaded import read_upload
from interview_engine.clock import china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.companies import service as companies
from interview_engine.hr.expense import claim_request, claims, kinds, lines
from interview_engine.hr.expense.invoices import FINDINGS, MOST, SOURCES, of_fields
from interview_engine.hr.expense.tables import ExpenseClaim, ExpenseLine
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.house import house
from interview_engine.hr.problems import invalid
from interview_engine.hr.requests import service as requests
from interview_engine.i18n import Text, msg
from interview_engine.store.money import from_fen, to_fen
from interview_engine.store.secrets import token
from pipelines.scans.invoice import MAX_BYTES, read_invoice

MOST_FILES = 10

router = APIRouter()
Files = Annotated[list[UploadFile], File()]


@router.get(HOME)
def listed(request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """My claims."""
    return _home(request, context, actor)


@router.post(HOME)
def begin(request: Request, context: Ctx, actor: EmployeeActor, form: FormOf) -> Response:
    """Begin a claim; the same form sent twice is one."""

    def change(session: Session) -> str:
        _check_on(session, actor)
        return claims.begin(session, actor, form.text("key"), context.clock).id

    return act(context, change, _to, lambda problem: _home(request, context, actor, problem))


@router.get(f"{HOME}/{{claim_id}}")
def shown(claim_id: str, request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """One of my claims: a draft to be filled, or what became of it."""
    return _page(claim_id, request, context, actor)


@router.post(f"{HOME}/{{claim_id}}/files")
def upload(claim_id: str, request: Request, context: Ctx, actor: EmployeeActor, files: Files) -> Response:
    """Read invoices into a draft; one that is refused leaves the others. A script sends them one by one and gets what
    became of each."""
    done = attempt_alone(lambda: _read_all(claim_id, context, actor, files))
    problem = done if isinstance(done, InterviewEngineError) else None
    if request.headers.get("accept") == "application/json":
        said = None if problem is None else problem.text(language_of(request))
        return JSONResponse({"problem": said}, 200 if problem is None else 422)
    return _to(claim_id) if problem is None else _page(claim_id, request, context, actor, problem)


@router.get(f"{HOME}/{{claim_id}}/lines/{{line_id}}")
def line(claim_id: str, line_id: str, request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """A line with what was read of it, to be corrected."""
    return _line_page(claim_id, line_id, request, context, actor)


@router.post(f"{HOME}/{{claim_id}}/lines/{{line_id}}")
def correct(
    claim_id: str, line_id: str, request: Request, context: Ctx, actor: EmployeeActor, form: FormOf
) -> Response:
    """Keep a line as it is corrected."""

    def change(session: Session) -> str:
        claim = claims.own_draft(session, actor, claim_id)
        held = lines.in_claim(session, claim, line_id)
        values = read_fields(_fields(session, claim), form)
        lines.change(session, claim, line_id, _given(held, values), actor.id, context.clock)
        claims.count_up(session, claim)
        return claim_id

    return act(
        context, change, _to, lambda problem: _line_page(claim_id, line_id, request, context, actor, form, problem)
    )


@router.post(f"{HOME}/{{claim_id}}/lines/{{line_id}}/remove")
def remove(claim_id: str, line_id: str, request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """Take a line out of a draft."""

    def change(session: Session) -> str:
        claim = claims.own_draft(session, actor, claim_id)
        lines.remove(session, claim, line_id)
        claims.count_up(session, claim)
        return claim_id

    return act(context, change, _to, lambda problem: _page(claim_id, request, context, actor, problem))


@router.post(f"{HOME}/{{claim_id}}/blank")
def blank(claim_id: str, request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """Add a line to be typed in by hand."""

    def change(session: Session) -> str:
        claim = claims.own_draft(session, actor, claim_id)
        return lines.add(session, claim, of_fields({}, "typed"), None, actor.id, context.clock).id

    return act(
        context,
        change,
        lambda line_id: RedirectResponse(f"{HOME}/{claim_id}/lines/{line_id}", 303),
        lambda problem: _page(claim_id, request, context, actor, problem),
    )


@router.post(f"{HOME}/{{claim_id}}/per-diem")
def per_diem(claim_id: str, request: Request, context: Ctx, actor: EmployeeActor, form: FormOf) -> Response:
    """Add days away by a rule of the company."""

    def change(session: Session) -> str:
        claim = claims.own_draft(session, actor, claim_id)
        values = read_fields(DAYS, form)
        first, days = values["first_day"], values["days"]
        assert isinstance(first, date)
        assert isinstance(days, int)
        lines.add_per_diem(session, claim, form.text("rule"), first, days, "", actor.id, context.clock)
        claims.count_up(session, claim)
        return claim_id

    return act(context, change, _to, lambda problem: _page(claim_id, request, context, actor, problem, form))


@router.post(f"{HOME}/{{claim_id}}/send")
def send(claim_id: str, request: Request, context: Ctx, actor: EmployeeActor, form: FormOf) -> Response:
    """Send it for approval; twice is once."""

    def change(session: Session) -> str:
        claim = claims.own(session, actor, claim_id, lock=True)
        if claim.request_id is not None:
            return claim.request_id
        claims.describe(session, actor, claim, form.text("purpose"), form.text("project"), context.clock)
        values: dict[str, Value] = {
            "claim": claim_id, "purpose": claim.purpose, "project": claim.project,
            "amount": to_fen(claims.count_up(session, claim)),
        }  # fmt: skip
        claims.check_whole(session, claim, context.clock)
        return requests.ask(session, actor, claim_request.NAME, values, context.clock, key=f"claim:{claim_id}").id

    return act(
        context,
        change,
        lambda request_id: RedirectResponse(f"/wechat/my/requests/{request_id}", 303),
        lambda problem: _page(claim_id, request, context, actor, problem, form),
    )


@router.post(f"{HOME}/{{claim_id}}/drop")
def drop(claim_id: str, request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """Delete a draft."""
    return act(
        context,
        lambda session: claims.drop(session, actor, claim_id, context.clock),
        lambda _: RedirectResponse(HOME, 303),
        lambda problem: _page(claim_id, request, context, actor, problem),
    )


@router.post(f"{HOME}/{{claim_id}}/again")
def again(claim_id: str, request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """A new draft with the lines of a claim that was not approved."""
    return act(
        context,
        lambda session: claims.again(session, actor, claim_id, context.clock).id,
        _to,
        lambda problem: _page(claim_id, request, context, actor, problem),
    )


@router.get(f"{HOME}/{{claim_id}}/files/{{line_id}}")
def invoice_file(claim_id: str, line_id: str, context: Ctx, actor: EmployeeActor) -> Response:
    """The invoice of a line."""
    return file_answer(claim_id, line_id, context, actor)


def _read_all(claim_id: str, context: Context, actor: Actor, files: list[UploadFile]) -> None:
    with context.database.reading() as session:
        claim = claims.own(session, actor, claim_id)
        person_id = claim.person_id
    if len(files) > MOST_FILES:
        raise invalid("files", "expense.files", msg("Ten files at a time are read."), msg("Choose fewer of them."))
    first: InterviewEngineError | None = None
    for one in files:
        done = attempt_alone(lambda one=one: _read_one(claim_id, person_id, context, actor, one))  # type: ignore[misc]
        if isinstance(done, InterviewEngineError):
            first = first or done
    if first is not None:
        raise first


def _read_one(claim_id: str, person_id: str, context: Context, actor: Actor, upload: UploadFile) -> None:
    given = read_upload("files", upload, MAX_BYTES, msg("A photo, PDF, OFD or XML of an invoice."))
    read = read_invoice(given.data)
    stored = lines.store_file(context.blobs, person_id, given.data, read.media_type)
    with context.database.transaction() as session:
        claim = claims.own_draft(session, actor, claim_id)
        lines.add(session, claim, read.invoice, stored, actor.id, context.clock)
        claims.count_up(session, claim)


def _check_on(session: Session, actor: Actor) -> None:
    post = house().post_of(session, actor.person_id or "")
    if post is not None:
        companies.check_on(session, "expense", post.legal_entity_id)


def _to(claim_id: str) -> Response:
    return RedirectResponse(f"{HOME}/{claim_id}", 303)


DAYS = (
    Field("first_day", msg("First day", context="days"), "day", required=True),
    Field("days", msg("How many days"), "whole", required=True, low=Decimal(1), high=Decimal(366)),
)


def _fields(session: Session, claim: ExpenseClaim) -> tuple[Field, ...]:
    """The form of a line, with the kinds of the claim's company."""
    words = {code: one.word for code, one in kinds.kinds_of(session, claim.legal_entity_id).items()}
    return (
        Field("kind", msg("Kind of expense"), "choice", choices=words),
        Field("day", msg("Invoice date"), "day"),
        Field("total", msg("Total"), "money", low=-MOST, high=MOST),
        Field("net", msg("Amount without tax"), "money", low=-MOST, high=MOST),
        Field("tax", msg("Tax"), "money", low=-MOST, high=MOST),
        Field("number", msg("Invoice number"), most=40),
        Field("code", msg("Invoice code"), most=40, help=msg("Older invoices have one; fully digital ones do not.")),
        Field("seller", msg("Seller"), most=200),
        Field("seller_tax", msg("Seller's tax number"), most=30),
        Field("buyer", msg("Buyer"), most=200),
        Field("buyer_tax", msg("Buyer's tax number"), most=30),
        Field("currency", msg("Currency"), "choice", choices=lines.CURRENCIES,
              help=msg("Of another currency its amount and the rate follow.")),
        Field("foreign", msg("Amount in the currency"), "number", low=Decimal(0), high=Decimal(99999999)),
        Field("rate", msg("Rate: yuan for one"), "number", low=Decimal(0), high=Decimal(10000), places=6),
        Field("note", msg("Note"), most=200),
    )  # fmt: skip


def _given(held: ExpenseLine, values: dict[str, Value]) -> lines.Given:
    seen = lines.as_invoice(held)
    texts = {name: str(values[name] or "").strip() for name in ("number", "code", "seller", "seller_tax", "buyer",
                                                                 "buyer_tax")}  # fmt: skip
    amounts: dict[str, Any] = {name: _yuan(values[name]) for name in ("net", "tax", "total")}
    invoice = replace(seen, **texts, **amounts, day=values["day"])  # type: ignore[arg-type]  # a day's field
    return lines.Given(
        str(values["kind"] or ""), invoice, str(values["currency"] or "CNY"), _number(values["foreign"]),
        _number(values["rate"]), str(values["note"] or ""),
    )  # fmt: skip


def _number(value: Value) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _yuan(value: Value) -> Decimal | None:
    return None if value is None else from_fen(int(str(value)))


def _typed(row: ExpenseLine) -> dict[str, str]:
    """A line as its form has it."""
    seen = lines.as_invoice(row)
    found = {name: "" if (value := getattr(seen, name)) is None else str(value)
             for name in ("number", "code", "day", "net", "tax", "total", "seller", "seller_tax", "buyer",
                          "buyer_tax")}  # fmt: skip
    return {**found, "kind": row.kind, "currency": row.currency, "foreign": row.foreign_amount, "rate": row.rate,
            "note": row.note}  # fmt: skip


def _home(request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None) -> Response:
    with context.database.reading() as session:
        rows = claims.mine(session, actor)
    return rendered(
        request, "wechat/expenses.html", 200 if problem is None else 422, rows=rows, states=claims.STATES, home=HOME,
        key=token(), problem=None if problem is None else problem.text(language_of(request)), words=_words(request),
    )  # fmt: skip


def _page(
    claim_id: str, request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None,
    form: Fields | None = None,
) -> Response:  # fmt: skip
    with context.database.reading() as session:
        claim = claims.own(session, actor, claim_id)
        rows = lines.of_claim(session, claim_id)
        words = kinds.words_of(session, claim.legal_entity_id)
        rules = lines.per_diems_for(session, claim.person_id, claim.legal_entity_id, china_day(context.clock))
        said = claim_request.sums(session, claim)
    given = {} if form is None else form.values()
    return rendered(
        request, "wechat/expense.html", 200 if problem is None else 422, claim=claim, rows=rows, kinds=words,
        rules=rules, said=said, states=claims.STATES, looks=FINDINGS, home=HOME, given=given, days=DAYS,
        problem=None if problem is None else problem.text(language_of(request)), words=_words(request),
        wrong="" if problem is None else getattr(problem, "field", ""), most=MAX_BYTES // 1_000_000,
    )  # fmt: skip


def _line_page(
    claim_id: str, line_id: str, request: Request, context: Context, actor: Actor, form: Fields | None = None,
    problem: InterviewEngineError | None = None,
) -> Response:  # fmt: skip
    with context.database.reading() as session:
        claim = claims.own(session, actor, claim_id)
        row = lines.in_claim(session, claim, line_id)
        fields = _fields(session, claim)
    where = {name: SOURCES[source] for name, source in row.sources.items() if source in SOURCES}
    shown = tuple(replace(one, help=where[one.name]) if one.name in where else one for one in fields)
    return rendered(
        request, "wechat/expense_line.html", 200 if problem is None else 422, claim=claim, row=row, fields=shown,
        given=_typed(row) if form is None else form.values(), looks=FINDINGS, home=HOME, chips=True,
        problem=None if problem is None else problem.text(language_of(request)), words=_words(request),
        wrong="" if problem is None else getattr(problem, "field", ""), inline=INLINE,
    )  # fmt: skip


def _words(request: Request) -> Callable[[Text | str], str]:
    language = language_of(request)
    return lambda text: text if isinstance(text, str) else text.get(language)
