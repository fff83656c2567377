"""Reviews by people after the assessment: decisions, overrides, notes, re-ratings, blind ratings (A18).

Only people decide. A reason is always kept. The engine's score stays beside whatever a person gives.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.assessment.calibration.panel import LEVEL_POINTS, Rating
from interview_engine.clock import Clock
from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import visible
from interview_engine.hr.competency.service import kit
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.recruiting import notices
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.reach import (
    application_for,
    change_stage,
    invitation_of,
    note_event,
    settle_messages,
)
from interview_engine.hr.recruiting.reviewing.shortlist_page import AT_ONCE
from interview_engine.hr.recruiting.rules import DECISIONS, OPEN_STAGES, Decision
from interview_engine.hr.recruiting.tables import (
    Application,
    Assessment,
    HumanRating,
    HumanReview,
    Invitation,
    Requisition,
)
from interview_engine.i18n import joined, msg
from interview_engine.store import audit
from interview_engine.store.rows import batched, find, stamp, touch
from interview_engine.store.tables import AuditEvent

LEAST_REASON = 3
MAX_REASON = 2000


def decide(
    session: Session, actor: Actor, application_id: str, decision: Decision, reason: str, clock: Clock
) -> HumanReview:
    """Record a person's decision: "advance" to an offer, "hold" for now, or "reject". Open review flags are settled.

    Raises:
        PermissionDenied: not a person, or out of reach. InvalidInput: `input.required` (reason), `review.decision`.
        ConflictError: `application.move` (hired, withdrawn, decided the same way already).
    """
    application, _ = application_for(session, actor, application_id, "interview", "decide", lock=True)
    _people_only(actor)
    if decision not in DECISIONS:
        raise invalid(
            "decision",
            "review.decision",
            msg("There is no such decision."),
            msg("Choose one of {listed}.", listed=joined(DECISIONS)),
        )
    clean = text_within(reason, "reason", msg("reason"), MAX_REASON, least=LEAST_REASON)
    if decision == "reject":
        invitations.revoke_open(session, actor, application.id, clock)
        change_stage(session, actor, application, "rejected", clean, clock, kind="decision")
    elif decision == "advance":
        change_stage(session, actor, application, "offer", clean, clock, kind="decision")
    elif application.stage not in OPEN_STAGES:
        raise conflict("application.move", msg("The application is over."))
    else:
        note_event(session, actor, application, "decision", clock, reason=clean, detail={"decision": decision})
    _settle(session, application, clock)
    return _review(session, actor, application, "decision", clean, clock, decision=decision)


def take_back_decision(
    session: Session, actor: Actor, application: Application, section: str | None, clock: Clock
) -> None:
    """Note that the last decision on a locked application was taken back, and let it ask for a person as before.

    Args:
        section: where it stood in the list before the decision.
    """
    if section == "needs_review" and application.section == "ranked":
        application.section = section
    _review(session, actor, application, "decision", "", clock, decision="taken_back")


def override(
    session: Session,
    actor: Actor,
    application_id: str,
    competency_code: str | None,
    score: float,
    reason: str,
    clock: Clock,
) -> HumanReview:
    """Record a person's own score (0..10) for a competency, or for the whole interview with None.

    Raises:
        ConflictError: `review.no_assessment`. InvalidInput: `review.score`, `review.competency`, no reason.
    """
    application, _ = application_for(session, actor, application_id, "interview", "decide", lock=True)
    _people_only(actor)
    assessment = _counting(session, application)
    if not 0 <= score <= 10:
        raise invalid("score", "review.score", msg("A score is from 0 to 10."), msg("Change it."))
    if competency_code is not None and competency_code not in {one["id"] for one in assessment.competencies}:
        raise invalid(
            "competency",
            "review.competency",
            msg("This interview has no such competency."),
            msg("Choose another."),
        )
    clean = text_within(reason, "reason", msg("reason"), MAX_REASON, least=LEAST_REASON)
    if competency_code is None:
        application.human_score = score
    _settle(session, application, clock)
    touch(application, actor.id, clock)
    detail: dict[str, object] = {"competency": competency_code, "score": score}
    note_event(session, actor, application, "override", clock, reason=clean, detail=detail)
    return _review(session, actor, application, "override", clean, clock, competency=competency_code, score=score)


def note(session: Session, actor: Actor, application_id: str, text: str, clock: Clock) -> HumanReview:
    """Record that a person has reviewed the interview, with a note; open review flags are settled."""
    application, _ = application_for(session, actor, application_id, "interview", "write", lock=True)
    _people_only(actor)
    clean = text_within(text, "reason", msg("note"), MAX_REASON, least=LEAST_REASON)
    _settle(session, application, clock)
    touch(application, actor.id, clock)
    return _review(session, actor, application, "note", clean, clock)


def request_rerating(session: Session, actor: Actor, invitation: Invitation, reason: str, clock: Clock) -> HumanReview:
    """The candidate requests a review by a person; repeating it while one is open changes nothing.

    Raises:
        ConflictError: `invitation.state`, nothing has been submitted yet.
    """
    row = invitation_of(session, actor, invitation.id)
    if row.state != "submitted":
        raise conflict("invitation.state", msg("The interview has not been submitted yet."))
    application = find(session, Application, row.application_id, lock=True)
    requisition = find(session, Requisition, application.requisition_id) if application is not None else None
    if application is None or requisition is None:
        raise missing("application", msg("application"))
    there = session.scalars(
        select(HumanReview).where(
            HumanReview.application_id == application.id,
            HumanReview.kind == "rerating_request",
            HumanReview.resolved_at.is_(None),
        )
    ).first()
    if there is not None:
        return there
    clean = text_within(reason, "reason", msg("reason", context="cue"), MAX_REASON, least=0)
    review = _review(session, actor, application, "rerating_request", clean, clock)
    if application.section == "ranked":
        application.section = "needs_review"
        touch(application, actor.id, clock)
    note_event(session, actor, application, "rerating_requested", clock)
    notices.rerating_requested(session, review.id, requisition, application.id, clock)
    return review


def answer_rerating(session: Session, actor: Actor, request_id: str, text: str, clock: Clock) -> HumanReview:
    """Record the finding of a requested review and tell the candidate. Own scores go through `override`.

    Raises:
        NotFoundError. ConflictError: `review.answered`.
    """
    request = find(session, HumanReview, request_id, lock=True)
    if request is None or request.kind != "rerating_request":
        raise missing("rerating", msg("request for re-rating"))
    application, requisition = application_for(session, actor, request.application_id, "interview", "decide", lock=True)
    _people_only(actor)
    if request.resolved_at is not None:
        raise conflict("review.answered", msg("This request has been answered."))
    clean = text_within(text, "reason", msg("reply"), MAX_REASON, least=LEAST_REASON)
    request.resolved_at = clock.now()
    touch(request, actor.id, clock)
    _settle(session, application, clock)
    note_event(session, actor, application, "rerated", clock)
    notices.rerating_answered(session, request.id, application.person_id, requisition, clock)
    return _review(session, actor, application, "rerating", clean, clock)


def reviews_of(session: Session, actor: Actor, application_id: str) -> tuple[HumanReview, ...]:
    """All reviews of an application, oldest first."""
    application_for(session, actor, application_id, "interview", "read")
    return tuple(
        session.scalars(
            select(HumanReview).where(HumanReview.application_id == application_id).order_by(HumanReview.id)
        )
    )


def latest_rerating(session: Session, application_id: str) -> HumanReview | None:
    """The latest request of the candidate for a review by a person, or the answer to it; None without either.

    The caller has checked that this is the candidate's own.
    """
    return session.scalars(
        select(HumanReview)
        .where(HumanReview.application_id == application_id, HumanReview.kind.in_(("rerating_request", "rerating")))
        .order_by(HumanReview.id.desc())
        .limit(1)
    ).one_or_none()


def rate_blind(
    session: Session, actor: Actor, assessment_id: str, levels: Mapping[str, float], clock: Clock, *, text: str = ""
) -> tuple[HumanRating, ...]:
    """Rate competencies of an interview on the anchors 1..5 without having seen the engine's scores.

    Who has opened the report of this application can no longer rate it blind: the audit trail knows.

    Raises:
        ConflictError: `rating.not_blind`, `rating.given`. InvalidInput: `rating.level`, `rating.competency`.
    """
    assessment = find(session, Assessment, assessment_id)
    if assessment is None:
        raise missing("assessment", msg("assessment"))
    application_for(session, actor, assessment.application_id, "interview", "write")
    _people_only(actor)
    _check_levels(assessment, levels)
    if _has_read(session, actor, assessment.application_id):
        raise conflict(
            "rating.not_blind",
            msg("You have read this report, so your rating would not be blind."),
            msg("Rate an interview that you have not seen."),
        )
    given = session.scalars(
        select(HumanRating).where(
            HumanRating.assessment_id == assessment_id, HumanRating.account_id == actor.account_id
        )
    ).all()
    if given:
        if {row.competency_code: row.level for row in given} == dict(levels):
            return tuple(given)
        raise conflict("rating.given", msg("You have rated this interview already."))
    rows = tuple(
        HumanRating(
            **stamp(actor.id, clock),
            assessment_id=assessment_id,
            competency_code=code,
            account_id=actor.account_id,
            level=level,
            note=text_within(text, "note", msg("note"), MAX_REASON, least=0),
        )
        for code, level in sorted(levels.items())
    )
    session.add_all(rows)
    session.flush()
    detail = {"competencies": sorted(levels)}
    audit.record(session, actor.id, "rating.give", f"assessment:{assessment_id}", detail, clock)
    return rows


def ratings_of_kit(session: Session, kit_version_id: str, *, within: Actor | None = None) -> tuple[Rating, ...]:
    """All blind ratings of a kit version on 0..10, in the order given; `interview` is the assessment's id and `rater`
    the account's. For calibration; people's names are not in it.

    Args:
        within: only of interviews that this actor may decide on.
    """
    statement = (
        select(HumanRating.assessment_id, HumanRating.competency_code, HumanRating.account_id, HumanRating.level)
        .join(Assessment, Assessment.id == HumanRating.assessment_id)
        .where(Assessment.kit_version_id == kit_version_id)
        .order_by(HumanRating.id)
    )
    rows = session.execute(statement).tuples().all()
    if within is not None:
        reached = _decidable(session, within, {interview for interview, *_ in rows})
        rows = [row for row in rows if row[0] in reached]
    return tuple(Rating(interview, code, rater, LEVEL_POINTS * (level - 1)) for interview, code, rater, level in rows)


def _decidable(session: Session, actor: Actor, assessment_ids: Collection[str]) -> set[str]:
    """The assessments among these that the actor may decide on.

    Asked by id: in one statement with the ratings, a plan may begin at all assessments of the kit.
    """
    place = (Requisition.department_id, Requisition.legal_entity_id, Application.person_id)
    found: set[str] = set()
    for ids in batched(assessment_ids, AT_ONCE):
        found.update(
            session.scalars(
                select(Assessment.id)
                .join(Application, Application.id == Assessment.application_id)
                .join(Requisition, Requisition.id == Application.requisition_id)
                .where(Assessment.id.in_(ids), visible(actor, "interview", "decide", *place))
            )
        )
    return found


def ratable_competencies(session: Session, assessment_id: str) -> tuple[str, ...]:
    """The codes that can be rated for an assessment: those of its kit that are scored by content."""
    assessment = find(session, Assessment, assessment_id)
    if assessment is None:
        raise missing("assessment", msg("assessment"))
    return tuple(c.id for c in kit(session, assessment.kit_version_id).competencies if not c.is_delivery)


def _check_levels(assessment: Assessment, levels: Mapping[str, float]) -> None:
    known = {one["id"] for one in assessment.competencies if not one["is_delivery"]}
    if not levels:
        raise invalid(
            "levels",
            "rating.level",
            msg("Rate at least one competency."),
            msg("Choose a level."),
        )
    for code, level in levels.items():
        if code not in known:
            raise invalid(
                f"levels.{code}",
                "rating.competency",
                msg("This interview has no such competency."),
                msg("Choose another."),
            )
        if level not in (1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5):
            raise invalid(
                f"levels.{code}",
                "rating.level",
                msg("A level is from 1 to 5, in steps of 0.5."),
                msg("Change it."),
            )


def _has_read(session: Session, actor: Actor, application_id: str) -> bool:
    statement = select(AuditEvent.sequence).where(
        AuditEvent.subject == f"application:{application_id}",
        AuditEvent.action == "report.read",
        AuditEvent.actor == actor.id,
    )
    return session.scalars(statement.limit(1)).one_or_none() is not None


def _settle(session: Session, application: Application, clock: Clock) -> None:
    """Settle the review flags of an assessment and what colleagues were told. One that cannot be assessed stays so."""
    session.flush()
    settle_messages(session, application.id, clock)
    if application.section == "needs_review":
        application.section = "ranked" if application.score_value is not None else None


def _counting(session: Session, application: Application) -> Assessment:
    row = find(session, Assessment, application.assessment_id) if application.assessment_id else None
    if row is None:
        raise conflict("review.no_assessment", msg("There is no assessment yet."))
    return row


def _review(
    session: Session,
    actor: Actor,
    application: Application,
    kind: str,
    reason: str,
    clock: Clock,
    *,
    decision: str | None = None,
    competency: str | None = None,
    score: float | None = None,
) -> HumanReview:
    row = HumanReview(
        **stamp(actor.id, clock),
        application_id=application.id,
        assessment_id=application.assessment_id,
        account_id=actor.account_id,
        kind=kind,
        decision=decision,
        competency_code=competency,
        score=score,
        reason=reason,
    )
    session.add(row)
    session.flush()
    detail = {"review": row.id, "decision": decision, "competency": competency, "score": score}
    audit.record(session, actor.id, f"review.{kind}", f"application:{application.id}", detail, clock)
    return row


def _people_only(actor: Actor) -> None:
    if actor.account_id is None:
        raise PermissionDenied(
            "review.people_only",
            msg("Only a person can decide."),
            msg("Sign in with an account."),
        )
