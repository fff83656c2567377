"""What is written about an employee goes when they are forgotten as a whole, but for what is named here and why.

Every text of every row that leads to the person gets a mark; a new column that keeps one fails here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from console_data import CLOCK
from sqlalchemy import Column, Connection, LargeBinary, String, cast, select, text, update
from sqlalchemy.orm import Session
from two_companies import Companies, context_on, two_companies

from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.house import house
from interview_engine.hr.removal import Removal
from interview_engine.store.base import Base

pytestmark = pytest.mark.slow

MARK = "MARKQZ"
NOT_OF_A_PERSON = frozenset(
    ("legal_entity", "department", "account", "performance_cycle", "pay_run", "kit_version", "requisition", "posting",
     "approval_flow", "shift", "pay_parameter", "survey", "contract_template")
)  # fmt: skip
"""Tables through which one person leads to another."""
WORDS_OF_OURS = frozenset(
    ("kind", "state", "code", "stage", "step", "action", "subject", "actor", "role", "channel", "template", "status",
     "leave_type", "created_by", "updated_by", "source", "field_class", "section")
)  # fmt: skip
KEPT = {
    "the employer keeps that and how somebody worked here, and the contract until its own end": (
        "employment.title employee_number.number assignment.title assignment.reason assignment.ref pay_rate.ref "
        "lifecycle_event.before lifecycle_event.after lifecycle_event.ref contract.number contract.note"
    ),
    "what was signed goes by the retention schedule, in a way of its own": (
        "signature_request.address signature_request.certificate signature_request.paper signature_request.provider "
        "signature_request.paper_sha256 signature_request.reason signature_request.reference signature_request.terms "
        "signature_step.address signature_step.detail signature_step.device"
    ),
    "records of pay": (
        "payslip.differences payslip.findings payslip.inputs payslip.inputs_sha256 payslip.lines payslip.year "
        "pay_profile.allowances pay_profile.opening pay_profile.place pay_profile.start "
        "pay_attendance.amounts pay_attendance.counts pay_attendance.minutes pay_old_month.amounts"
    ),
    "records of work and leave, in numbers and words of ours": (
        "attendance_day.problems attendance_day.punches attendance_month.totals punch.flags punch.key "
        "shift_default.cycle leave_entry.part leave_history.shown_by"
    ),
    "vouchers": (
        "expense_claim.purpose expense_claim.project expense_claim.idempotency_key expense_line.buyer "
        "expense_line.buyer_tax expense_line.seller expense_line.seller_tax expense_line.invoice_code "
        "expense_line.invoice_key expense_line.invoice_number expense_line.note expense_line.words "
        "expense_line.sources "
        "expense_line.looks expense_line.file_type expense_line.foreign_amount expense_line.rate "
        "expense_advance.purpose expense_advance.project expense_advance.origin expense_advance_entry.note"
    ),
    "why something was not destroyed, and keys that go with what they open": (
        "legal_hold.reason blob_key.key_encrypted"
    ),
    "which form a request had": "request.form_version",
}  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Companies]:
    found = two_companies(context_on(tmp_path))
    yield found
    found.context.database.close()


def rows_about(session: Session, person_id: str) -> set[tuple[str, str]]:
    """(table, id) of every row that leads to the person, through other rows too."""
    ids = {person_id, *session.scalars(select(Employment.id).where(Employment.person_id == person_id))}
    tables = [one for one in Base.metadata.sorted_tables if "id" in one.c and one.name not in NOT_OF_A_PERSON]
    held = [(table, dict(row)) for table in tables for row in session.execute(select(table)).mappings()]
    found: set[tuple[str, str]] = set()
    while True:
        new = {
            (table.name, row["id"])
            for table, row in held
            if (table.name, row["id"]) not in found
            and any(row[one.name] in ids for one in table.c if one.name == "id" or one.name.endswith("_id"))
        }
        if not new:
            return found
        found |= new
        ids |= {row_id for _, row_id in new}


def marked(column: Column[Any], value: object) -> object:
    """What stands in the column with the mark in it; None where it holds no words."""
    ours = column.foreign_keys or column.unique or column.name in WORDS_OF_OURS or column.name.endswith(("_id", "id"))
    if ours:
        return None
    if isinstance(column.type, String) and isinstance(value, str):
        return f"{MARK}{value}"[: column.type.length] if (column.type.length or 999) >= 12 else None
    if isinstance(value, dict):
        return {**value, "marked": MARK}
    return [*value, {"marked": MARK}] if isinstance(value, list) else None


def plant(connection: Connection, rows: set[tuple[str, str]]) -> None:
    """A mark in every word of the rows; what only grows is opened for it and closed again."""
    named = "select name, sql from sqlite_master where type = 'trigger'"
    triggers = connection.execute(text(named)).tuples().all()
    for name, _ in triggers:
        connection.execute(text(f'drop trigger "{name}"'))
    for name, row_id in rows:
        table = Base.metadata.tables[name]
        row = connection.execute(select(table).where(table.c.id == row_id)).mappings().one()
        values = {one.name: marked(one, row[one.name]) for one in table.c}
        given = {key: value for key, value in values.items() if value is not None}
        if given:
            connection.execute(update(table).where(table.c.id == row_id).values(given))
    for _, statement in triggers:
        connection.execute(text(statement))


def columns_with_marks(session: Session) -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if not isinstance(column.type, LargeBinary)
        and any(MARK in (value or "") for value in session.scalars(select(cast(column, String))))
    }


def test_what_is_written_about_an_employee_goes_with_them(made: Companies) -> None:
    database, person_id = made.context.database, made.b["employee_id"]
    with database.reading() as session:
        rows = rows_about(session, person_id)
    with database.engine.begin() as connection:
        plant(connection, rows)
    with database.reading() as session:
        planted = columns_with_marks(session)
    assert {"approval_step.comment", "attendance_day.reason", "work_report.text", "punch.reason"} <= planted
    with database.transaction() as session:
        removal = Removal(CLOCK, whole=True)
        for area in house().areas:
            if area.erase is not None:
                area.erase(session, person_id, removal)
    with database.reading() as session:
        left = columns_with_marks(session)
    named = {column for columns in KEPT.values() for column in columns.split()}
    assert left - named == set(), "erase it in the area's `erase`, or say here why it stays"
    assert named - planted == set(), "no sample holds it: the reason stands for nothing"
