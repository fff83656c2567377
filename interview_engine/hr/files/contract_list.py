"""The list of contracts, as lists are declared (`hr.forms`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files import contract_ends, contract_signing, contracts
from interview_engine.hr.files.contract_rules import KINDS, Kind
from interview_engine.hr.files.contract_sheet import KIND_WORDS, SHEET
from interview_engine.hr.files.contracts import NewContract
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.mending import plain_number
from interview_engine.hr.forms.spec import Bulk, Column, FormSpec, ListSpec, Place, Undo
from interview_engine.hr.people.tables import Department, Person
from interview_engine.i18n import Text, msg

STATES: Mapping[str, Text] = {
    "draft": msg("Not signed"),
    "signing": msg("Out for signature"),
    "active": msg("Signed"),
    "ended": msg("Ended"),
    "dropped": msg("Dropped"),
}
DECISIONS: Mapping[str, Text] = {"renew": msg("To be renewed"), "end": msg("Let it end")}

FIELDS = (
    Field("employee_number", msg("Employee number"), required=True, most=20, tidy=plain_number,
          also=("工号", "员工编号", "人员编号")),
    Field("kind", msg("Kind of contract"), "choice", required=True, choices=KIND_WORDS,
          also=("合同类型", "合同期限类型")),
    Field("first_day", msg("First day", context="contract"), "day", required=True,
          also=("合同开始日期", "合同起始日", "起始日期")),
    Field("last_day", msg("Last day"), "day", also=("合同结束日期", "合同到期日", "终止日期"),
          help=msg("Of a fixed term.")),
    Field("probation_last_day", msg("Last day of probation"), "day", also=("试用期截止", "试用期结束日期")),
    Field("asked_for_fixed", msg("The employee asked for a fixed term in writing"), "flag"),
    Field("note", msg("Note"), most=300, also=("备注",)),
)  # fmt: skip


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    employment_id = employments.of_number(session, actor, str(values["employee_number"]))
    first, last, probation = values["first_day"], values["last_day"], values["probation_last_day"]
    assert isinstance(first, date)
    new = NewContract(
        _kind(values["kind"]),
        first,
        last if isinstance(last, date) else None,
        probation if isinstance(probation, date) else None,
        bool(values["asked_for_fixed"]),
        str(values["note"] or ""),
    )
    return contracts.draft(session, actor, employment_id, new, clock).id


def _kind(value: Value) -> Kind:
    return next((kind for kind in KINDS if kind == value), "fixed")


def _rows() -> Select[Any]:
    return (
        select(Contract.id)
        .select_from(Contract)
        .join(Person, Person.id == Contract.person_id)
        .join(Department, Department.id == Contract.department_id)
    )


_NUMBER = employments.number_column(Contract.person_id, Contract.legal_entity_id)


def _sign(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> object:
    return contract_signing.sign(session, actor, row_id, clock)


def _drop(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> object:
    return contracts.drop(session, actor, row_id, clock)


def _decide(decision: str) -> Callable[[Session, Actor, str, Mapping[str, Value], Clock], object]:
    def decide(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> object:
        return contract_ends.decide_on_end(session, actor, row_id, decision, clock)

    return decide


def _held(session: Session, _: Actor, ids: Sequence[str], __: Mapping[str, Value]) -> dict[str, list[str | None]]:
    rows = session.execute(select(Contract.id, Contract.state, Contract.decided).where(Contract.id.in_(ids)))
    return {row_id: [state, decided] for row_id, state, decided in rows.tuples()}


def _as_before(
    session: Session, actor: Actor, row_id: str, before: list[Any], _: Mapping[str, Value], clock: Clock
) -> object:
    return contract_ends.as_before(session, actor, row_id, before[0], before[1], clock)


UNDO = Undo(_held, _as_before)

CONTRACTS = ListSpec(
    name="contracts",
    title=msg("Contracts"),
    about=msg("Contracts of work, and which of them end."),
    thing=msg("contract"),
    empty=msg("No contract is kept here yet."),
    field_class="contact",
    rows=_rows,
    key=Contract.id,
    place=Place(Contract.department_id, Contract.legal_entity_id, Contract.person_id),
    form=FormSpec(FIELDS, _create, ("contact", "write")),
    sheet=SHEET,
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text", _NUMBER, searched=True, under="name"),
        Column("department", msg("Department"), "text", Department.name, filters=True, searched=True),
        Column("contract_number", msg("Contract number"), "text", Contract.number, searched=True, shown=False),
        Column("kind", msg("Kind of contract"), "choice", Contract.kind, choices=KIND_WORDS, filters=True, counts=True),
        Column("first_day", msg("First day", context="contract"), "day", Contract.first_day, filters=True),
        Column("last_day", msg("Last day"), "day", Contract.last_day, filters=True),
        Column("sign_count", msg("Which contract"), "whole", Contract.sign_count, filters=True),
        Column("state", msg("State"), "choice", Contract.state, choices=STATES, filters=True, counts=True,
               tones={"draft": "look", "signing": "look"}),
        Column("decided", msg("At its end"), "choice", Contract.decided, choices=DECISIONS, filters=True),
    ),
    bulk=(
        Bulk("sign", msg("Signed by both"), ("contact", "write"), _sign, msg("{count} contracts are signed.")),
        Bulk("renew", msg("Renew"), ("contact", "write"), _decide("renew"),
             msg("{count} contracts are to be renewed."), undo=UNDO),
        Bulk("end", msg("Let end"), ("contact", "write"), _decide("end"), msg("{count} contracts end on their day."),
             undo=UNDO),
        Bulk("drop", msg("Drop drafts"), ("contact", "write"), _drop, msg("{count} drafts were dropped."),
             msg("Drop {count} drafts?"), undo=UNDO),
    ),
)  # fmt: skip
