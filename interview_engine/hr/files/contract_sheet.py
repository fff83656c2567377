"""Sheets of contracts from a former system: a line finds its person by number, ID number or phone, and what the law
says of the contract is named beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files import contract_bulk, contract_history, contract_remarks, contracts
from interview_engine.hr.files.contract_rules import KINDS, Kind
from interview_engine.hr.files.contracts import NewContract
from interview_engine.hr.files.id_sheet import FIELDS as ID_FIELDS
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.mending import plain_number
from interview_engine.hr.forms.reading import is_like
from interview_engine.hr.forms.spec import FormSpec, Many, Told
from interview_engine.hr.people.contact import name_key, phone_key
from interview_engine.hr.people.id_keys import persons_of_numbers
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import invalid
from interview_engine.i18n import Text, joined, msg
from interview_engine.store.rows import AT_ONCE, batched

Values = Mapping[str, Value]
Key = tuple[Value, ...]

_KIND_NAMES: Mapping[Kind, str] = {
    "fixed": "固定 有固定期限 固定期限 固定期限劳动合同 固定期限合同 定期 fixed fixed-term",
    "open": "无固定 无固定期限 无固定期限劳动合同 无固定期限合同 无期限 长期 open open-ended permanent indefinite",
    "task": "任务 以完成一定工作任务为期限 完成一定工作任务 以完成一定任务为期限 项目 task",
}
_KINDS = {name: kind for kind, names in _KIND_NAMES.items() for name in names.split()} | {"fixed term": "fixed"}
KIND_WORDS: Mapping[str, Text] = {
    "fixed": msg("Fixed term"),
    "open": msg("Open-ended"),
    "task": msg("Until a task is done"),
}
TAKEN: Mapping[str, Text] = {
    "active": msg("Signed"),
    "ended": msg("Ended before its time"),
    "draft": msg("Not signed"),
}
_STATE_NAMES: Mapping[str, str] = {
    "active": "已签 已签订 已签署 已签字 生效 已生效 有效 执行中 履行中 正常 到期 已到期 期满 signed active expired",
    "ended": "终止 已终止 解除 已解除 提前终止 ended terminated",
    "draft": "未签 未签订 待签 待签订 草稿 draft unsigned",
}
_TAKEN = {name: state for state, names in _STATE_NAMES.items() for name in names.split()} | {
    "in force": "active",
    "not signed": "draft",
}
_OPEN_END = ("/", "-", "--", "—", "无", "无固定期限", "长期", "永久", "不限", "9999-12-31", "9999/12/31", "9999.12.31",
             "2099-12-31", "2099/12/31", "n/a", "none")  # fmt: skip
_PEOPLE = (msg("employee number"), msg("ID number"), msg("phone"))


def _kind(raw: str) -> str:
    found = _KINDS.get(is_like(raw))
    if found is None:
        raise invalid("kind", "contract.kind", msg("“{raw}” is no kind of contract.", raw=raw[:40]),
                      msg("Choose one of {listed}.", listed=joined(KIND_WORDS.values())))  # fmt: skip
    return found


def _state(raw: str) -> str:
    found = _TAKEN.get(is_like(raw))
    if found is None:
        raise invalid("state", "contract.state", msg("“{raw}” is no state of a contract.", raw=raw[:40]),
                      msg("Choose one of {listed}.", listed=joined(TAKEN.values())))  # fmt: skip
    return found


FIELDS = (
    Field("employee_number", msg("Employee number"), most=20, tidy=plain_number,
          also=("工号", "员工编号", "员工工号", "人员编号", "职工号", "employee id", "employee no")),
    Field("id_number", ID_FIELDS[0].label, most=40, reads=ID_FIELDS[0].reads, mask=ID_FIELDS[0].mask,
          also=ID_FIELDS[0].also),
    Field("phone", msg("Phone"), most=40, also=("手机", "手机号", "手机号码", "联系电话", "电话", "mobile")),
    Field("name", msg("Name"), most=120, also=("姓名", "员工姓名", "乙方", "劳动者", "full name", "employee name")),
    Field("company", msg("Company"), most=120,
          also=("公司", "所属公司", "签约公司", "签订主体", "合同主体", "用人单位", "甲方", "法人主体", "签约主体",
                "legal entity")),
    Field("number", msg("Contract number"), most=60,
          also=("合同编号", "合同号", "劳动合同编号", "contract no", "contract id")),
    Field("kind", msg("Kind of contract"), "choice", required=True, reads=_kind,
          choices=KIND_WORDS,
          also=("合同类型", "合同期限类型", "期限类型", "劳动合同类型", "contract type", "term type")),
    Field("first_day", msg("First day", context="contract"), "day", required=True,
          also=("合同开始日期", "合同起始日", "合同起始日期", "起始日期", "开始日期", "生效日期", "合同起",
                "contract start", "start date", "effective date", "begin")),
    Field("last_day", msg("Last day"), "day", nothing=_OPEN_END, help=msg("Of a fixed term."),
          also=("合同结束日期", "合同到期日", "合同到期日期", "合同终止日期", "终止日期", "到期日期", "结束日期",
                "合同止", "contract end", "end date", "expiry date", "end")),
    Field("probation_last_day", msg("Last day of probation"), "day", nothing=_OPEN_END,
          also=("试用期截止", "试用期结束日期", "试用期到期日", "试用期满日", "probation end")),
    Field("sign_count", msg("Which contract"), "whole",
          also=("签订次数", "合同签订次数", "第几次签订", "续签次数", "签约次数", "sign count", "times signed")),
    Field("state", msg("State"), "choice", choices=TAKEN, reads=_state, help=msg("Empty: signed."),
          also=("合同状态", "状态", "签订状态", "contract status", "status")),
    Field("asked_for_fixed", msg("The employee asked for a fixed term in writing"), "flag",
          also=("本人要求固定期限", "员工书面要求固定期限")),
    Field("note", msg("Note"), most=300, also=("备注", "remark", "remarks")),
)  # fmt: skip
KEY = ("employee_number", "id_number", "phone", "company", "name", "first_day")


@dataclass(slots=True)
class _Known:
    """Who may be meant by the keys of many lines."""

    by_number: dict[str, list[employments.Employed]]
    by_person: dict[str, list[employments.Employed]]
    of_id: dict[str, str]
    of_phone: dict[str, str]


def _look_up(session: Session, actor: Actor, keys: Sequence[Key]) -> _Known:
    numbers = sorted({str(key[0]).strip().upper() for key in keys if key[0]})
    of_id = persons_of_numbers(session, sorted({str(key[1]) for key in keys if key[1]}))
    phones = sorted({phone for key in keys if key[2] and (phone := _phone(key[2])) is not None})
    of_phone: dict[str, str] = {}
    for part in batched(phones, AT_ONCE):
        rows = session.execute(select(Person.phone_key, Person.id).where(Person.phone_key.in_(part)))
        of_phone |= {str(phone): person_id for phone, person_id in rows.tuples()}
    found = employments.employed(
        session, actor, numbers=numbers, person_ids=sorted({*of_id.values(), *of_phone.values()})
    )
    known = _Known({}, {}, of_id, of_phone)
    for one in found:
        known.by_number.setdefault(one.number, []).append(one)
        known.by_person.setdefault(one.person_id, []).append(one)
    return known


def _meant(known: _Known, key: Key) -> employments.Employed:
    """Whose employment a line is about.

    Raises:
        InvalidInput: nobody or several are meant, or two columns name two people.
    """
    number, id_number, phone, company, name = (str(one or "").strip() for one in key[:5])
    ways: list[tuple[str, list[employments.Employed]]] = []
    if number:
        ways.append(("employee_number", known.by_number.get(number.upper(), [])))
    if id_number:
        ways.append(("id_number", known.by_person.get(known.of_id.get(id_number, ""), [])))
    if phone:
        ways.append(("phone", known.by_person.get(known.of_phone.get(_phone(phone) or "", ""), [])))
    if not ways:
        raise invalid("employee_number", "contract.nobody", msg("The line does not say whose contract it is."),
                      msg("Fill in one of {listed}.", listed=joined(_PEOPLE)))  # fmt: skip
    for field, found in ways:
        if not found:
            raise invalid(field, "employee.unknown", msg("No employee within your reach is known by this."),
                          msg("Import the employees first, or correct this cell."))  # fmt: skip
    persons = [{one.person_id for one in found} for _, found in ways]
    for (field, _), some in zip(ways[1:], persons[1:], strict=True):
        if not some & persons[0]:
            raise invalid(field, "contract.two_people", msg("This is of another person than the first column says."),
                          msg("Correct one of the two."))  # fmt: skip
    left = [one for one in ways[0][1] if all(one.person_id in some for some in persons)]
    left = [one for one in left if one.company == company] if company else left
    if not left:
        raise invalid("company", "contract.company", msg("This person has no employment with “{name}”.", name=company),
                      msg("Write the company as the organisation page does."))  # fmt: skip
    if name and all(name_key(one.name) != name_key(name) for one in left):
        raise invalid("name", "contract.other_name", msg("The person who is meant has another name here."),
                      msg("Correct the number or the name."))  # fmt: skip
    here = [one for one in left if one.state != "left"] or left
    if len({one.legal_entity_id for one in here}) > 1:
        raise invalid("company", "contract.which_company", msg("This person works for several companies."),
                      msg("Fill in the company that the contract is with."))  # fmt: skip
    return here[0]


def _phone(value: Value) -> str | None:
    try:
        return phone_key(str(value))
    except InterviewEngineError:
        return None


def _find(session: Session, actor: Actor, keys: Sequence[Key]) -> dict[Key, str]:
    known = _look_up(session, actor, keys)
    meant: dict[Key, employments.Employed] = {}
    for key in keys:
        try:
            meant[key] = _meant(known, key)
        except InterviewEngineError:
            continue  # said when the row is to be made
    rows: dict[tuple[str, str, date], str] = {}
    for part in batched(sorted({one.person_id for one in meant.values()}), AT_ONCE):
        statement = select(Contract).where(Contract.person_id.in_(part), Contract.state != "dropped")
        rows |= {(row.person_id, row.legal_entity_id, row.first_day): row.id for row in session.scalars(statement)}
    places = {key: (one.person_id, one.legal_entity_id, key[5]) for key, one in meant.items()}
    return {key: rows[place] for key, place in places.items() if isinstance(place[2], date) and place in rows}


def _new(values: Values) -> NewContract:
    first, last, probation, count = (
        values.get(name) for name in ("first_day", "last_day", "probation_last_day", "sign_count")
    )
    assert isinstance(first, date)
    return NewContract(
        next(kind for kind in KINDS if kind == values["kind"]),
        first,
        last if isinstance(last, date) else None,
        probation if isinstance(probation, date) else None,
        bool(values.get("asked_for_fixed")),
        str(values.get("note") or ""),
        str(values.get("number") or ""),
        count if isinstance(count, int) else None,
    )


def _taken(session: Session, actor: Actor, lines: Sequence[Values]) -> list[contract_bulk.Taken | InterviewEngineError]:
    """What each line says, and of whose employment; or why that cannot be known."""
    keys = [tuple(values.get(name) for name in KEY) for values in lines]
    known = _look_up(session, actor, keys)
    found: list[contract_bulk.Taken | InterviewEngineError] = []
    for values, key in zip(lines, keys, strict=True):
        try:
            meant = _meant(known, key)
        except InterviewEngineError as error:
            found.append(error)
        else:
            found.append(contract_bulk.Taken(meant.id, _new(values), str(values.get("state") or "active")))
    return found


def _check_many(
    session: Session, actor: Actor, lines: Sequence[Values], clock: Clock
) -> list[InterviewEngineError | Sequence[Told]]:
    return contract_bulk.check(session, actor, _taken(session, actor, lines), clock)


def _create_many(
    session: Session, actor: Actor, lines: Sequence[Values], clock: Clock
) -> list[str | InterviewEngineError]:
    return contract_bulk.take_over(session, actor, _taken(session, actor, lines), clock)


def _companies(session: Session, actor: Actor, lines: Sequence[Values]) -> list[str | None]:
    keys = [tuple(values.get(name) for name in KEY) for values in lines]
    known = _look_up(session, actor, keys)
    found: list[str | None] = []
    for key in keys:
        try:
            found.append(_meant(known, key).legal_entity_id)
        except InterviewEngineError:
            found.append(None)
    return found


def _create(session: Session, actor: Actor, values: Values, clock: Clock) -> str:
    (made,) = _create_many(session, actor, (values,), clock)
    if isinstance(made, InterviewEngineError):
        raise made
    return made


def _update(session: Session, actor: Actor, row_id: str, values: Values, clock: Clock) -> None:
    contract_history.correct(session, actor, row_id, _new(values), str(values.get("state") or "active"), clock)


def _load(session: Session, actor: Actor, row_id: str) -> dict[str, Value]:
    contracts.get_for(session, actor, row_id, "read")
    return contract_bulk.load_many(session, actor, (row_id,))[row_id]


SHEET = FormSpec(
    FIELDS,
    _create,
    ("contact", "write"),
    _update,
    _load,
    key=KEY,
    find=_find,
    pages=False,
    blames={"contract.overlaps": ("first_day",), "employment.ended": ("employee_number", "id_number", "phone")},
    many=Many(_check_many, _create_many, contract_bulk.load_many, _companies),
    take_back=contract_history.take_back,
    taken_by="first_day",
    warn=contract_remarks.remarks_on,
)
