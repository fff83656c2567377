"""The list of pay parameters, with its form and sheet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.accounts.service import names_of
from interview_engine.hr.forms.fields import Field, Shown, Value
from interview_engine.hr.forms.spec import Bulk, Column, Fill, FormSpec, ListSpec, Place
from interview_engine.hr.pay import entering
from interview_engine.hr.pay.entering import CONTRIBUTIONS, NewParameter
from interview_engine.hr.pay.items import ITEMS
from interview_engine.hr.pay.parameters import KINDS, NATIONAL
from interview_engine.hr.pay.tables import PayParameter
from interview_engine.hr.problems import invalid, required
from interview_engine.i18n import Text, msg

UNITS: Mapping[str, Text] = {"0.01": msg("to the fen"), "0.1": msg("to the jiao"), "1": msg("to the yuan")}
WAYS: Mapping[str, Text] = {"nearest": msg("to the nearest"), "up": msg("upwards"), "down": msg("downwards")}

RATES = ("employee", "employer")
AMOUNTS = ("floor", "cap", "employee_fixed", "employer_fixed")
ROUNDINGS = ("base_unit", "base_way", "unit", "way")

FIELDS = (
    Field("kind", msg("Parameter"), "choice", required=True, choices=KINDS, also=("参数", "参数类型")),
    Field("place", msg("City or province"), most=40, help=msg("As employees' pay profiles say it; empty for the "
          "whole country."), also=("城市", "地区", "省市")),
    Field("item", msg("Item"), "choice", choices=ITEMS, also=("险种", "项目")),
    Field("first_day", msg("From day"), "day", required=True, also=("开始日期", "生效日期", "起始日期")),
    Field("last_day", msg("To day"), "day", also=("结束日期", "截止日期", "失效日期")),
    Field("floor", msg("Lowest base in yuan"), "money", low=Decimal(0), also=("基数下限", "下限", "最低基数")),
    Field("cap", msg("Highest base in yuan"), "money", low=Decimal(0), also=("基数上限", "上限", "最高基数")),
    Field("employee", msg("Employee's rate in %"), "number", low=Decimal(0), high=Decimal(99), places=4,
          also=("个人比例", "个人比例（%）", "个人费率")),
    Field("employer", msg("Employer's rate in %"), "number", low=Decimal(0), high=Decimal(99), places=4,
          also=("单位比例", "单位比例（%）", "公司比例", "单位费率")),
    Field("employee_fixed", msg("Employee's fixed amount in yuan"), "money", low=Decimal(0), also=("个人定额",)),
    Field("employer_fixed", msg("Employer's fixed amount in yuan"), "money", low=Decimal(0), also=("单位定额",)),
    Field("base_unit", msg("Base rounded"), "choice", choices=UNITS, also=("基数取整",)),
    Field("base_way", msg("Base rounded which way"), "choice", choices=WAYS, also=("基数取整方向",)),
    Field("unit", msg("Contribution rounded"), "choice", choices=UNITS, also=("缴费取整",)),
    Field("way", msg("Contribution rounded which way"), "choice", choices=WAYS, also=("缴费取整方向",)),
    Field("amount", msg("Amount a month in yuan"), "money", low=Decimal(0), help=msg("Of a minimum or average wage."),
          also=("金额", "标准", "月标准")),
    Field("values", msg("Values"), "area", most=4000, help=msg("As JSON, for kinds of the whole country and for sick "
          "pay: the row that ships is the pattern; numbers as texts.")),
    Field("law", msg("Title and number of the document"), required=True, most=300, also=("文件", "文号", "依据")),
    Field("source", msg("Address of the published text"), required=True, most=300, also=("来源", "网址", "链接")),
    Field("provisional", msg("Provisional: the city has not published yet"), "flag", also=("暂行", "暂按")),
)  # fmt: skip


def _yuan(value: Value) -> str | None:
    return None if value is None else str(Decimal(str(value)).scaleb(-2).quantize(Decimal("0.01")))


def _values(given: Mapping[str, Value]) -> Mapping[str, Any]:
    kind = str(given["kind"])
    if kind in CONTRIBUTIONS:
        if all(given[name] is None for name in (*RATES, "employee_fixed", "employer_fixed")):
            raise required("employee", msg("rates or amounts"))
        rates = {name: str((Decimal(str(given[name] or 0)) / 100).normalize()) for name in RATES}
        amounts = {name: _yuan(given[name]) for name in AMOUNTS if given[name] is not None}
        return {**amounts, **rates, **{name: given[name] for name in ROUNDINGS if given[name]}}
    if kind in ("minimum_wage", "average_wage"):
        if given["amount"] is None:
            raise required("amount", msg("amount a month"))
        return {"amount": _yuan(given["amount"])}
    text = str(given["values"] or "").strip()
    if not text:
        raise required("values", msg("values"))
    try:
        found = json.loads(text)
    except ValueError as error:
        raise invalid(
            "values", "pay.json", msg("The values are no JSON."), msg("Copy the pattern and change its numbers.")
        ) from error
    if not isinstance(found, dict):
        raise invalid("values", "pay.json", msg("The values are no JSON object."), msg("Begin and end with braces."))
    return found


def _new(given: Mapping[str, Value]) -> NewParameter:
    first, last = given["first_day"], given["last_day"]
    assert isinstance(first, date)
    assert last is None or isinstance(last, date)
    return NewParameter(
        str(given["kind"]), str(given["place"] or ""), str(given["item"] or ""), first, last, _values(given),
        str(given["law"]), str(given["source"]), bool(given["provisional"]),
    )  # fmt: skip


def _create(session: Session, actor: Actor, given: Mapping[str, Value], clock: Clock) -> str:
    return entering.enter(session, actor, _new(given), clock).id


def _update(session: Session, actor: Actor, row_id: str, given: Mapping[str, Value], clock: Clock) -> None:
    entering.change(session, actor, row_id, _new(given), clock)


def _load(session: Session, _: Actor, row_id: str) -> Mapping[str, Value]:
    row = entering.get(session, row_id)
    values, found = row.figures, dict.fromkeys((one.name for one in FIELDS), None)
    plain: dict[str, Value] = {
        "kind": row.kind, "place": "" if row.kind in NATIONAL else row.place, "item": row.item or None,
        "first_day": row.first_day, "last_day": row.last_day, "law": row.law, "source": row.source,
        "provisional": row.provisional,
    }  # fmt: skip
    if row.kind in CONTRIBUTIONS:
        plain.update({name: _fen(values.get(name)) for name in AMOUNTS})
        plain.update({name: Decimal(values[name]) * 100 for name in RATES})
        plain.update({name: values.get(name) for name in ROUNDINGS})
    elif row.kind in ("minimum_wage", "average_wage"):
        plain["amount"] = _fen(values["amount"])
    else:
        plain["values"] = json.dumps(values, ensure_ascii=False)
    return {**found, **plain}


def _fen(value: object) -> int | None:
    return None if value is None else int(Decimal(str(value)) * 100)


def _find(session: Session, _: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    wanted: dict[tuple[str, str, str, date], tuple[Value, ...]] = {}
    for key in keys:
        kind, place, item, day = key
        if isinstance(day, date):
            where = "CN" if kind in NATIONAL else str(place or "").strip()
            wanted[(str(kind), where, str(item or ""), day)] = key
    return {wanted[key]: row_id for key, row_id in entering.find_rows(session, list(wanted)).items()}


def _people(session: Session, _: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Shown]]:
    rows = session.execute(
        select(PayParameter.id, PayParameter.entered_by, PayParameter.checked_by).where(PayParameter.id.in_(ids))
    ).tuples()
    known = list(rows)
    names = names_of(session, {_account(one) for _, entered, checked in known for one in (entered, checked)})
    return {
        row_id: {"entered_by": names.get(_account(entered), ""), "checked_by": names.get(_account(checked), "")}
        for row_id, entered, checked in known
    }


def _account(actor: str | None) -> str:
    return (actor or "").removeprefix("account:")


def _check(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> None:
    entering.check(session, actor, row_id, clock)


def _drop(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> None:
    entering.drop(session, actor, row_id, clock)


PAY_PARAMETERS = ListSpec(
    name="pay_parameters",
    title=msg("Pay parameters"),
    about=msg("What cities and newer laws say, with its source. A row counts when a second person has checked it."),
    thing=msg("pay parameter"),
    empty=msg("No row of a city yet. Runs are refused until the rows of their city are here; none ships."),
    field_class="payroll",
    rows=lambda: _rows(),
    key=PayParameter.id,
    place=Place(),
    columns=(
        Column("kind", msg("Parameter"), "choice", PayParameter.kind, choices=KINDS, filters=True, counts=True,
               opens=True),
        Column("item", msg("Item"), "choice", PayParameter.item, choices=ITEMS, filters=True, under="kind"),
        Column("place", msg("City or province"), "text", PayParameter.place, searched=True, filters=True),
        Column("first_day", msg("From day"), "day", PayParameter.first_day, filters=True),
        Column("last_day", msg("To day"), "day", PayParameter.last_day),
        Column("state", msg("State"), "choice", PayParameter.state, choices=entering.STATES, filters=True, counts=True,
               tones={"entered": "look", "provisional": "look"}),
        Column("law", msg("Title and number of the document"), "text", PayParameter.law, searched=True),
        Column("source", msg("Address of the published text"), "text", PayParameter.source, shown=False),
        Column("entered_by", msg("Entered by")),
        Column("checked_by", msg("Checked by")),
    ),
    fills=(Fill(("entered_by", "checked_by"), _people),),
    form=FormSpec(
        FIELDS, _create, ("payroll", "write"), _update, _load, key=("kind", "place", "item", "first_day"), find=_find
    ),
    bulk=(
        Bulk("check", msg("Checked: as its source says"), ("payroll", "write"), _check,
             msg("{count} rows count from now on."), ask=msg("Have you compared {count} rows with their sources?")),
        Bulk("drop", msg("Drop"), ("payroll", "write"), _drop, msg("{count} rows were dropped.")),
    ),
)  # fmt: skip


def _rows() -> Select[Any]:
    return select(PayParameter.id).select_from(PayParameter)
