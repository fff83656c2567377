"""From blind ratings to a calibration of a kit version: how far people agree, the fit, and which one counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from interview_engine.assessment.calibration.agreement import IntraclassCorrelation
from interview_engine.assessment.calibration.calibration import (
    Calibration,
    from_document,
    to_document,
)
from interview_engine.assessment.calibration.features import Features
from interview_engine.assessment.calibration.learn import calibrate, check_minimum
from interview_engine.assessment.calibration.panel import Agreement, Panel, Rater, among, compare, panel
from interview_engine.assessment.fulfilment import MEASURE, Measure, fulfilment
from interview_engine.assessment.scoring import level_of
from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require, scoped
from interview_engine.hr.competency.service import (
    kit,
    kit_version_to_change,
    kit_version_within,
    versions_of,
)
from interview_engine.hr.problems import missing
from interview_engine.hr.recruiting.reviewing.reviews import ratings_of_kit
from interview_engine.hr.recruiting.reviewing.shortlist_page import AT_ONCE
from interview_engine.hr.recruiting.tables import (
    Application,
    Assessment,
    CalibrationVersion,
    HumanRating,
    Requisition,
)
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import batched, find, stamp, touch
from interview_engine.store.tables import AuditEvent

MEASURED, LEAST_MEASURED = 500, 5
FULL_PERCENT = 99.5
"""Shown as 100 %."""

ReadFeatures = Callable[[Sequence[str]], Mapping[tuple[str, str], Features]]
"""From assessment ids to the scorer's features by (assessment id, competency); it needs the text models, so whoever
has them passes it in."""


@dataclass(frozen=True, slots=True)
class KitAgreement:
    """What the blind ratings of a kit version say so far.

    Args:
        raters: `name` is the account's id; severity in points of 10, positive is lenient.
        human, human_kappa: among raters, on interviews that the same people rated; None before there are two.
        engine: the score against the raters' mean (severity taken out); None before there are two items.
        measures: None with fewer than five interviews.
    """

    ratings: int
    interviews: int
    shared_interviews: int
    raters: tuple[Rater, ...]
    human: IntraclassCorrelation | None
    human_kappa: float | None
    engine: Agreement | None
    measures: Measures | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """How far both measures of fulfilment tell people apart, over the newest interviews of a kit version.

    Args:
        interviews: how many it was computed over, at most `MEASURED`.
        before, now: lowest, middle half and highest match in percent by fulfilment/1 and by the measure in use.
        full_before, full_now: interviews at 99.5 % or more.
    """

    interviews: int
    before: tuple[float, float, float, float]
    now: tuple[float, float, float, float]
    full_before: int
    full_now: int


@dataclass(frozen=True, slots=True)
class ToRate:
    """An interview that this person may still rate blind."""

    assessment_id: str
    application_id: str
    ratings: int


def agreement(session: Session, actor: Actor, kit_version_id: str) -> KitAgreement:
    """How far raters agree with each other and the engine with them, for one kit version and the interviews that the
    actor may decide on.

    Raises:
        PermissionDenied: needs "interview" decide. NotFoundError: the kit version.
    """
    require(actor, "interview", "decide")
    kit_version_within(session, actor, kit_version_id)
    rated = panel(ratings_of_kit(session, kit_version_id, within=actor))
    if not rated.items:
        return KitAgreement(0, 0, 0, (), None, None, None, measures(session, kit_version_id))
    table = rated.shared()
    enough = min(table.shape) >= 2 if table.ndim == 2 else False
    human, kappa = among(table) if enough else (None, None)
    return KitAgreement(
        int(np.isfinite(rated.table).sum()),
        len(rated.interviews),
        rated.shared_interviews(),
        rated.describe(),
        human,
        kappa,
        _engine(session, rated),
        measures(session, kit_version_id),
    )


def measures(session: Session, kit_version_id: str) -> Measures | None:
    """Both measures of the match over the newest interviews of a kit version; None with fewer than five."""
    rows = session.scalars(
        select(Assessment.competencies)
        .where(Assessment.kit_version_id == kit_version_id, Assessment.status != "cannot_assess")
        .order_by(Assessment.id.desc())
        .limit(MEASURED)
    ).all()
    if len(rows) < LEAST_MEASURED:
        return None
    before = np.array([_match(row, "fulfilment/1") for row in rows])
    now = np.array([_match(row, MEASURE) for row in rows])
    return Measures(len(rows), _spread(before), _spread(now), _full(before), _full(now))


def _match(competencies: Sequence[Mapping[str, Any]], measure: Measure) -> float:
    scored = [one for one in competencies if one["score"] is not None]
    weight = float(sum(one["weight"] for one in scored))
    met = sum(one["weight"] * fulfilment(level_of(one["score"]), one["required_level"], measure) for one in scored)
    return 100 * float(met) / weight


def _spread(values: NDArray[np.float64]) -> tuple[float, float, float, float]:
    low, lower, upper, high = (float(one) for one in np.quantile(values, (0, 0.25, 0.75, 1)))
    return low, lower, upper, high


def _full(values: NDArray[np.float64]) -> int:
    return int((values >= FULL_PERCENT).sum())


def to_rate(session: Session, actor: Actor, kit_version_id: str, *, limit: int = 20) -> tuple[ToRate, ...]:
    """Interviews of a kit version that this person has neither rated nor read the report of: those that one other
    has rated first (two on one interview are what agreement is measured on), then the newest."""
    require(actor, "interview", "write")
    raters = func.count(func.distinct(HumanRating.account_id))
    by_interview = select(HumanRating.assessment_id).group_by(HumanRating.assessment_id)
    once = _ratable(actor, kit_version_id, literal(1)).where(Assessment.id.in_(by_interview.having(raters == 1)))
    found = [ToRate(*row) for row in session.execute(once.limit(limit)).tuples()]
    if len(found) < limit:
        counts = by_interview.add_columns(raters.label("raters")).subquery()
        rest = _ratable(actor, kit_version_id, func.coalesce(counts.c.raters, 0))
        rest = rest.outerjoin(counts, counts.c.assessment_id == Assessment.id)
        rest = rest.where(func.coalesce(counts.c.raters, 0) != 1).limit(limit - len(found))
        found += [ToRate(*row) for row in session.execute(rest).tuples()]
    return tuple(found)


def _ratable(actor: Actor, kit_version_id: str, raters: Any) -> Any:
    """Interviews of a kit version that this person has neither rated nor read, newest first: by index, so that a kit
    with thousands of interviews takes no longer."""
    own = select(HumanRating.assessment_id).where(HumanRating.account_id == (actor.account_id or ""))
    read = select(AuditEvent.subject).where(AuditEvent.actor == actor.id, AuditEvent.action == "report.read")
    return scoped(
        select(Assessment.id, Assessment.application_id, raters)
        .join(Application, Application.assessment_id == Assessment.id)
        .join(Requisition, Requisition.id == Application.requisition_id)
        .where(
            Assessment.kit_version_id == kit_version_id,
            Assessment.id.not_in(own),
            (literal("application:") + Assessment.application_id).not_in(read),
        )
        .order_by(Assessment.id.desc()),
        actor,
        "interview",
        "write",
        department=Requisition.department_id,
        legal_entity=Requisition.legal_entity_id,
        person=Application.person_id,
    )


def calibrate_kit(
    session: Session, actor: Actor, kit_version_id: str, read_features: ReadFeatures, scorer_id: str, clock: Clock
) -> CalibrationVersion:
    """Fit a calibration to the blind ratings and store it as the next version; it takes effect once activated.

    Raises:
        UsageError: `calibration.too_few`, `calibration.flat`.
        PermissionDenied: needs "public" manage.
    """
    kit_version_to_change(session, actor, kit_version_id)
    source = kit(session, kit_version_id)
    rated = panel(ratings_of_kit(session, kit_version_id))
    check_minimum(rated)
    rows = session.execute(
        select(Assessment.id, Application.person_id)
        .join(Application, Application.id == Assessment.application_id)
        .where(Assessment.id.in_(rated.interviews))
    ).tuples()
    people = dict(rows.all())
    earlier = _earlier(session, source.id, kit_version_id, scorer_id)
    found = calibrate(source, scorer_id, rated, read_features(rated.interviews), people, earlier)
    highest = session.scalar(
        select(func.max(CalibrationVersion.version)).where(CalibrationVersion.kit_version_id == kit_version_id)
    )
    row = CalibrationVersion(
        **stamp(actor.id, clock),
        kit_version_id=kit_version_id,
        version=(highest or 0) + 1,
        document=to_document(found),
        summary=_summary(found),
        active=False,
    )
    session.add(row)
    session.flush()
    detail = {"version": row.version, "shape": found.shape, "ratings": found.ratings}
    audit.record(session, actor.id, "calibration.fit", f"calibration_version:{row.id}", detail, clock)
    return row


def activate(session: Session, actor: Actor, calibration_id: str, clock: Clock) -> CalibrationVersion:
    """Make a calibration the active one for new assessments; it replaces the one before."""
    require(actor, "public", "manage")
    row = find(session, CalibrationVersion, calibration_id, lock=True)
    if row is None:
        raise missing("calibration", msg("calibration"))
    kit_version_to_change(session, actor, row.kit_version_id)
    _switch_off(session, actor, row.kit_version_id, clock)
    row.active = True
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "calibration.activate", f"calibration_version:{row.id}", {}, clock)
    return row


def deactivate(session: Session, actor: Actor, kit_version_id: str, clock: Clock) -> None:
    """Score without a calibration."""
    kit_version_to_change(session, actor, kit_version_id)
    _switch_off(session, actor, kit_version_id, clock)
    audit.record(session, actor.id, "calibration.deactivate", f"kit_version:{kit_version_id}", {}, clock)


def active_calibration(session: Session, kit_version_id: str) -> Calibration | None:
    """The active calibration of a kit version, for the scorer; None without one."""
    row = session.scalars(
        select(CalibrationVersion).where(CalibrationVersion.kit_version_id == kit_version_id, CalibrationVersion.active)
    ).first()
    return None if row is None else from_document(row.document)


def _earlier(session: Session, kit_id: str, kit_version_id: str, scorer_id: str) -> Calibration | None:
    """The newest calibration that is in use for another version of the kit, over the same scorer: the layer beneath."""
    rows = session.scalars(
        select(CalibrationVersion)
        .where(
            CalibrationVersion.kit_version_id.in_(versions_of(kit_id)),
            CalibrationVersion.kit_version_id != kit_version_id,
            CalibrationVersion.active,
        )
        .order_by(CalibrationVersion.id.desc())
    )
    found = (from_document(row.document) for row in rows)
    return next((one for one in found if one.scorer == scorer_id and one.weights), None)


def calibrations_of(session: Session, actor: Actor, kit_version_id: str) -> tuple[CalibrationVersion, ...]:
    """Every calibration of a kit version, newest first."""
    require(actor, "interview", "decide")
    kit_version_within(session, actor, kit_version_id)
    statement = select(CalibrationVersion).where(CalibrationVersion.kit_version_id == kit_version_id)
    return tuple(session.scalars(statement.order_by(CalibrationVersion.version.desc())))


def _engine(session: Session, rated: Panel) -> Agreement | None:
    scores: dict[tuple[str, str], float] = {}
    people: dict[str, str] = {}
    rows = session.execute(
        select(Assessment.id, Assessment.competencies, Application.person_id)
        .join(Application, Application.id == Assessment.application_id)
        .where(Assessment.id.in_(rated.interviews))
    ).tuples()
    for assessment_id, competencies, person_id in rows:
        people[assessment_id] = person_id
        scores |= {(assessment_id, one["id"]): one["score"] for one in competencies if one["score"] is not None}
    fair = rated.fair()
    places = [place for place, item in enumerate(rated.items) if item in scores]
    if len(places) < 2:
        return None
    engine = np.array([scores[rated.items[place]] for place in places])
    return compare(engine, fair[places], [people[rated.items[place][0]] for place in places])


def _summary(found: Calibration) -> dict[str, Any]:
    figures = asdict(found.figures)
    return {
        "shape": found.shape,
        "ratings": found.ratings,
        "interviews": found.interviews,
        "raters": len(found.raters),
        "band": found.band,
        "sha256": found.sha256,
        "curve": [[point.ratings, round(point.error, 2)] for point in found.curve],
        "worth": None if found.worth is None else [round(found.worth.now, 2), round(found.worth.then, 2)],
        "prior": found.prior_id,
        **{name: value if value == value else None for name, value in figures.items()},
    }


def _switch_off(session: Session, actor: Actor, kit_version_id: str, clock: Clock) -> None:
    rows = session.scalars(
        select(CalibrationVersion)
        .where(CalibrationVersion.kit_version_id == kit_version_id, CalibrationVersion.active)
        .with_for_update()
    )
    for row in rows:
        row.active = False
        touch(row, actor.id, clock)


def ratings_by_kit(session: Session, actor: Actor) -> Counter[str]:
    """Blind ratings by kit version, of interviews that the actor may rate. From the ratings, which are few, to their
    interviews, never the other way round."""
    by_interview = dict(
        session.execute(select(HumanRating.assessment_id, func.count()).group_by(HumanRating.assessment_id))
        .tuples()
        .all()
    )
    found: Counter[str] = Counter()
    for ids in batched(by_interview, AT_ONCE):
        kits = scoped(
            select(Assessment.id, Assessment.kit_version_id)
            .join(Application, Application.id == Assessment.application_id)
            .join(Requisition, Requisition.id == Application.requisition_id)
            .where(Assessment.id.in_(ids)),
            actor,
            "interview",
            "write",
            department=Requisition.department_id,
            legal_entity=Requisition.legal_entity_id,
            person=Application.person_id,
        )
        for key, version in session.execute(kits).tuples():
            found[version] += by_interview[key]
    return found
