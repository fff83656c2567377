"""Requisitions from a sheet: a line is a draft, found again by its title and department."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import scoped
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.spec import FormSpec
from interview_engine.hr.org.service import find_department
from interview_engine.hr.people.tables import Department, LegalEntity
from interview_engine.hr.recruiting.jobs import requisitions
from interview_engine.hr.recruiting.jobs.job_description import requirements_of
from interview_engine.hr.recruiting.jobs.wish import MOST_PAY, NewRequisition
from interview_engine.hr.recruiting.rules import EMPLOYMENT_TYPES, EmploymentType
from interview_engine.hr.recruiting.tables import Requisition
from interview_engine.hr.recruiting.words import EMPLOYMENT, texts
from interview_engine.i18n import msg
from interview_engine.store.rows import batched

AT_ONCE = 400
"""Pairs that every database takes in one statement."""
_OVER = ("filled", "cancelled")
"""A line with the title of one of these is a new requisition."""

FIELDS = (
    Field("title", msg("Job"), required=True, most=120, also=("岗位", "岗位名称", "职位名称", "招聘职位", "title")),
    Field("department", msg("Department"), required=True, most=250, also=("用人部门", "所属部门"),
          help=msg("Its name; where several have it, company / department.")),
    Field("headcount", msg("To hire"), "whole", low=Decimal(1), high=Decimal(10_000), also=("招聘人数", "需求人数")),
    Field("place", msg("Place of work"), most=120, also=("工作地", "城市")),
    Field("employment_type", msg("Type of employment"), "choice", choices=texts(EMPLOYMENT), also=("用工形式",)),
    Field("pay_low", msg("Pay a month from, yuan"), "whole", low=Decimal(1), high=Decimal(MOST_PAY),
          also=("最低月薪",)),
    Field("pay_high", msg("Pay a month to, yuan"), "whole", low=Decimal(1), high=Decimal(MOST_PAY),
          also=("最高月薪",)),
    Field("closes_on", msg("Last day for applications"), "day", also=("截止日期",)),
    Field("description", msg("Description"), "area", most=20_000, also=("职位描述", "岗位职责", "jd")),
)  # fmt: skip


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    department = find_department(session, actor, str(values["department"]), "public", "write")
    new = NewRequisition(
        title=str(values["title"]),
        legal_entity_id=department.legal_entity_id,
        department_id=department.id,
        **_common(values),  # type: ignore[arg-type]
    )
    return requisitions.create_requisition(session, actor, new, clock).id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    row = requisitions.get_requisition(session, actor, row_id)
    new = NewRequisition(
        title=str(values["title"]),
        legal_entity_id=row.legal_entity_id,
        department_id=row.department_id,
        requirements=None if values["description"] != row.description else requirements_of(row.requirements),
        role_profile_id=row.role_profile_id,
        kit_version_id=row.kit_version_id,
        policy=row.policy,
        language=row.language,
        bar=row.bar,
        urgent=row.urgent,
        reason=row.reason,
        **_common(values),  # type: ignore[arg-type]
    )
    requisitions.update_requisition(session, actor, row_id, new, clock)


def _common(values: Mapping[str, Value]) -> dict[str, object]:
    kind = values["employment_type"]
    closes_on = values["closes_on"]
    return {
        "headcount": values["headcount"] or 1,
        "place": str(values["place"] or ""),
        "employment_type": _employment(kind),
        "pay_low": values["pay_low"],
        "pay_high": values["pay_high"],
        "closes_on": closes_on if isinstance(closes_on, date) else None,
        "description": str(values["description"] or ""),
    }


def _employment(value: Value) -> EmploymentType:
    return next((kind for kind in EMPLOYMENT_TYPES if kind == value), "full_time")


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = requisitions.get_requisition(session, actor, row_id)
    department = session.get_one(Department, row.department_id)
    return {
        "title": row.title,
        "department": department.name,
        "headcount": row.headcount,
        "place": row.place or None,
        "employment_type": row.employment_type,
        "pay_low": row.pay_low,
        "pay_high": row.pay_high,
        "closes_on": row.closes_on,
        "description": row.description or None,
    }


def _find(session: Session, actor: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    """By (title, department), the newest requisition that is not over."""
    names = {key: str(key[1]).rpartition("/")[2].strip() for key in keys}
    statement = (
        select(Requisition.id, Requisition.title, Department.name, LegalEntity.name)
        .join(Department, Department.id == Requisition.department_id)
        .join(LegalEntity, LegalEntity.id == Requisition.legal_entity_id)
        .where(Requisition.state.not_in(_OVER))
        .order_by(Requisition.id)
    )
    reached = scoped(statement, actor, "public", "write",
                     department=Requisition.department_id, legal_entity=Requisition.legal_entity_id)  # fmt: skip
    wanted = {(str(key[0]), names[key]) for key in keys}
    there: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for part in batched(sorted(wanted), AT_ONCE):
        places = tuple_(Requisition.title, Department.name).in_(part)
        for row_id, title, department, company in session.execute(reached.where(places)).tuples():
            there.setdefault((title, department), []).append((company, row_id))
    found = {}
    for key in keys:
        company = str(key[1]).rpartition("/")[0].strip()
        rows = there.get((str(key[0]), names[key]), [])
        matching = [row_id for name, row_id in rows if not company or name == company]
        if matching:
            found[key] = matching[-1]
    return found


SHEET = FormSpec(
    FIELDS, _create, ("public", "write"), _update, _load, key=("title", "department"), find=_find, pages=False
)
