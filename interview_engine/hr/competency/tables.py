"""Tables of the competency model and of each person's competency record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class CompetencyRow(Row, Base):
    """A competency of the company's model; `code` is the id that kits, profiles, courses and goals refer to."""

    __tablename__ = "competency"

    legal_entity_id: Mapped[str | None] = mapped_column(ForeignKey("legal_entity.id"))
    """Whose it is; None is the group's: every company uses it, and only who reaches them all changes it."""
    code: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[dict[str, Any]]
    definition: Mapped[dict[str, Any]]
    indicators: Mapped[list[Any]]
    anchors: Mapped[list[Any]]
    retired_at: Mapped[datetime | None]


class KitVersion(Row, Base):
    """One version of an interview kit, immutable once published: the file's text is what was scored with."""

    __tablename__ = "kit_version"
    __table_args__ = (UniqueConstraint("kit_id", "version"),)

    legal_entity_id: Mapped[str | None] = mapped_column(ForeignKey("legal_entity.id"))
    """Whose it is, as of a competency."""
    kit_id: Mapped[str] = mapped_column(String(80), index=True)
    version: Mapped[int]
    name: Mapped[dict[str, Any]]
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20), default="draft")
    """draft, published, retired."""
    note: Mapped[str] = mapped_column(String(500), default="")
    preview: Mapped[dict[str, Any] | None]
    """What the time machine said before it was published: flips of how many."""


class RoleProfile(Row, Base):
    """What a role needs: `requirements` is [{"competency", "weight", "required_level"}]; weights sum to 100."""

    __tablename__ = "role_profile"
    __table_args__ = (UniqueConstraint("code", "version"),)

    legal_entity_id: Mapped[str | None] = mapped_column(ForeignKey("legal_entity.id"))
    """Whose it is, as of a competency."""
    code: Mapped[str] = mapped_column(String(80), index=True)
    version: Mapped[int]
    name: Mapped[dict[str, Any]]
    requirements: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(20), default="draft")
    kit_version_id: Mapped[str | None] = mapped_column(ForeignKey("kit_version.id"))


class Survey(Row, Base):
    """Questions to employees, open or scaled: `questions` is [{"id", "kind", "text", "competency"}]."""

    __tablename__ = "survey"

    legal_entity_id: Mapped[str | None] = mapped_column(ForeignKey("legal_entity.id"))
    """Whose it is, as of a competency."""
    title: Mapped[dict[str, Any]]
    questions: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(20), default="draft")
    closes_at: Mapped[datetime | None]


class SurveyResponse(Row, Base):
    """One person's answers to one survey; `answers` is None until they are given."""

    __tablename__ = "survey_response"
    __table_args__ = (UniqueConstraint("survey_id", "person_id"),)

    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    answers: Mapped[dict[str, Any] | None]
    answered_at: Mapped[datetime | None]


class CompetencyEvidence(Row, Base):
    """A dated measure of one competency of one person, append-only; removed only by erasure or withdrawal.

    `source` interview, survey, training, appraisal, kudos; `reference` "assessment:id" or the like.
    """

    __tablename__ = "competency_evidence"
    __table_args__ = (Index("ix_competency_evidence_person", "person_id", "competency_code", "measured_at"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    competency_code: Mapped[str] = mapped_column(String(80), index=True)
    source: Mapped[str] = mapped_column(String(20))
    measured_at: Mapped[datetime]
    score: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    ruler: Mapped[str] = mapped_column(String(200))
    """What it was measured with: kit id, version, sha256 and scorer; only equal rulers can be compared."""
    reference: Mapped[str] = mapped_column(String(120), index=True)
    detail: Mapped[dict[str, Any]]


class Episode(Row, Base):
    """A behavioural event: situation, action, result, with the quotes it was told in."""

    __tablename__ = "episode"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    competency_code: Mapped[str] = mapped_column(String(80), index=True)
    situation: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    quotes: Mapped[list[Any]]
    reference: Mapped[str] = mapped_column(String(120), index=True)
