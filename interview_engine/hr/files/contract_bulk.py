"""Thousands of contracts from a former system at once: checked in memory against what is there and against the lines
before them, written in few statements."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import scoped
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files import contracts
from interview_engine.hr.files.contract_remarks import remarks
from interview_engine.hr.files.contracts import NewContract, detail_of
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.forms.spec import Told
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.store import audit
from interview_engine.store.rows import AT_ONCE, batched


@dataclass(frozen=True, slots=True)
class Taken:
    """A contract that was concluded before this system was used, as a line of a sheet says it.

    Args:
        employment_id: one that the actor may write ("contact").
        state: active, ended (before its time, on its last day), draft.
    """

    employment_id: str
    new: NewContract
    state: str


Line = Taken | InterviewEngineError
"""A line, or what was wrong with it before."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Rows that are not in the database yet, or what is wrong, by line; what they were checked against."""

    rows: list[Contract | InterviewEngineError]
    employments: Mapping[str, employments.Employment]
    of_person: Mapping[tuple[str, str], list[Contract]]


def check(
    session: Session, actor: Actor, lines: Sequence[Line], clock: Clock
) -> list[InterviewEngineError | Sequence[Told]]:
    """For each line what is wrong with it, or what a person must look at; writes nothing."""
    plan = _planned(session, actor, lines, clock, lock=False)
    today = china_day(clock)
    found: list[InterviewEngineError | Sequence[Told]] = []
    for row in plan.rows:
        if isinstance(row, InterviewEngineError):
            found.append(row)
            continue
        others = plan.of_person[row.person_id, row.legal_entity_id]
        found.append(remarks(row, others, plan.employments[row.employment_id], today))
    return found


def take_over(session: Session, actor: Actor, lines: Sequence[Line], clock: Clock) -> list[str | InterviewEngineError]:
    """Take over the contracts of all lines that are right; for each line the row's id, or what is wrong with it.

    It tells nothing to the timeline and leaves the employment's probation alone: both are history, not something that
    happens now.
    """
    plan = _planned(session, actor, lines, clock, lock=True)
    rows = [row for row in plan.rows if isinstance(row, Contract)]
    session.add_all(rows)
    session.flush()
    for row in rows:
        subject = f"contract:{row.id}"
        audit.record(session, actor.id, "contract.draft", subject, detail_of(row), clock)
        audit.record(session, actor.id, "contract.take_over", subject, {"state": row.state}, clock)
    return [row if isinstance(row, InterviewEngineError) else row.id for row in plan.rows]


def load_many(session: Session, actor: Actor, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What sheets say of contracts within reach, by id."""
    found: dict[str, dict[str, Any]] = {}
    number = employments.number_column(Contract.person_id, Contract.legal_entity_id)
    for part in batched(ids, AT_ONCE):
        statement = (
            select(Contract, LegalEntity.name, number)
            .join(LegalEntity, LegalEntity.id == Contract.legal_entity_id)
            .where(Contract.id.in_(part))
        )
        reached = scoped(
            statement, actor, "contact", "read", department=Contract.department_id,
            legal_entity=Contract.legal_entity_id, person=Contract.person_id,
        )  # fmt: skip
        for row, company, employee_number in session.execute(reached).tuples():
            found[row.id] = {
                "employee_number": employee_number,
                "company": company,
                "number": row.number or None,
                "kind": row.kind,
                "first_day": row.first_day,
                "last_day": row.last_day,
                "probation_last_day": row.probation_last_day,
                "sign_count": row.sign_count,
                "state": "draft" if row.state == "signing" else row.state,
                "asked_for_fixed": row.asked_for_fixed,
                "note": row.note or None,
            }
    return found


def _planned(session: Session, actor: Actor, lines: Sequence[Line], clock: Clock, *, lock: bool) -> _Plan:
    there = employments.many_of(session, (one.employment_id for one in lines if isinstance(one, Taken)), lock=lock)
    held = contracts.of_persons(session, (row.person_id for row in there.values()))
    rows: list[Contract | InterviewEngineError] = []
    for one in lines:
        if isinstance(one, InterviewEngineError):
            rows.append(one)
            continue
        employment = there[one.employment_id]
        others = held.setdefault((employment.person_id, employment.legal_entity_id), [])
        try:
            row = contracts.made(actor, employment, one.new, others, clock)
        except InterviewEngineError as error:
            rows.append(error)
            continue
        row.state = one.state
        insort(others, row, key=_order)
        rows.append(row)
    return _Plan(rows, there, held)


def _order(row: Contract) -> tuple[date, str]:
    return row.first_day, row.id
