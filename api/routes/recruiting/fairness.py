"""Impact ratios, channel quality, hiring times, agreement with people."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.routes.frame import Done, Id, IdField, IdQuery, In, Out, PageOut, list_out, new_router
from api.routes.recruiting.applications import RemarkOut
from interview_engine.assessment.comparing.fairness import AuditTable, GroupRow, finite
from interview_engine.hr.recruiting.reviewing import calibrations, impact
from interview_engine.hr.recruiting.rules import Stage
from interview_engine.hr.recruiting.tables import CalibrationVersion

DAYS = 180
"""How far back figures look unless somebody says otherwise."""

router = new_router("fairness")

Attribute = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00]+$")]


class GroupFields(In):
    """One application and the groups of its person."""

    application_id: IdField
    groups: dict[Attribute, Attribute] = Field(min_length=1, max_length=5, examples=[{"sex": "female"}])


class Groups(In):
    """The group memberships. They are used for this response and not stored."""

    people: list[GroupFields] = Field(min_length=1, max_length=50_000)


class GroupOut(Out):
    """One category of the table. Null where there are too few people to say."""

    group: list[str]
    n: int
    hits: int
    rate: float
    impact_ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    standardised_difference: float | None
    difference_low: float | None
    difference_high: float | None
    left_out: bool = Field(description="Under 2 % of the data.")
    below_four_fifths: bool


class QuarterOut(Out):
    """The people who applied in one quarter of a year, by themselves."""

    year: int
    quarter: int
    rows: list[GroupOut]
    n: int


class ImpactTable(Out):
    """Rates by one attribute or by the intersection of several."""

    kind: Literal["selection", "scoring"]
    attributes: list[str]
    rows: list[GroupOut]
    n: int
    unknown: int
    undecided: int
    median_score: float | None
    quarters: list[QuarterOut] = Field(description="By the quarter of application; empty when all are of one.")


class EstimateOut(Out):
    """A value with its 95 % interval and the number of cases behind it."""

    value: float
    low: float
    high: float
    n: int


class ChannelOut(Out):
    """Applications, hires and cost in yuan of one channel."""

    channel: str
    applications: int
    assessed: int
    hired: int
    cost: Decimal
    cost_per_application: Decimal | None
    cost_per_hire: Decimal | None
    score: EstimateOut | None
    hire_rate: EstimateOut | None
    above_bar: EstimateOut | None
    gap: EstimateOut | None
    advice: Literal["best", "alike", "less", "too_few"]
    reason: RemarkOut


class DurationsOut(Out):
    """How long something took, in hours."""

    n: int
    quarter: float
    median: float
    three_quarters: float
    nine_tenths: float


class StageTimeOut(Out):
    """One stage of the funnel."""

    stage: Stage
    reached: int
    share: EstimateOut | None
    stay: DurationsOut | None


class HiringTimesOut(Out):
    """How long hiring takes."""

    since: datetime
    applications: int
    hired: int
    to_hire: DurationsOut | None
    to_assess_minutes: float | None
    applications_per_hire: float | None
    stages: list[StageTimeOut]


class ToRateOut(Out):
    """An interview that this account may still rate blind."""

    assessment_id: str
    application_id: str
    ratings: int


class CalibrationOut(Out):
    """A fitted calibration of a kit version."""

    id: str
    kit_version_id: str
    version: int
    summary: dict[str, Any]
    active: bool
    created_at: datetime


@router.post("/requisitions/{requisition_id}/impact-ratios")
def compute_impact_ratios(
    requisition_id: Id, body: Groups, call: Annotated[Call, needs("interview", "export")]
) -> PageOut[ImpactTable]:
    """Impact ratios in the form of Local Law 144, by groups given here, which are not stored."""
    groups = {one.application_id: one.groups for one in body.people}

    def work(session: Session) -> PageOut[ImpactTable]:
        return list_out(impact.impact_ratios(session, call.actor, requisition_id, groups, call.clock), _table)

    return call.once(work)


@router.get("/channels")
def list_channels(
    call: Annotated[Call, needs("interview", "read")], requisition_id: IdQuery | None = None
) -> PageOut[ChannelOut]:
    """Which channels bring good candidates at what cost, best first."""
    found = call.context.figures.get(call.actor, requisition_id, DAYS)
    return list_out(found.rows, ChannelOut.model_validate)


@router.get("/hiring-times")
def get_hiring_times(
    call: Annotated[Call, needs("interview", "read")],
    requisition_id: IdQuery | None = None,
    days: Annotated[int, Query(ge=1, le=3650)] = DAYS,
) -> HiringTimesOut:
    """Durations and the funnel of what happened in the last days; recalculated every five minutes."""
    return HiringTimesOut.model_validate(call.context.figures.get(call.actor, requisition_id, days).times)


@router.get("/kits/{kit_version_id}/to-rate")
def list_interviews_to_rate(
    kit_version_id: Id, call: Annotated[Call, needs("interview", "write")]
) -> PageOut[ToRateOut]:
    """Interviews that this account has neither rated nor read the report of."""
    with call.reading() as session:
        return list_out(calibrations.to_rate(session, call.actor, kit_version_id), ToRateOut.model_validate)


@router.get("/kits/{kit_version_id}/calibrations")
def list_calibrations(
    kit_version_id: Id, call: Annotated[Call, needs("interview", "decide")]
) -> PageOut[CalibrationOut]:
    """Every calibration of a kit version, newest first."""
    with call.reading() as session:
        return list_out(calibrations.calibrations_of(session, call.actor, kit_version_id), _calibration)


@router.post("/calibrations/{calibration_id}/activate")
def activate_calibration(calibration_id: Id, call: Annotated[Call, needs("public", "manage")]) -> CalibrationOut:
    """Make a calibration the active one for new assessments."""
    return call.once(lambda s: _calibration(calibrations.activate(s, call.actor, calibration_id, call.clock)))


@router.post("/kits/{kit_version_id}/deactivate-calibration")
def deactivate_calibration(kit_version_id: Id, call: Annotated[Call, needs("public", "manage")]) -> Done:
    """Score without a calibration."""

    def work(session: Session) -> Done:
        calibrations.deactivate(session, call.actor, kit_version_id, call.clock)
        return Done()

    return call.once(work)


def _table(table: AuditTable) -> ImpactTable:
    return ImpactTable(
        kind=table.kind,
        attributes=list(table.attributes),
        rows=[_group(row) for row in table.rows],
        n=table.n,
        unknown=table.unknown,
        undecided=table.undecided,
        median_score=finite(table.median_score),
        quarters=[_part(part) for part in table.periods],
    )


def _part(table: AuditTable) -> QuarterOut:
    year, _, quarter = table.period.partition("-")
    return QuarterOut(year=int(year), quarter=int(quarter), rows=[_group(row) for row in table.rows], n=table.n)


def _group(row: GroupRow) -> GroupOut:
    return GroupOut(
        group=list(row.group),
        n=row.n,
        hits=row.hits,
        rate=row.rate,
        impact_ratio=finite(row.impact_ratio),
        ratio_low=finite(row.ratio_low),
        ratio_high=finite(row.ratio_high),
        standardised_difference=finite(row.standardised_difference),
        difference_low=finite(row.difference_low),
        difference_high=finite(row.difference_high),
        left_out=row.left_out,
        below_four_fifths=row.below_four_fifths,
    )


def _calibration(row: CalibrationVersion) -> CalibrationOut:
    return CalibrationOut.model_validate(row)
