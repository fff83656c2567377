"""What expenses hand over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, Module, PersonColumn, Subject
from interview_engine.hr.expense.advance_request import ADVANCE
from interview_engine.hr.expense.claim_request import CLAIM
from interview_engine.hr.expense.lines import PART
from interview_engine.hr.expense.lists import (
    ADVANCE_ENTRIES,
    EXPENSE_ADVANCES,
    EXPENSE_CLAIMS,
    EXPENSE_LINES,
    EXPENSE_PAYOUTS,
)
from interview_engine.hr.expense.rule_lists import (
    EXPENSE_BUDGETS,
    EXPENSE_BUYERS,
    EXPENSE_KINDS,
    EXPENSE_PERIODS,
    PER_DIEMS,
)
from interview_engine.hr.expense.tables import (
    AdvanceEntry,
    ExpenseAdvance,
    ExpenseBudget,
    ExpenseBuyer,
    ExpenseClaim,
    ExpenseEntry,
    ExpenseKind,
    ExpenseLine,
    ExpensePayout,
    ExpensePayoutItem,
    ExpensePerDiem,
    ExpensePeriod,
)
from interview_engine.hr.removal import Removal
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.service import as_request
from interview_engine.i18n import msg
from interview_engine.store.blobs import Owner

_LAW = "the law on accounts asks to keep vouchers; drafts go"


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    drafts = select(ExpenseClaim.id).where(ExpenseClaim.person_id == person_id, ExpenseClaim.state == "draft")
    removal.delete(session, ExpenseLine, ExpenseLine.claim_id.in_(drafts))
    removal.delete(session, ExpenseClaim, (ExpenseClaim.person_id == person_id) & (ExpenseClaim.state == "draft"))


def _owners(session: Session, hashes: Sequence[str]) -> Mapping[str, Owner]:
    rows = session.execute(
        select(ExpenseLine.file_sha256, ExpenseLine.person_id).where(ExpenseLine.file_sha256.in_(hashes))
    ).tuples()
    return {sha256: Owner(person_id, PART) for sha256, person_id in rows if sha256 is not None}


AREA = Area(
    name="expense",
    module=Module(
        "expense",
        msg("Expenses"),
        msg("Claims with their invoices, advances, and what is paid out for them."),
        affected=lambda session, company: (
            (
                msg("requests that wait for a decision"),
                requests.count_waiting(session, (CLAIM.name, ADVANCE.name), company),
            ),
        ),
    ),
    tables=(
        ExpenseClaim, ExpenseLine, ExpenseEntry, ExpenseAdvance, AdvanceEntry, ExpenseKind, ExpensePerDiem,
        ExpenseBudget, ExpenseBuyer, ExpensePeriod, ExpensePayout, ExpensePayoutItem,
    ),
    blobs=(ExpenseLine.file_sha256,),
    blob_owners=_owners,
    persons=(
        PersonColumn(ExpenseClaim.person_id, "kept", _LAW),
        PersonColumn(ExpenseLine.person_id, "kept", _LAW),
        PersonColumn(ExpenseEntry.person_id, "kept", _LAW),
        PersonColumn(ExpenseAdvance.person_id, "kept", _LAW),
        PersonColumn(AdvanceEntry.person_id, "kept", _LAW),
        PersonColumn(ExpensePayoutItem.person_id, "kept", _LAW),
    ),
    erase=_erase,
    requests=(as_request(CLAIM), as_request(ADVANCE)),
    subjects=(
        Subject("expense_claim", told=True), Subject("expense_advance", told=True), Subject("expense_payout"),
        Subject("expense_kind"), Subject("expense_per_diem"), Subject("expense_budget"), Subject("expense_buyer"),
        Subject("expense_period"),
    ),
    lists=(
        EXPENSE_CLAIMS, EXPENSE_LINES, EXPENSE_ADVANCES, ADVANCE_ENTRIES, EXPENSE_PAYOUTS, PER_DIEMS, EXPENSE_BUDGETS,
        EXPENSE_KINDS, EXPENSE_BUYERS, EXPENSE_PERIODS,
    ),
)  # fmt: skip
