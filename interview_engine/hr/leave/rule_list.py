"""The list of what regions and companies say of kinds of leave, with its form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import scoped
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.spec import Bulk, Column, FormSpec, ListSpec, Place
from interview_engine.hr.leave import entering
from interview_engine.hr.leave.entering import NewRule
from interview_engine.hr.leave.tables import LeaveRule
from interview_engine.hr.leave.types import COUNTS, LIMITS, SAID, UNITS, WORDS
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.hr.problems import invalid, required
from interview_engine.i18n import msg

_NO, _DAYS = Decimal(0), Decimal(366)
YES_NO = {"yes": msg("Yes"), "no": msg("No")}

FIELDS = (
    Field("region", msg("Holds in"), most=120,
          help=msg("CN, CN-33 for a province (the first two digits of its code), or the name of a company. Left empty: "
                   "your company.")),
    Field("leave_type", msg("Kind of leave"), "choice", choices=WORDS, help=msg("Left empty: a kind of your own.")),
    Field("name_zh", msg("Name of your own kind, Chinese"), most=40),
    Field("name_en", msg("Name of your own kind, English"), most=40),
    Field("first_day", msg("From day"), "day", required=True),
    Field("last_day", msg("To day"), "day"),
    Field("limited_by", msg("Limited by"), "choice", choices=LIMITS),
    Field("days", msg("Days"), "whole", low=_NO, high=_DAYS, help=msg("Of each leave, or in a year.")),
    Field("unit", msg("Smallest part"), "choice", choices=UNITS),
    Field("counts", msg("Days that count"), "choice", choices=COUNTS),
    Field("negative", msg("More than the balance"), "choice", choices=YES_NO),
    Field("paid_percent", msg("Paid, in % of the pay"), "whole", low=_NO, high=Decimal(300)),
    Field("carry_days", msg("Carried over at most, days"), "whole", low=_NO, high=_DAYS),
    Field("carry_months", msg("Months in which they can be taken"), "whole", low=_NO, high=Decimal(60),
          help=msg("After the end of the year. Left empty with the days: nothing ends.")),
    Field("papers", msg("Papers to submit"), most=200),
    Field("law", msg("Title and number of the document"), required=True, most=300,
          help=msg("The law, or the company's rule and how it was agreed.")),
    Field("source", msg("Address of the published text"), required=True, most=300),
)  # fmt: skip


def _region(session: Session, actor: Actor, said: str) -> str:
    """A region as it stands, or the company of that name (the only one within reach for nothing)."""
    if said == entering.COUNTRY or said.startswith(f"{entering.COUNTRY}-"):
        return said
    statement = scoped(select(LegalEntity), actor, "public", "manage", legal_entity=LegalEntity.id)
    if said:
        statement = statement.where(LegalEntity.name == said)
    found = session.scalars(statement.limit(2)).all()
    if len(found) == 1:
        return f"company:{found[0].id}"
    raise invalid("region", "leave.region", msg("No region or company of yours is called “{name}”.", name=said),
                  msg("Write CN, CN-33 for a province, or the name of one of your companies."))  # fmt: skip


def _new(session: Session, actor: Actor, given: Mapping[str, Value], own: str = "") -> NewRule:
    first, last = given["first_day"], given.get("last_day")
    assert isinstance(first, date)
    values: dict[str, Any] = {name: given.get(name) for name in SAID}
    values["negative"] = {"yes": True, "no": False}.get(str(given.get("negative")))
    if values["limited_by"] in ("each", "year") and values["days"] is None:
        raise required("days", msg("days"))
    return NewRule(
        _region(session, actor, str(given.get("region") or "").strip()),
        str(given.get("leave_type") or own),
        first,
        str(given["law"]),
        str(given["source"]),
        last if isinstance(last, date) else None,
        str(given.get("name_zh") or ""),
        str(given.get("name_en") or ""),
        values,
        str(given.get("papers") or ""),
    )


def _create(session: Session, actor: Actor, given: Mapping[str, Value], clock: Clock) -> str:
    return entering.enter(session, actor, _new(session, actor, given), clock).id


def _update(session: Session, actor: Actor, row_id: str, given: Mapping[str, Value], clock: Clock) -> None:
    held = entering.get_for(session, actor, row_id).leave_type
    own = held if held not in WORDS else ""
    entering.change(session, actor, row_id, _new(session, actor, given, own), clock)


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = entering.get_for(session, actor, row_id)
    company = None if row.legal_entity_id is None else session.get_one(LegalEntity, row.legal_entity_id).name
    return {
        "region": company or row.region,
        "leave_type": row.leave_type if row.leave_type in WORDS else None,
        **{name: getattr(row, name) for name in ("name_zh", "name_en", "first_day", "last_day", "papers", "law")},
        **{name: getattr(row, name) for name in SAID},
        "negative": {True: "yes", False: "no"}.get(row.negative) if row.negative is not None else None,
        "source": row.source,
    }


def _check(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> None:
    entering.check(session, actor, row_id, clock)


def _drop(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> None:
    entering.drop(session, actor, row_id, clock)


def _rows() -> Select[Any]:
    return select(LeaveRule.id).select_from(LeaveRule).outerjoin(
        LegalEntity, LegalEntity.id == LeaveRule.legal_entity_id
    )  # fmt: skip


LEAVE_RULES = ListSpec(
    name="leave_rules",
    title=msg("Rules of leave"),
    about=msg("What provinces and your companies say of kinds of leave. A row holds once a second person has checked "
              "it; what it leaves empty is as the wider region says."),
    thing=msg("rule of leave"),
    empty=msg("No row yet. Leave whose days no law of the country fixes is refused until the row of its region is "
              "here."),
    field_class="public",
    rows=_rows,
    key=LeaveRule.id,
    place=Place(legal_entity=LeaveRule.legal_entity_id),
    columns=(
        Column("leave_type", msg("Kind of leave"), "choice", LeaveRule.leave_type, choices=WORDS, filters=True,
               counts=True, opens=True),
        Column("name_zh", msg("Name of your own kind, Chinese"), "text", LeaveRule.name_zh, under="leave_type"),
        Column("region", msg("Holds in"), "text", LeaveRule.region, filters=True, shown=False),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True),
        Column("first_day", msg("From day"), "day", LeaveRule.first_day, filters=True),
        Column("last_day", msg("To day"), "day", LeaveRule.last_day, shown=False),
        Column("limited_by", msg("Limited by"), "choice", LeaveRule.limited_by, choices=LIMITS),
        Column("days", msg("Days"), "whole", LeaveRule.days),
        Column("unit", msg("Smallest part"), "choice", LeaveRule.unit, choices=UNITS, shown=False),
        Column("counts", msg("Days that count"), "choice", LeaveRule.counts, choices=COUNTS, shown=False),
        Column("state", msg("State"), "choice", LeaveRule.state, choices=entering.STATES, filters=True, counts=True,
               tones={"entered": "look"}),
        Column("law", msg("Title and number of the document"), "text", LeaveRule.law, searched=True),
        Column("source", msg("Address of the published text"), "text", LeaveRule.source, shown=False),
    ),
    form=FormSpec(FIELDS, _create, ("public", "manage"), _update, _load),
    bulk=(
        Bulk("check", msg("Checked: as its source says"), ("public", "manage"), _check,
             msg("{count} rows count from now on."), ask=msg("Have you compared {count} rows with their sources?")),
        Bulk("drop", msg("Drop"), ("public", "manage"), _drop, msg("{count} rows were dropped.")),
    ),
)  # fmt: skip
