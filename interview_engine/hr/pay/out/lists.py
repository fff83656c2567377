"""The lists of what goes out of runs: accounts, journal lines, cost by department and month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.spec import Bulk, Column, FormSpec, ListSpec, Place
from interview_engine.hr.org.service import company_meant, legal_entities
from interview_engine.hr.pay.out.journal import ITEMS
from interview_engine.hr.pay.tables import SUPPLEMENTARY, PayAccount, PayCost, PayJournalLine, PayRun
from interview_engine.hr.people.tables import Department, LegalEntity
from interview_engine.hr.problems import invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

# Accounts ---------------------------------------------------------------------------------------------------------


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    company = company_meant(session, str(values["company"] or ""))
    return _set(session, actor, company.id, values, clock).id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    row = _row(session, row_id)
    check_owner(session, actor, "payroll", "write", row.legal_entity_id)
    account = text_within(str(values["account"] or ""), "account", msg("account", context="accounting"), 40)
    name = str(values["name"] or "").strip()
    if (row.account, row.name) == (account, name):
        return
    row.account, row.name = account, name
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "pay_account.set", f"pay_account:{row.id}", {"item": row.item}, clock)


def _set(session: Session, actor: Actor, company_id: str, values: Mapping[str, Value], clock: Clock) -> PayAccount:
    """Say where something of pay stands in the books; the same again changes nothing. Needs "payroll" write."""
    check_owner(session, actor, "payroll", "write", company_id)
    item, department = str(values["item"]), _department(session, company_id, values)
    same = select(PayAccount).where(
        PayAccount.legal_entity_id == company_id, PayAccount.item == item, PayAccount.department_id == department
    )
    row = session.scalars(same.with_for_update()).one_or_none()
    if row is not None:
        _update(session, actor, row.id, values, clock)
        return row
    row = PayAccount(
        **stamp(actor.id, clock), legal_entity_id=company_id, item=item, department_id=department,
        account=text_within(str(values["account"] or ""), "account", msg("account", context="accounting"), 40),
        name=str(values["name"] or "").strip(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "pay_account.set", f"pay_account:{row.id}", {"item": item}, clock)
    return row


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = _row(session, row_id)
    check_owner(session, actor, "payroll", "read", row.legal_entity_id)
    department = find(session, Department, row.department_id) if row.department_id else None
    return {
        "company": session.get_one(LegalEntity, row.legal_entity_id).name, "item": row.item,
        "department": None if department is None else department.name, "account": row.account, "name": row.name,
    }  # fmt: skip


def _find(session: Session, actor: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    rows = session.execute(
        select(PayAccount.id, LegalEntity.name, PayAccount.item, Department.name)
        .join(LegalEntity, LegalEntity.id == PayAccount.legal_entity_id)
        .outerjoin(Department, Department.id == PayAccount.department_id)
    ).tuples()
    known = {(company, item, department or ""): row_id for row_id, company, item, department in rows}
    companies = legal_entities(session)
    only = companies[0].name if len(companies) == 1 else ""
    found = {key: known.get((str(key[0] or only), str(key[1]), str(key[2] or ""))) for key in keys}
    return {key: row_id for key, row_id in found.items() if row_id is not None}


def _drop(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> None:
    row = _row(session, row_id)
    check_owner(session, actor, "payroll", "write", row.legal_entity_id)
    audit.record(session, actor.id, "pay_account.drop", f"pay_account:{row.id}", {"item": row.item}, clock)
    session.delete(row)


def _row(session: Session, row_id: str) -> PayAccount:
    row = find(session, PayAccount, row_id, lock=True)
    if row is None:
        raise missing("pay_account", msg("account", context="accounting"))
    return row


def _department(session: Session, company_id: str, values: Mapping[str, Value]) -> str:
    name = str(values["department"] or "").strip()
    if not name:
        return ""
    found = session.scalars(
        select(Department.id).where(Department.legal_entity_id == company_id, Department.name == name)
    ).all()
    if len(found) != 1:
        raise invalid(
            "department", "pay.department",
            msg("{count} departments of the company are called {name}.", count=len(found), name=name),
            msg("Write the name as it stands in the organisation; rename one where two are called the same."),
        )  # fmt: skip
    return found[0]


PAY_ACCOUNTS = ListSpec(
    name="pay_accounts",
    title=msg("Accounts of pay"),
    about=msg("In which account of the books each part of a run stands. A department may have an account of its own."),
    thing=msg("account", context="accounting"),
    empty=msg("No account yet: a run cannot be posted without them."),
    field_class="payroll",
    rows=lambda: (
        select(PayAccount.id)
        .select_from(PayAccount)
        .join(LegalEntity, LegalEntity.id == PayAccount.legal_entity_id)
        .outerjoin(Department, Department.id == PayAccount.department_id)
    ),
    key=PayAccount.id,
    place=Place(legal_entity=PayAccount.legal_entity_id),
    columns=(
        Column("item", msg("Part of the run"), "choice", PayAccount.item, choices=ITEMS, filters=True, opens=True),
        Column("department", msg("Department"), "text", Department.name, filters=True),
        Column("account", msg("Account", context="accounting"), "text", PayAccount.account, searched=True),
        Column("name", msg("Name of the account"), "text", PayAccount.name, searched=True),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True),
    ),
    bulk=(Bulk("drop", msg("Drop"), ("payroll", "write"), _drop, msg("{count} accounts were dropped.")),),
    form=FormSpec(
        (
            Field("company", msg("Company"), most=120, help=msg("May be left empty where there is one company only."),
                  also=("公司",)),
            Field("item", msg("Part of the run"), "choice", required=True, choices=ITEMS, also=("项目",)),
            Field("department", msg("Department"), most=120, help=msg("Empty: every department without its own."),
                  also=("部门",)),
            Field("account", msg("Account", context="accounting"), required=True, most=40,
                  also=("科目编码", "会计科目")),
            Field("name", msg("Name of the account"), most=120, also=("科目名称",)),
        ),
        _create, ("payroll", "write"), _update, _load, key=("company", "item", "department"), find=_find,
    ),
)  # fmt: skip


# The journal and the costs ----------------------------------------------------------------------------------------


def _journal() -> Select[Any]:
    return (
        select(PayJournalLine.id)
        .select_from(PayJournalLine)
        .join(PayRun, PayRun.id == PayJournalLine.run_id)
        .join(LegalEntity, LegalEntity.id == PayJournalLine.legal_entity_id)
        .outerjoin(Department, Department.id == PayJournalLine.department_id)
    )


PAY_JOURNAL = ListSpec(
    name="pay_journal",
    title=msg("Journal of pay"),
    about=msg("The entries of posted runs, debit and credit; other systems pull them by the API."),
    thing=msg("journal line"),
    empty=msg("No run was posted yet."),
    field_class="payroll",
    rows=_journal,
    key=PayJournalLine.id,
    place=Place(legal_entity=PayJournalLine.legal_entity_id),
    columns=(
        Column("month", msg("Month"), "month", PayRun.month, filters=True),
        Column("run_number", msg("Supplementary run"), "whole", SUPPLEMENTARY),
        Column("position", msg("Line", context="journal"), "whole", PayJournalLine.position, shown=False),
        Column("item", msg("Part of the run"), "choice", PayJournalLine.item, choices=ITEMS, filters=True,
               opens=True),
        Column("department", msg("Department"), "text", Department.name, filters=True),
        Column("account", msg("Account", context="accounting"), "text", PayJournalLine.account,
               searched=True, filters=True),
        Column("name", msg("Name of the account"), "text", PayJournalLine.name),
        Column("debit", msg("Debit"), "money", PayJournalLine.debit),
        Column("credit", msg("Credit"), "money", PayJournalLine.credit),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True),
        Column("run", msg("Run"), "text", PayJournalLine.run_id, filters=True, shown=False),
    ),
    href=lambda values, _, __: f"/console/pay-runs/{values['run']}",
)  # fmt: skip

PAY_COSTS = ListSpec(
    name="pay_costs",
    title=msg("Cost by department"),
    about=msg("What each department cost in closed runs, month by month: gross pay and what the employer bears."),
    thing=msg("cost of a department"),
    empty=msg("No run is closed yet."),
    field_class="payroll",
    rows=lambda: (
        select(PayCost.id)
        .select_from(PayCost)
        .join(PayRun, PayRun.id == PayCost.run_id)
        .join(Department, Department.id == PayCost.department_id)
        .join(LegalEntity, LegalEntity.id == PayCost.legal_entity_id)
    ),
    key=PayCost.id,
    place=Place(PayCost.department_id, PayCost.legal_entity_id),
    columns=(
        Column("month", msg("Month"), "month", PayCost.month, filters=True),
        Column("department", msg("Department"), "text", Department.name, filters=True, opens=True),
        Column("people", msg("People"), "whole", PayCost.people),
        Column("gross", msg("Gross"), "money", PayCost.gross),
        Column("employer", msg("Borne by the employer"), "money", PayCost.employer),
        Column("cost", msg("Cost"), "money", PayCost.cost),
        Column("run_number", msg("Supplementary run"), "whole", SUPPLEMENTARY, shown=False),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True),
    ),
    href=lambda *_: "/console/pay-report",
)  # fmt: skip
