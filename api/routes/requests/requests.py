"""What people ask for: kinds with their forms, asking, the state of a request, withdrawing and cancelling it (F1)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.routes.frame import Id, IdField, IdQuery, In, Out, PageOut, Reason, Words, list_out, new_router
from interview_engine.hr.forms.fields import Field as FormField
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.forms.writing import as_json
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.service import AskedKind, Seen
from interview_engine.hr.requests.tables import Request

router = new_router("requests")
TAG = ("requests", "What people ask for: leave, papers, changes of their data, moves, pay, kinds of your own.")

State = Literal["pending", "approved", "done", "rejected", "withdrawn", "expired", "cancelling", "cancelled"]


class FormFieldOut(Out):
    """A field of a form; `choices` are its keys with what people read."""

    name: str
    label: Words
    kind: str
    required: bool
    choices: dict[str, Words]


class RequestKindOut(Out):
    """A kind of request with its form."""

    name: str
    title: Words
    fields: list[FormFieldOut]


class NewRequest(In):
    """A request. `values` are the fields of the kind's form: days as year-month-day, money in yuan, flags as "1"."""

    kind: str = Field(max_length=40, examples=["leave"])
    person_id: IdField | None = Field(default=None, description="Whom it is about; the token's own person when null.")
    values: dict[str, Annotated[str, Field(max_length=4000)]]


class Cancellation(In):
    """Why it is to be called off."""

    reason: Reason


class RequestOut(Out):
    """A request. `day_from` and `day_to` are the days that it speaks of."""

    id: str
    kind: str
    person_id: str
    asked_by_person_id: str
    state: State
    day_from: date | None
    day_to: date | None
    created_at: datetime


class RequestFieldOut(Out):
    """A field of a request: its value and what it replaces; both null where this token may not see it."""

    name: str
    value: str | int | float | bool | None
    before: str | int | float | bool | None
    hidden: bool


class RequestEffectOut(Out):
    """What a request did to a row, in the table's smallest unit; a counter-entry names the number that it undoes."""

    number: int
    table_name: str
    row_id: str
    quantity: int
    reverses: int | None


class RequestDetailOut(RequestOut):
    """A request with its fields and effects."""

    fields: list[RequestFieldOut]
    effects: list[RequestEffectOut]
    may_withdraw: bool
    may_cancel: bool


@router.get("/requests/kinds")
def list_request_kinds(
    call: Annotated[Call, needs("contact", "read")], person_id: Annotated[IdQuery | None, Query()] = None
) -> PageOut[RequestKindOut]:
    """What can be asked for, for that person or for the token's own."""
    about = person_id or call.actor.person_id or ""
    with call.reading() as session:
        found = [requests.form_of(session, call.actor, one.name, about)
                 for one in requests.askable(session, call.actor, about)]  # fmt: skip
        return list_out(found, lambda one: _kind(*one))


@router.post("/requests", status_code=201)
def ask_for(body: NewRequest, call: Annotated[Call, needs("contact", "write")]) -> RequestOut:
    """Ask for something; whoever decides is told. With an Idempotency-Key it is asked for once."""
    return call.once(lambda session: _asked(session, call, body))


@router.get("/requests/{asked_id}")
def get_request(asked_id: Id, call: Annotated[Call, needs("contact", "read")]) -> RequestDetailOut:
    """One request, for whom it is about, who asked, who decides, and who may read its class there."""
    with call.writing() as session:
        seen = requests.see(session, call.actor, asked_id, call.context.clock)
        requests.note_read(session, call.actor, seen, call.context.clock)
        return _detail(seen)


@router.post("/requests/{asked_id}/withdraw")
def withdraw_request(asked_id: Id, call: Annotated[Call, needs("contact", "write")]) -> RequestOut:
    """Withdraw what is not decided."""
    return call.once(
        lambda session: RequestOut.model_validate(requests.withdraw(session, call.actor, asked_id, call.clock))
    )


@router.post("/requests/{asked_id}/cancel")
def cancel_request(asked_id: Id, body: Cancellation, call: Annotated[Call, needs("contact", "write")]) -> RequestOut:
    """Ask that what was approved is called off; counter-entries follow once that is approved."""
    return call.once(
        lambda session: RequestOut.model_validate(
            requests.cancel(session, call.actor, asked_id, body.reason, call.clock)
        )
    )


def _asked(session: Session, call: Call, body: NewRequest) -> RequestOut:
    about = body.person_id or call.actor.person_id
    _, fields = requests.form_of(session, call.actor, body.kind, about)
    values = {one.name: _read(one, body.values.get(one.name, "")) for one in fields}
    row: Request = requests.ask(session, call.actor, body.kind, values, call.clock, person_id=about)
    return RequestOut.model_validate(row)


def _read(one: FormField, raw: str) -> Value:
    if one.kind == "flag":
        return raw == "1"
    return read_value(one, raw)


def _kind(kind: AskedKind, fields: tuple[FormField, ...]) -> RequestKindOut:
    return RequestKindOut(
        name=kind.name,
        title=Words(zh=kind.title.get("zh"), en=kind.title.get("en")),
        fields=[
            FormFieldOut(
                name=one.name,
                label=Words(zh=one.label.get("zh"), en=one.label.get("en")),
                kind=one.kind,
                required=one.required,
                choices={key: Words(zh=text.get("zh"), en=text.get("en")) for key, text in one.choices.items()},
            )
            for one in fields
        ],
    )


def _detail(seen: Seen) -> RequestDetailOut:
    return RequestDetailOut(
        **RequestOut.model_validate(seen.row).model_dump(),
        fields=[
            RequestFieldOut(
                name=one.field.name,
                value=as_json(one.field.kind, one.value),
                before=as_json(one.field.kind, one.before),
                hidden=one.hidden,
            )
            for one in seen.fields
        ],
        effects=[RequestEffectOut.model_validate(one) for one in seen.effects],
        may_withdraw=seen.may_withdraw,
        may_cancel=seen.may_cancel,
    )
