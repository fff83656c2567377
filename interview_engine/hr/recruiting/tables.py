"""Tables of recruiting: what is sought, who applied, what they answered, what it was worth, what a person decided."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row
from interview_engine.store.ids import ID_LENGTH
from interview_engine.store.money import WholeYuan, Yuan


class Requisition(Row, Base):
    """An approved wish to hire. `state` draft, pending, approved, open, on_hold, filled, cancelled.

    `requirements` is [{"text", "kind", "weight", "reason"}] read from the job description; a degree weighs 0 unless
    `reason` justifies it (C3). `bar` is the overall score (0..10) above which candidates are listed as above the bar.
    `place`, `employment_type` (rules.EMPLOYMENT_TYPES), `pay_low` and `pay_high` (whole yuan a month, before tax) and
    `closes_on` (last day in Beijing on which it takes applications) stand on the public page.
    `urgent` and `reason` (why somebody is sought) are for colleagues, approvers above all; no public page says them.
    `state_before` is what it was before it was paused, filled or cancelled, for undoing that; `state_since` is when.
    `plan_check` is how it stood to the headcount plan when its approval was asked for (`headcount.service.Standing`),
    None where no plan covered it.
    """

    __tablename__ = "requisition"

    title: Mapped[str] = mapped_column(String(120))
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    owner_account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    headcount: Mapped[int] = mapped_column(default=1)
    description: Mapped[str] = mapped_column(Text, default="")
    requirements: Mapped[list[Any]]
    role_profile_id: Mapped[str | None] = mapped_column(ForeignKey("role_profile.id"))
    kit_version_id: Mapped[str | None] = mapped_column(ForeignKey("kit_version.id"))
    policy: Mapped[str] = mapped_column(String(20), default="cn")
    language: Mapped[str] = mapped_column(String(5), default="zh")
    bar: Mapped[float] = mapped_column(default=6.0)
    place: Mapped[str] = mapped_column(String(120), default="")
    employment_type: Mapped[str] = mapped_column(String(20), default="full_time")
    pay_low: Mapped[int | None] = mapped_column(WholeYuan)
    pay_high: Mapped[int | None] = mapped_column(WholeYuan)
    closes_on: Mapped[date | None]
    urgent: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(20), default="draft", index=True)
    state_before: Mapped[str | None] = mapped_column(String(20))
    state_since: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    plan_check: Mapped[dict[str, Any] | None]


class Posting(Row, Base):
    """A requisition published in one channel; `code` is the public link's last part."""

    __tablename__ = "posting"

    requisition_id: Mapped[str] = mapped_column(ForeignKey("requisition.id"), index=True)
    channel: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(40), unique=True)
    cost: Mapped[Decimal] = mapped_column(Yuan, default=Decimal(0))
    """In yuan, all that was spent on it."""
    automatic_invitation: Mapped[bool] = mapped_column(default=True)
    closed_at: Mapped[datetime | None]


class Resume(Row, Base):
    """A résumé as it came and what was read from it: `fields` is {name: {"value", "start", "end", "confidence"}…}."""

    __tablename__ = "resume"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    blob_sha256: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text, default="")
    fields: Mapped[dict[str, Any]]
    parser: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[dict[str, Any] | None]
    """Why nothing could be read, zh and en."""


class Application(Row, Base):
    """One person's application for one requisition.

    `stage` new, screening, invited, interviewing, review, offer, hired, rejected, withdrawn, not_started.
    The `score_…` columns are of the assessment that counts (`assessment_id`), kept here so that lists are fast.
    """

    __tablename__ = "application"
    __table_args__ = (
        UniqueConstraint("requisition_id", "person_id"),
        Index("ix_application_list", "requisition_id", "stage", "section"),
        Index("ix_application_section", "requisition_id", "section", "score_value", "id"),
        Index("ix_application_recent", "requisition_id", "id"),
        Index("ix_application_person", "person_id", "created_at"),
        Index("ix_application_stage", "requisition_id", "stage", "id"),
    )

    requisition_id: Mapped[str] = mapped_column(ForeignKey("requisition.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    posting_id: Mapped[str | None] = mapped_column(ForeignKey("posting.id"), index=True)
    resume_id: Mapped[str | None] = mapped_column(ForeignKey("resume.id"))
    channel: Mapped[str] = mapped_column(String(60), default="")
    stage: Mapped[str] = mapped_column(String(20), default="new")
    stage_since: Mapped[datetime]
    assessment_id: Mapped[str | None] = mapped_column(String(32), index=True)
    section: Mapped[str | None] = mapped_column(String(20))
    """cannot_assess, needs_review or ranked; None before an assessment."""
    score_value: Mapped[float | None]
    score_low: Mapped[float | None]
    score_high: Mapped[float | None]
    match_percent: Mapped[float | None]
    human_score: Mapped[float | None]
    """What a person gave the whole interview instead (0..10); the engine's stays beside it."""
    prefilter: Mapped[dict[str, Any] | None]
    """Which requirements the résumé speaks of, with the words that say so (C3)."""


class ApplicationEvent(Row, Base):
    """The history of an application, append-only.

    `stage_s` are the seconds that it had been in `from_stage`, `total_s` those since it was made: kept here so that
    durations need no arithmetic over rows (C6).
    """

    __tablename__ = "application_event"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    from_stage: Mapped[str | None] = mapped_column(String(20))
    to_stage: Mapped[str | None] = mapped_column(String(20))
    stage_s: Mapped[float | None]
    total_s: Mapped[float | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any]]


class Invitation(Row, Base):
    """An invitation to an interview. `state` sent, opened, consented, in_progress, submitted, expired, revoked.

    The link's token and the device's secret are kept as sha256 only. The first device that opens the link keeps it.
    """

    __tablename__ = "invitation"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    kit_version_id: Mapped[str] = mapped_column(ForeignKey("kit_version.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device_hash: Mapped[str | None] = mapped_column(String(64))
    device_moves: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(20), default="sent", index=True)
    language: Mapped[str] = mapped_column(String(5), default="zh")
    policy: Mapped[str] = mapped_column(String(20), default="cn")
    automated: Mapped[bool | None]
    """False when automated assessment was refused: a person reads the answers; None before consent."""
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    receipt: Mapped[str | None] = mapped_column(String(64))


class Upload(Row, Base):
    """One resumable upload (tus). `offset` bytes are safe; `length` is unknown while recording goes on.

    `state` open, finished, discarded, refused (its content cannot be taken). `client_key` is made by the browser, so
    that creating twice gives one upload.
    """

    __tablename__ = "upload"
    __table_args__ = (UniqueConstraint("invitation_id", "client_key"),)

    invitation_id: Mapped[str] = mapped_column(ForeignKey("invitation.id"))
    question_id: Mapped[str] = mapped_column(String(80))
    attempt: Mapped[int]
    practice: Mapped[bool] = mapped_column(default=False)
    client_key: Mapped[str] = mapped_column(String(80))
    media_type: Mapped[str] = mapped_column(String(80))
    offset: Mapped[int] = mapped_column(BigInteger, default=0)
    length: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(20), default="open")


class UploadPart(Base):
    """A safe piece of an upload, in the blob store until the upload is put together."""

    __tablename__ = "upload_part"

    upload_id: Mapped[str] = mapped_column(ForeignKey("upload.id"), primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    blob_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Answer(Row, Base):
    """One attempt at one question. `mode` video, voice, text. `state` received, chosen, discarded.

    Exactly one attempt a question is `chosen` when the interview is submitted. `correction` is the candidate's own text
    of what was said, beside the transcript; `answers.correction_effect` says what it does.
    """

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("invitation_id", "question_id", "attempt"),)

    invitation_id: Mapped[str] = mapped_column(ForeignKey("invitation.id"))
    question_id: Mapped[str] = mapped_column(String(80))
    attempt: Mapped[int]
    mode: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20), default="received")
    upload_id: Mapped[str | None] = mapped_column(ForeignKey("upload.id"))
    blob_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(80), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    duration_s: Mapped[float] = mapped_column(default=0.0)
    text: Mapped[str | None] = mapped_column(Text)
    correction: Mapped[str | None] = mapped_column(Text)
    corrected_at: Mapped[datetime | None]
    measured_blob: Mapped[str | None] = mapped_column(String(64))
    """The AnswerAssessment as JSON, once measured."""
    measured_at: Mapped[datetime | None]


class Assessment(Row, Base):
    """One scored interview; a new one supersedes, none is changed. The whole report is the blob `report_sha256`."""

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("invitation_id", "inputs_sha256"),
        Index("ix_assessment_kit", "kit_version_id", "id"),
    )

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    invitation_id: Mapped[str] = mapped_column(ForeignKey("invitation.id"), index=True)
    kit_version_id: Mapped[str] = mapped_column(ForeignKey("kit_version.id"))
    inputs_sha256: Mapped[str] = mapped_column(String(64))
    report_sha256: Mapped[str] = mapped_column(String(64))
    scorer: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(20))
    score_value: Mapped[float | None]
    score_low: Mapped[float | None]
    score_high: Mapped[float | None]
    match_percent: Mapped[float | None]
    assessed_weight: Mapped[float] = mapped_column(default=0.0)
    """Percent of the kit's weight that was assessed."""
    reason: Mapped[dict[str, Any] | None]
    """{"code", "zh", "en"}: why there is no score."""
    competencies: Mapped[list[Any]]
    """[{"id", "name", "score", "low", "high", "weight", "required_level", "is_delivery", "status", "reason"}] for
    lists."""
    needs_review: Mapped[list[Any]]
    """[{"code", "zh", "en"}]"""
    frames: Mapped[dict[str, Any]]
    """{path in the report: blob sha256}"""


class AnswerPrint(Base):
    """The sketch of one answer of the report that counts for an interview (comparing/sameness.py): no text, and none
    can be made of it. It lasts as long as the answers themselves. `legal_entity_id`: only answers in one company are
    compared."""

    __tablename__ = "answer_print"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    invitation_id: Mapped[str] = mapped_column(ForeignKey("invitation.id"), index=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    question_id: Mapped[str] = mapped_column(String(80))
    sketch: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class AnswerPrintBand(Base):
    """By what an alike answer is found: answers that share a value may be nearly the same."""

    __tablename__ = "answer_print_band"

    value: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    print_id: Mapped[str] = mapped_column(ForeignKey("answer_print.id"), primary_key=True, index=True)


class AnswerLikeness(Base):
    """Two answers of two people that are nearly the same: `share` of their runs of words, 0..1, is in both."""

    __tablename__ = "answer_likeness"

    later_id: Mapped[str] = mapped_column(ForeignKey("answer_print.id"), primary_key=True)
    earlier_id: Mapped[str] = mapped_column(ForeignKey("answer_print.id"), primary_key=True, index=True)
    share: Mapped[float]


class HumanReview(Row, Base):
    """What a person decided, with the reason. `kind` decision, override, rerating_request, rerating, note.

    `decision` is one of rules.DECISIONS, or "taken_back" for the one before it.
    An override names the competency (None: the whole) and the score a person gives; the engine's stays beside it.
    """

    __tablename__ = "human_review"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    assessment_id: Mapped[str | None] = mapped_column(ForeignKey("assessment.id"))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(20))
    decision: Mapped[str | None] = mapped_column(String(20))
    competency_code: Mapped[str | None] = mapped_column(String(80))
    score: Mapped[float | None]
    reason: Mapped[str] = mapped_column(Text)
    resolved_at: Mapped[datetime | None]
    """When a request for re-rating was answered."""


class BulkAction(Row, Base):
    """One decision, move or message about several applications of a job at once. `kind` is one of rules.BULK_KINDS.

    `key` comes with the form: the same form sent twice is one action. `done` is [{"application", "from", "to",
    "since_before", "since", "section", "invitations": {id: state}}] of those it changed, `skipped` [{"application",
    "stage"}] of those whose stage did not allow it. `kept` are the applications that undoing it left as they were.
    """

    __tablename__ = "bulk_action"

    requisition_id: Mapped[str] = mapped_column(ForeignKey("requisition.id"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    done: Mapped[list[Any]]
    skipped: Mapped[list[Any]]
    undone_at: Mapped[datetime | None]
    kept: Mapped[list[Any]]


class HumanRating(Row, Base):
    """A blind rating of one competency of one interview on the 1..5 anchors, for calibration."""

    __tablename__ = "human_rating"
    __table_args__ = (UniqueConstraint("assessment_id", "competency_code", "account_id"),)

    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessment.id"), index=True)
    competency_code: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    level: Mapped[float]
    note: Mapped[str] = mapped_column(Text, default="")


class CalibrationVersion(Row, Base):
    """A fitted calibration of a kit version; `document` is its file, `summary` the agreement shown."""

    __tablename__ = "calibration_version"
    __table_args__ = (UniqueConstraint("kit_version_id", "version"),)

    kit_version_id: Mapped[str] = mapped_column(ForeignKey("kit_version.id"))
    version: Mapped[int]
    document: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]
    active: Mapped[bool] = mapped_column(default=False)


class Offer(Row, Base):
    """An offer. `state` draft, pending, approved, sent, accepted, declined, expired.

    Pay is of the field class "pay".
    """

    __tablename__ = "offer"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    monthly_pay: Mapped[Decimal] = mapped_column(Yuan)
    start_date: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(20), default="draft")
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
