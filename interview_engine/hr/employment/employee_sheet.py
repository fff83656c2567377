"""Employees by a form and from sheets: a line is an employment, found again by the employee's number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.employment import assignments, bulk, service, taking_back
from interview_engine.hr.employment.assignments import NewPlace
from interview_engine.hr.employment.bulk import NewEmployment
from interview_engine.hr.employment.numbers import number_of
from interview_engine.hr.employment.persons import NewContact, change_contact, find_or_make
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.mending import plain_name, plain_number
from interview_engine.hr.forms.spec import KNOWN_PERSON, FormSpec, Many, Told
from interview_engine.hr.org.service import find_department
from interview_engine.hr.people.contact import name_key, phone_key
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg
from interview_engine.store.rows import AT_ONCE, batched

NOTHING = ("无", "没有", "暂无", "/", "-", "--", "none", "n/a")
"""What sheets write into a cell for a phone or mail that somebody has not."""
FIELDS = (
    Field("employee_number", msg("Employee number"), most=20, tidy=plain_number,
          also=("工号", "员工编号", "员工工号", "人员编号", "编号", "职工号", "employee id", "employee no",
                "employee no.", "staff id", "staff no", "emp id", "emp no"),
          help=msg("Leave it empty to get the next one.")),
    Field("name", msg("Name"), required=True, most=120, tidy=plain_name,
          also=("姓名", "员工姓名", "名字", "中文名", "full name", "employee name", "chinese name")),
    Field("department", msg("Department"), required=True, most=250, joined="/",
          also=("部门", "所属部门", "部门名称", "所在部门", "组织", "所属组织", "部门全路径", "部门路径", "dept",
                "org unit", "division"),
          parts=("一级部门", "二级部门", "三级部门", "四级部门", "五级部门", "一级组织", "二级组织", "三级组织",
                 "四级组织", "中心", "小组", "level 1 department", "level 2 department", "level 3 department"),
          help=msg("Its name, or with those above it: headquarters/sales/east.")),
    Field("title", msg("Job title"), required=True, most=120,
          also=("职务", "职位", "岗位", "岗位名称", "职务名称", "title", "position", "job")),
    Field("level", msg("Level"), "whole", low=Decimal(0), high=Decimal(99), also=("职级", "级别")),
    Field("phone", msg("Phone"), most=40, nothing=NOTHING, alone=lambda text: _same_phone(text),
          also=("手机", "手机号", "手机号码", "联系电话", "联系方式", "联系手机", "电话", "移动电话", "mobile",
                "mobile phone", "cell phone")),
    Field("email", msg("Mail"), most=254, nothing=NOTHING,
          also=("邮箱", "电子邮箱", "电子邮件", "邮件", "公司邮箱", "e-mail", "email address")),
    Field("start_date", msg("First day of work"), "day", required=True,
          also=("入职日期", "入职时间", "到岗日期", "入司日期", "入职日", "参加工作日期（本单位）", "hire date",
                "start date", "join date", "date of joining", "onboard date")),
    Field("probation_end", msg("Last day of probation"), "day",
          also=("试用期截止", "试用期结束日期", "试用期到期日", "试用期满日", "转正前一日", "probation end",
                "probation end date")),
)  # fmt: skip


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    department = find_department(session, actor, str(values["department"]), "contact", "write")
    check_row(
        session, actor, "contact", "write",
        department_id=department.id, legal_entity_id=department.legal_entity_id,
    )  # fmt: skip
    person_id = _text(values, KNOWN_PERSON)
    if person_id:
        change_contact(session, actor, person_id, _contact(values), clock)
    else:
        person_id = find_or_make(session, actor, _contact(values), clock).id
    start = values["start_date"]
    assert isinstance(start, date)
    row = service.begin(
        session,
        actor,
        person_id,
        service.Place(department.legal_entity_id, department.id),
        str(values["title"]),
        start,
        None,
        clock,
        number=_text(values, "employee_number") or None,
        level=_whole(values, "level"),
        probation_end=_day(values, "probation_end"),
        kind="imported" if start < china_day(clock) else "hired",
    )
    return row.id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    row = service.get_for(session, actor, row_id, "write", lock=True)
    department = find_department(session, actor, str(values["department"]), "contact", "write")
    if values["start_date"] not in (None, row.start_date):
        raise invalid(
            "start_date",
            "employment.start",
            msg("The first day of work is {day} in the employee file.", day=row.start_date.isoformat()),
            msg("A form or a sheet does not move it; correct it here."),
        )
    change_contact(session, actor, row.person_id, _contact(values), clock)
    place = NewPlace(department.id, str(values["title"]), _whole(values, "level"))
    held = assignments.current(session, row, max(china_day(clock), row.start_date))
    before = None if held is None else (held.department_id, held.title, held.level)
    if before != (place.department_id, place.title, place.level):
        first = max(china_day(clock), row.start_date)
        assignments.assign(session, actor, row.id, place, first, "transfer", clock)
    probation = _day(values, "probation_end")
    if probation != row.probation_end:
        service.agree_probation(session, row.id, probation, actor.id, clock)


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = service.get_for(session, actor, row_id, "read")
    person = session.get_one(Person, row.person_id)
    return {
        "employee_number": number_of(session, row.person_id, row.legal_entity_id),
        "name": person.name,
        "department": session.get_one(Department, row.department_id).name,
        "title": row.title,
        "level": person.level,
        "phone": person.phone or None,
        "email": person.email or None,
        "start_date": row.start_date,
        "probation_end": row.probation_end,
    }


def _find(session: Session, actor: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    """By number; lines without one are found by nothing."""
    wanted = {str(key[0]).strip().upper(): key for key in keys if key[0]}
    found = service.of_numbers(session, actor, sorted(wanted))
    return {wanted[number]: row_id for number, row_id in found.items()}


def _contact(values: Mapping[str, Value]) -> NewContact:
    return NewContact(_text(values, "name"), _text(values, "email"), _text(values, "phone"))


def _text(values: Mapping[str, Value], name: str) -> str:
    return str(values.get(name) or "").strip()


def _whole(values: Mapping[str, Value], name: str) -> int | None:
    value = values.get(name)
    return value if isinstance(value, int) else None


def _day(values: Mapping[str, Value], name: str) -> date | None:
    value = values.get(name)
    return value if isinstance(value, date) else None


def _new(values: Mapping[str, Value]) -> NewEmployment:
    start = values["start_date"]
    assert isinstance(start, date)
    return NewEmployment(
        _contact(values),
        str(values["department"]),
        str(values["title"]),
        start,
        _text(values, "employee_number") or None,
        _whole(values, "level"),
        _day(values, "probation_end"),
        _text(values, KNOWN_PERSON) or None,
    )


def _companies(session: Session, actor: Actor, lines: Sequence[Mapping[str, Value]]) -> list[str | None]:
    return bulk.companies(session, actor, [_new(values) for values in lines])


def _find_else(session: Session, actor: Actor, lines: Sequence[Mapping[str, Value]]) -> list[str | None]:
    """Lines without a number: by the person that their ID number names, else by phone and name together."""
    keys = {key: place for place, values in enumerate(lines) if (key := _phone_key(values)) is not None}
    by_phone: dict[str, tuple[str, str]] = {}
    for part in batched(sorted(keys), AT_ONCE):
        rows = session.execute(select(Person.phone_key, Person.id, Person.name).where(Person.phone_key.in_(part)))
        by_phone |= {str(key): (person_id, name_key(name)) for key, person_id, name in rows.tuples()}
    persons: list[str | None] = []
    for values in lines:
        person_id, name = by_phone.get(_phone_key(values) or "", ("", ""))
        is_same = bool(person_id) and name == name_key(_text(values, "name"))
        persons.append(_text(values, KNOWN_PERSON) or (person_id if is_same else "") or None)
    here: dict[str, str] = {}
    for one in service.employed(session, actor, person_ids=sorted(filter(None, persons))):
        if one.state != "left":
            here.setdefault(one.person_id, one.id)
    return [None if person is None else here.get(person) for person in persons]


def _phone_key(values: Mapping[str, Value]) -> str | None:
    try:
        return phone_key(_text(values, "phone")) if values.get("phone") else None
    except InterviewEngineError:
        return None


def _same_phone(text: str) -> str:
    """A phone number as two lines are compared; "" for what is none, which is refused elsewhere."""
    try:
        return phone_key(text) or ""
    except InterviewEngineError:
        return ""


def _check_many(
    session: Session, actor: Actor, lines: Sequence[Mapping[str, Value]], clock: Clock
) -> list[InterviewEngineError | Sequence[Told]]:
    return bulk.check(session, actor, [_new(values) for values in lines], clock)


def _create_many(
    session: Session, actor: Actor, lines: Sequence[Mapping[str, Value]], clock: Clock
) -> list[str | InterviewEngineError]:
    return bulk.begin_many(session, actor, [_new(values) for values in lines], clock)


FORM = FormSpec(
    FIELDS,
    _create,
    ("contact", "write"),
    _update,
    _load,
    key=("employee_number",),
    find=_find,
    blames={
        "person.other_name": ("phone", "email"),
        "employee.number_taken": ("employee_number",),
        "employee.number_differs": ("employee_number",),
        "employment.overlaps": ("start_date",),
        "employment.ended": ("employee_number",),
    },
    many=Many(_check_many, _create_many, bulk.load_many, _companies),
    take_back=taking_back.take_back,
    find_else=_find_else,
)
