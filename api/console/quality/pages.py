"""How good the scores are: blind ratings and calibration, impact ratios by group (A4, K1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.actors import account_names
from api.console.charts import intervals, position
from api.console.forms import Form
from api.console.frame import console_page, done
from api.console.quality.upload import uploaded_rows
from api.console.recruiting.report import told_answers
from api.context import Context
from api.deps import Ctx
from api.export import attachment, table_csv
from api.rescoring import features_of
from api.sessions import PageActor
from interview_engine.assessment.calibration.curve import MORE
from interview_engine.assessment.calibration.learn import LEAST_RATINGS
from interview_engine.assessment.comparing.fairness import AuditTable, GroupRow, finite
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.access.service import require
from interview_engine.hr.competency import service as competency
from interview_engine.hr.problems import missing
from interview_engine.hr.recruiting.applying import lists
from interview_engine.hr.recruiting.jobs.lists import titles_for
from interview_engine.hr.recruiting.reach import application_for, requisition_for
from interview_engine.hr.recruiting.reviewing import calibrations, impact, reviews
from interview_engine.hr.recruiting.tables import Assessment
from interview_engine.i18n import mark, msg
from interview_engine.store import audit
from interview_engine.store.rows import find

router = APIRouter()

RATIO_AXIS = 2.0
"""Impact ratios above it are drawn at the end of the axis; the table has the number."""
LEAST_FLAGGED = 10
"""People in a group before a ratio below four fifths is flagged: of two people one is half of them."""
ALARMS = {
    "severity": mark("half a level more lenient or severe than the others"),
    "drift": mark("has drifted by half a level"),
}


@router.get("/console/calibration")
def overview(request: Request, context: Ctx, actor: PageActor) -> Response:
    """Kits, and how many interviews each has to rate."""
    with context.database.reading() as session:
        require(actor, "interview", "write")
        kits = [kit for kit in competency.list_kits(session, actor) if kit.latest]
        ratings = calibrations.ratings_by_kit(session, actor)
    return console_page(request, actor, "quality/calibration.html", kits=kits, ratings=ratings)


@router.get("/console/calibration/{version_id}")
def kit_version(version_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """One kit version: what to rate, how far people agree, and its calibrations."""
    return _kit(version_id, request, context, actor)


@router.post("/console/calibration/{version_id}/fit")
def fit(version_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Fit a calibration to the ratings so far."""

    def change(session: Session) -> None:
        read, scorer_id = features_of(request, session, version_id)
        calibrations.calibrate_kit(session, actor, version_id, read, scorer_id, context.clock)

    return act(
        context,
        change,
        lambda _: done(f"/console/calibration/{version_id}", "fitted"),
        lambda problem: _kit(version_id, request, context, actor, problem),
    )


@router.post("/console/calibrations/{calibration_id}/activate")
def activate(calibration_id: str, context: Ctx, actor: PageActor) -> Response:
    """Make a calibration the active one."""
    return act(
        context,
        lambda session: calibrations.activate(session, actor, calibration_id, context.clock),
        lambda row: done(f"/console/calibration/{row.kit_version_id}", "activated"),
    )


@router.post("/console/calibration/{version_id}/deactivate")
def deactivate(version_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Score interviews of this kit without a calibration."""
    return act(
        context,
        lambda session: calibrations.deactivate(session, actor, version_id, context.clock),
        lambda _: done(f"/console/calibration/{version_id}", "saved"),
        lambda problem: _kit(version_id, request, context, actor, problem),
    )


@router.get("/console/rate/{assessment_id}")
def blind(assessment_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """An interview to rate: answers and anchors, nothing from the engine."""
    return _blind(assessment_id, request, context, actor)


@router.post("/console/rate/{assessment_id}")
def rate(assessment_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """The rating; competencies without a level are left out."""

    def change(session: Session) -> str:
        levels = {
            name.removeprefix("level."): form.number(name, 1, 5)
            for name, value in form.values().items()
            if name.startswith("level.") and value
        }
        reviews.rate_blind(session, actor, assessment_id, levels, context.clock, text=form.raw("note"))
        return session.get_one(Assessment, assessment_id).kit_version_id

    return act(
        context,
        change,
        lambda version_id: done(f"/console/calibration/{version_id}", "rated"),
        lambda problem: _blind(assessment_id, request, context, actor, problem),
    )


@router.get("/console/fairness")
def fairness(request: Request, context: Ctx, actor: PageActor, requisition: str = "") -> Response:
    """Choose a job and bring a table of groups."""
    return _fairness(request, context, actor, requisition)


@router.get("/console/fairness/{requisition_id}/table.csv")
def empty_table(requisition_id: str, context: Ctx, actor: PageActor) -> Response:
    """The table to fill in: a line an assessed application, one column an attribute."""
    with context.database.transaction() as session:
        row = requisition_for(session, actor, requisition_id, "interview", "export")
        scored = lists.scored_candidates(session, requisition_id)
        lines: list[list[str | float | int | None]] = [[key, name, "", ""] for key, name in scored]
        audit.record(
            session, actor.id, "ranking.export", f"requisition:{requisition_id}", {"form": "groups"}, context.clock
        )
    return attachment(
        table_csv(["application", "candidate", "sex", "age"], lines), "text/csv; charset=utf-8", f"{row.title}.csv"
    )


@router.post("/console/fairness")
def audited(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Impact ratios by the groups of an uploaded table, which is used and forgotten."""
    requisition_id = form.text("requisition")
    return act(
        context,
        lambda session: impact.impact_ratios(session, actor, requisition_id, _groups(form), context.clock),
        lambda tables: _fairness(request, context, actor, requisition_id, tables=tables),
        lambda problem: _fairness(request, context, actor, requisition_id, problem),
    )


def _kit(
    version_id: str, request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None
) -> Response:
    decides = may_at_all(actor, "interview", "decide")
    with context.database.reading() as session:
        require(actor, "interview", "write")
        row = competency.kit_version_within(session, actor, version_id)
        waiting = calibrations.to_rate(session, actor, version_id, limit=50)
        found = calibrations.agreement(session, actor, version_id) if decides else None
        fitted = calibrations.calibrations_of(session, actor, version_id) if decides else ()
        raters = found.raters if found is not None else ()
        names = account_names(session, [rater.name for rater in raters], [])
    return console_page(
        request,
        actor,
        "quality/calibration_kit.html",
        problem=problem,
        row=row,
        waiting=waiting,
        found=found,
        fitted=fitted,
        raters=[
            {
                "rater": rater,
                "name": names.get(f"account:{rater.name}", rater.name),
                "severity": finite(rater.severity),
            }
            for rater in raters
        ],
        alarms=ALARMS,
        least=LEAST_RATINGS,
        more=MORE,
        kappa=None
        if found is None or found.engine is None
        else intervals([(found.engine.kappa.value, found.engine.kappa.low, found.engine.kappa.high)], -0.2, 1.0)[0],
    )


def _blind(
    assessment_id: str, request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None
) -> Response:
    """Only answers are taken from the report: no score, quote or signal reaches the page. The reading is recorded under
    a name of its own, because having read the report is what ends blindness."""
    with context.database.transaction() as session:
        row = find(session, Assessment, assessment_id)
        if row is None:
            raise missing("assessment", msg("assessment"))
        application_for(session, actor, row.application_id, "interview", "write")
        asked = competency.kit(session, row.kit_version_id)
        document = json.loads(context.blobs.read(row.report_sha256))
        told = told_answers(session, context, actor, row.invitation_id, document)
        rated = reviews.ratable_competencies(session, assessment_id)
        audit.record(session, actor.id, "interview.read_blind", f"application:{row.application_id}", {}, context.clock)
    answers = [
        {
            "question": answer["question_text"],
            "text": (answer["transcript"] or {}).get("text", ""),
            "language": (answer["transcript"] or {}).get("language", "und"),
            "told": one,
        }
        for answer, one in zip(document["answers"], told, strict=True)
        if answer["transcript"] is not None or one is not None
    ]
    return console_page(
        request,
        actor,
        "quality/rate.html",
        problem=problem,
        row=row,
        kit=asked,
        competencies=[one for one in asked.competencies if one.id in rated],
        answers=answers,
    )


def _fairness(
    request: Request,
    context: Context,
    actor: Actor,
    requisition: str,
    problem: InterviewEngineError | None = None,
    tables: Sequence[AuditTable] | None = None,
) -> Response:
    with context.database.reading() as session:
        require(actor, "interview", "export")
        titles = titles_for(session, actor, "export")
    return console_page(
        request,
        actor,
        "quality/fairness.html",
        problem=problem,
        titles=titles,
        requisition=requisition,
        tables=None if tables is None else [_table(table) for table in tables],
        four_fifths=position(0.8, 0, RATIO_AXIS),
    )


def _table(table: AuditTable) -> dict[str, Any]:
    """A table with the geometry of its ratios."""
    lines = []
    for row in table.rows:
        drawn = None
        if row.impact_ratio is not None and row.ratio_low is not None and row.ratio_high is not None:
            drawn = intervals([(row.impact_ratio, row.ratio_low, row.ratio_high)], 0, RATIO_AXIS)[0]
        lines.append(
            {
                "row": row,
                "drawn": drawn,
                "difference": finite(row.standardised_difference),
                "low": finite(row.difference_low),
                "high": finite(row.difference_high),
            }
        )
    flagged = _flagged(table)
    return {"table": table, "lines": lines, "flagged": flagged, "below": len(flagged), "trend": _trend(table)}


def _flagged(table: AuditTable) -> list[GroupRow]:
    return [row for row in table.rows if row.below_four_fifths and row.n >= LEAST_FLAGGED]


def _trend(table: AuditTable) -> dict[str, Any]:
    """The table's groups by quarter: a line a group, a cell a quarter, None where nobody of the group applied in it."""
    by_quarter = [{row.group: row for row in part.rows} for part in table.periods]
    return {
        "quarters": [part.period.split("-") for part in table.periods],
        "lines": [{"group": row.group, "cells": [part.get(row.group) for part in by_quarter]} for row in table.rows],
        "flagged": [row for part in table.periods for row in _flagged(part)],
    }


def _groups(form: Form) -> dict[str, dict[str, str]]:
    """The uploaded table: column `application`, one column an attribute; `candidate` is for people only."""
    return {
        row.cells["application"]: {
            name: value for name, value in row.cells.items() if name not in ("application", "candidate") and value
        }
        for row in uploaded_rows(form, "table", ("application",))
    }
