"""The lists of balances, of the ledger's entries, and of the work before that annual leave is counted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Numeric, Select, String, cast, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.mending import plain_number
from interview_engine.hr.forms.spec import Column, FormSpec, ListSpec, Place
from interview_engine.hr.leave import history, ledger
from interview_engine.hr.leave.balances import Moved
from interview_engine.hr.leave.tables import LeaveAccount, LeaveEntry, LeaveHistory, LeaveRule
from interview_engine.hr.leave.types import DAY_MINUTES, WORDS
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg

_NUMBER = Field(
    "employee_number",
    msg("Employee number"),
    required=True,
    most=20,
    tidy=plain_number,
    also=("工号", "员工编号", "人员编号"),
)
_Held = employments.Employment


def _hours(minutes: Any) -> Any:
    return cast(minutes, Numeric(12, 2)) / 60


def _type(name: Any) -> Any:
    """The kind; of a company's own what the company calls it."""
    called = select(func.max(LeaveRule.name_zh)).where(LeaveRule.leave_type == name, LeaveRule.leave_type.like("own%"))
    return func.coalesce(called.scalar_subquery(), name)


def _who(table: type[LeaveAccount] | type[LeaveEntry] | type[LeaveHistory]) -> tuple[Column, Column]:
    return (
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(table.person_id, _Held.legal_entity_id), searched=True, under="name"),
    )  # fmt: skip


def _rows_of(table: type[LeaveAccount] | type[LeaveEntry] | type[LeaveHistory]) -> Select[Any]:
    return (
        select(table.id)
        .select_from(table)
        .join(Person, Person.id == table.person_id)
        .join(_Held, _Held.id == table.employment_id)
    )


# Balances ---------------------------------------------------------------------------------------------------------

LEAVE_BALANCES = ListSpec(
    name="leave_balances",
    title=msg("Leave balances"),
    about=msg("What is left of leave of which a balance is kept, counted every day."),
    thing=msg("balance"),
    empty=msg("No balance is kept yet. Enter the work before, or take balances over from another system."),
    field_class="contact",
    rows=lambda: _rows_of(LeaveAccount).where(LeaveAccount.kept.is_(True)),
    key=LeaveAccount.id,
    place=Place(_Held.department_id, _Held.legal_entity_id, LeaveAccount.person_id),
    columns=(
        *_who(LeaveAccount),
        Column("leave_type", msg("Kind of leave"), "choice", _type(LeaveAccount.leave_type), choices=WORDS,
               filters=True, counts=True),
        Column("days", msg("Days left"), "number",
               cast(LeaveAccount.minutes, Numeric(12, 2)) / LeaveAccount.minutes_a_day, places=2, filters=True),
        Column("hours", msg("Hours left"), "number", _hours(LeaveAccount.minutes), places=2),
        Column("counted_on", msg("As of"), "day", LeaveAccount.counted_on),
    ),
    href=lambda _, __, ___: "",
)  # fmt: skip


# Entries ----------------------------------------------------------------------------------------------------------

CORRECTION = (
    _NUMBER,
    Field("leave_type", msg("Kind of leave"), "choice", required=True, choices=WORDS),
    Field("day", msg("Holds from"), "day", required=True),
    Field("hours", msg("Hours to add"), "number", required=True, low=Decimal(-8784), high=Decimal(8784), places=2,
          help=msg("Less than 0 takes hours away.")),
    Field("reason", msg("Reason"), required=True, most=300),
)  # fmt: skip


def _correct(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    employment_id = employments.of_number(session, actor, str(values["employee_number"]))
    minutes = Decimal(str(values["hours"])) * 60
    if minutes != minutes.to_integral_value():
        raise invalid("hours", "leave.minutes", msg("This is no whole number of minutes."),
                      msg("Correct it and send again."))  # fmt: skip
    day = values["day"]
    assert isinstance(day, date)
    moved = Moved(day, int(minutes))
    return ledger.correct(
        session, actor, employment_id, str(values["leave_type"]), moved, str(values["reason"]), clock
    ).id


LEAVE_LEDGER = ListSpec(
    name="leave_ledger",
    title=msg("Leave ledger"),
    about=msg("Every entry, the newest first; none is ever changed. The balance of a day is the sum up to it."),
    thing=msg("entry"),
    empty=msg("Nothing has been entered yet."),
    field_class="contact",
    rows=lambda: _rows_of(LeaveEntry),
    key=LeaveEntry.id,
    place=Place(_Held.department_id, _Held.legal_entity_id, LeaveEntry.person_id),
    columns=(
        *_who(LeaveEntry),
        Column("leave_type", msg("Kind of leave"), "choice", _type(LeaveEntry.leave_type), field_class="health",
               choices=WORDS, filters=True),
        Column("kind", msg("Entry"), "choice", LeaveEntry.kind, choices=ledger.ENTRY_KINDS, filters=True, counts=True),
        Column("day", msg("Day"), "day", LeaveEntry.day, filters=True),
        Column("hours", msg("Hours"), "number", _hours(LeaveEntry.minutes), places=2),
        Column("part", msg("Of the year"), "text", LeaveEntry.part, shown=False),
        Column("reason", msg("Reason"), "text", LeaveEntry.reason, field_class="health"),
        Column("written", msg("Written on", context="leave"), "moment", LeaveEntry.created_at, shown=False),
    ),
    href=lambda _, __, ___: "",
    form=FormSpec(CORRECTION, _correct, ("contact", "write")),
)  # fmt: skip


# Work before ------------------------------------------------------------------------------------------------------

HISTORY = (
    _NUMBER,
    Field("months_before", msg("Full months for other employers"), "whole", required=True, low=Decimal(0),
          high=Decimal(history.MOST_MONTHS), also=("入职前工龄（月）", "累计缴费月数", "外部工龄（月）"),
          help=msg("Annual leave counts all years of work, with other employers too.")),
    Field("hours_a_day", msg("Hours of a day of leave"), "number", low=Decimal(1), high=Decimal(24),
          also=("每天小时数", "日工时"), help=msg("Left empty: 8.")),
    Field("from_year", msg("Counted here from"), "whole", low=Decimal(2000), high=Decimal(2100), also=("起算年度",),
          help=msg("A year. Left empty: this year. What is left of earlier years is taken over as a balance.")),
    Field("shown_by", msg("Shown by"), most=200, also=("证明材料",),
          help=msg("The list of contributions, a certificate of an earlier employer.")),
)  # fmt: skip


def _new(values: Mapping[str, Value]) -> history.NewHistory:
    hours = values.get("hours_a_day")
    year = values.get("from_year")
    a_day = DAY_MINUTES if hours is None else int(Decimal(str(hours)) * 60)
    return history.NewHistory(
        int(str(values["months_before"])), a_day, None if year is None else int(str(year)),
        str(values.get("shown_by") or ""),
    )  # fmt: skip


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    employment_id = employments.of_number(session, actor, str(values["employee_number"]))
    return history.set_history(session, actor, employment_id, _new(values), clock).id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    row = history.get_for(session, actor, row_id)
    history.set_history(session, actor, row.employment_id, _new(values), clock)


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = history.get_for(session, actor, row_id)
    employment = employments.get_for(session, actor, row.employment_id, "read")
    return {
        "employee_number": employments.number_for(session, employment),
        "months_before": row.months_before,
        "hours_a_day": round(Decimal(row.minutes_a_day) / 60, 2),
        "from_year": row.from_year,
        "shown_by": row.shown_by,
    }


def _find(session: Session, actor: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    wanted = {str(number).strip().upper(): (number,) for (number,) in keys}
    return {wanted[number]: row_id for number, row_id in history.find_rows(session, actor, sorted(wanted)).items()}


LEAVE_HISTORY = ListSpec(
    name="leave_history",
    title=msg("Work before"),
    about=msg("What annual leave is counted by: months of work for other employers, and the hours of a day."),
    thing=msg("work before"),
    empty=msg("Nothing is written down yet. Annual leave accrues once it is."),
    field_class="contact",
    rows=lambda: _rows_of(LeaveHistory),
    key=LeaveHistory.id,
    place=Place(_Held.department_id, _Held.legal_entity_id, LeaveHistory.person_id),
    columns=(
        *_who(LeaveHistory),
        Column("months_before", msg("Full months for other employers"), "whole", LeaveHistory.months_before),
        Column("hours_a_day", msg("Hours of a day of leave"), "number", _hours(LeaveHistory.minutes_a_day), places=2),
        Column("from_year", msg("Counted here from"), "text", cast(LeaveHistory.from_year, String(4))),
        Column("shown_by", msg("Shown by"), "text", LeaveHistory.shown_by),
    ),
    form=FormSpec(HISTORY, _create, ("contact", "write"), _update, _load, key=("employee_number",), find=_find),
)  # fmt: skip
