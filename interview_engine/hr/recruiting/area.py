"""What recruiting hands over: jobs, applications, interviews, offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from interview_engine.hr.area import (
    Area,
    Fact,
    Found,
    Job,
    Module,
    PersonColumn,
    RequestKind,
    Subject,
    Watch,
    WorkKind,
    in_transaction,
)
from interview_engine.hr.onboarding import service as onboarding
from interview_engine.hr.people.tables import Department
from interview_engine.hr.recruiting import retention
from interview_engine.hr.recruiting.applying.lists import reached_names
from interview_engine.hr.recruiting.applying.pool_list import TALENT_POOL
from interview_engine.hr.recruiting.blob_owners import owners
from interview_engine.hr.recruiting.concerns import CONCERNS
from interview_engine.hr.recruiting.erasing import erase_applications, erase_interview, erase_recordings
from interview_engine.hr.recruiting.headcount.lists import HEADCOUNT
from interview_engine.hr.recruiting.headcount.service import Standing
from interview_engine.hr.recruiting.headcount.tables import HeadcountPlan
from interview_engine.hr.recruiting.hiring import joining, no_show, offers
from interview_engine.hr.recruiting.interviewing import invitation_states, uploads, work
from interview_engine.hr.recruiting.jobs import requisitions
from interview_engine.hr.recruiting.jobs.requisition_list import REQUISITIONS
from interview_engine.hr.recruiting.messages import MESSAGES
from interview_engine.hr.recruiting.reach import application_for, requisition_for
from interview_engine.hr.recruiting.tables import (
    Answer,
    AnswerLikeness,
    AnswerPrint,
    AnswerPrintBand,
    Application,
    ApplicationEvent,
    Assessment,
    BulkAction,
    CalibrationVersion,
    HumanRating,
    HumanReview,
    Invitation,
    Offer,
    Posting,
    Requisition,
    Resume,
    Upload,
    UploadPart,
)
from interview_engine.i18n import Text, msg

_TOLD = ("answer", "application", "interview", "invitation", "offer", "posting", "rating", "requisition", "resume")


def _requisition_seen(session: Session, actor: Any, requisition_id: str) -> None:
    requisition_for(session, actor, requisition_id, "public", "read")


def _application_seen(session: Session, actor: Any, application_id: str) -> None:
    application_for(session, actor, application_id, "interview", "read")


def _requisitions(session: Session, ids: Sequence[str]) -> Mapping[str, Found]:
    rows = session.execute(
        select(
            Requisition.id,
            Requisition.title,
            Requisition.headcount,
            Requisition.urgent,
            Requisition.plan_check,
            Department.name,
        )
        .join(Department, Department.id == Requisition.department_id)
        .where(Requisition.id.in_(ids))
    )
    return {
        row_id: Found(
            title,
            f"/console/requisitions/{row_id}/job",
            (
                (msg("Department", context="card"), department),
                (msg("To hire", context="card"), str(headcount)),
                *(((msg("Urgent", context="card"), "✓"),) if urgent else ()),
                *_over_plan(checked),
            ),
        )
        for row_id, title, headcount, urgent, checked, department in rows.tuples()
    }


def _over_plan(checked: Mapping[str, Any] | None) -> tuple[tuple[Text, str], ...]:
    """The card's line of a requisition over plan: in post − leaving + sought + wanted > planned."""
    if checked is None or (one := Standing(**checked)).over <= 0:
        return ()
    numbers = f"{one.in_post} − {one.leaving} + {one.sought} + {one.wanted} = {one.after} > {one.plan}"
    return ((msg("Over the headcount plan", context="card"), numbers),)


def _offers(session: Session, ids: Sequence[str]) -> Mapping[str, Found]:
    rows = session.execute(
        select(Offer.id, Offer.title, Offer.application_id, Department.name)
        .join(Application, Application.id == Offer.application_id)
        .join(Requisition, Requisition.id == Application.requisition_id)
        .join(Department, Department.id == Requisition.department_id)
        .where(Offer.id.in_(ids))
    )
    return {
        row_id: Found(
            title, f"/console/applications/{application_id}#offer", ((msg("Department", context="card"), department),)
        )
        for row_id, title, application_id, department in rows.tuples()
    }


def _places() -> Select[str, str, str]:
    return select(
        Application.person_id.label("person_id"),
        Requisition.department_id.label("department_id"),
        Requisition.legal_entity_id.label("legal_entity_id"),
    ).join(Requisition, Requisition.id == Application.requisition_id)


def _under_way(session: Session, company: str) -> Sequence[tuple[Text, int]]:
    """Open jobs, applicants under way, and offers that wait for an answer."""
    mine = Requisition.legal_entity_id == company
    jobs = select(func.count()).select_from(Requisition).where(mine, Requisition.state.in_(("open", "on_hold")))
    applied = (
        select(func.count()).select_from(Application).join(Requisition, Requisition.id == Application.requisition_id)
    )
    going = applied.where(mine, Application.stage.not_in(("hired", "rejected", "withdrawn", "not_started")))
    offered = applied.join(Offer, Offer.application_id == Application.id).where(mine, Offer.state == "sent")
    return (
        (msg("open jobs"), session.scalar(jobs) or 0),
        (msg("applicants under way"), session.scalar(going) or 0),
        (msg("offers that wait for an answer"), session.scalar(offered) or 0),
    )


AREA = Area(
    name="recruiting",
    module=Module(
        "recruiting",
        msg("Recruiting"),
        msg("Jobs, applicants, interviews, ranked lists and offers."),
        affected=_under_way,
        outside=msg(
            "Job pages and application forms say that the company is not taking applications at the moment, and whom "
            "to ask; no new invitation to an interview goes out. Who was invited before takes the interview to its "
            "end, and an offer that was sent can be answered."
        ),
    ),
    not_begun=no_show.not_begun,
    tables=(
        Answer,
        AnswerLikeness,
        AnswerPrint,
        AnswerPrintBand,
        Application,
        ApplicationEvent,
        Assessment,
        BulkAction,
        CalibrationVersion,
        HeadcountPlan,
        HumanRating,
        HumanReview,
        Invitation,
        Offer,
        Posting,
        Requisition,
        Resume,
        Upload,
        UploadPart,
    ),
    blobs=(
        Resume.blob_sha256,
        UploadPart.blob_sha256,
        Answer.blob_sha256,
        Answer.measured_blob,
        Assessment.report_sha256,
    ),
    blob_documents=(Assessment.frames,),
    blob_owners=owners,
    persons=(
        PersonColumn(Resume.person_id, "erased", "what somebody wrote of themselves"),
        PersonColumn(Application.person_id, "emptied", "counts of the past stay true"),
    ),
    places=(_places,),
    erase=erase_applications,
    erasures={"interview": erase_interview, "retention": erase_recordings},
    requests=(
        RequestKind(
            requisitions.KIND,
            msg("Requisition"),
            _requisitions,
            requisitions.approval_closed,
            (
                Fact("headcount", msg("Headcount")),
                Fact(
                    "over_plan",
                    msg("Over the headcount plan", context="fact"),
                    {"yes": msg("over"), "no": msg("within"), "no_plan": msg("no plan")},
                ),
            ),
            requisitions.facts_of,
        ),
        RequestKind(
            offers.KIND,
            msg("Offer"),
            _offers,
            offers.approval_closed,
            (Fact("monthly_pay", msg("Monthly pay, yuan")),),
            offers.facts_of,
        ),
        RequestKind(onboarding.KIND, msg("Joining", context="approval"), onboarding.found, joining.approval_closed),
    ),
    messages=MESSAGES,
    names={"application": reached_names},
    subjects=(
        *(Subject(name, told=True, concerns=CONCERNS.get(name)) for name in _TOLD),
        Subject("headcount"),
        Subject("assessment", told=True, concerns=CONCERNS["assessment"]),
        Subject("review", told=True, untold=frozenset({"score"}), concerns=CONCERNS["review"]),
        *(
            Subject(name)
            for name in ("answers", "applications", "calibration", "evidence", "media", "ranking", "report")
        ),
    ),
    jobs=(
        Job("invitations", 60.0, in_transaction(invitation_states.end_and_revive), by_date=True),
        Job("offers", 60.0, in_transaction(offers.expire), by_date=True),
        Job("retention", 3600.0, retention.plan_what_is_over, by_date=True),
        Job("planned deletions", 3600.0, retention.carry_out_plans, by_date=True),
        Job("uploads", 3600.0, uploads.clear, by_date=True),
    ),
    lists=(REQUISITIONS, TALENT_POOL, HEADCOUNT),
    watches=(
        Watch("requisition", _requisition_seen),
        Watch("application", _application_seen),
    ),
    work=(
        WorkKind(
            work.INTERVIEW,
            msg("Interview"),
            msg("Interviews"),
            work.pages_of_interviews,
            work.interview_ready,
            work.interviews_without_work,
            urgent=True,
            by_person=True,
        ),
        WorkKind(
            work.ANSWER,
            msg("Interview answer"),
            msg("Answers"),
            work.pages_of_answers,
            work.answer_ready,
            work.answers_without_work,
        ),
    ),
)
