"""What a role needs: competencies with weights that sum to 100 % (B6) and required levels, in versions (B5)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.competency.kits import kit, kit_version
from interview_engine.hr.competency.tables import CompetencyRow, KitVersion, RoleProfile
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import LocalizedText, Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

WEIGHT_TOLERANCE = 0.005
"""Percent by which a sum of written weights may miss 100 (thirds are written 33.33, 33.33, 33.34)."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One competency of a role: weight in percent, required level 1..5."""

    competency: str
    weight: float
    required_level: float


@dataclass(frozen=True, slots=True)
class NewProfile:
    """A role profile to be written. `code` names the role ("rd-engineer"); a new version is made for a known one."""

    code: str
    name: LocalizedText
    requirements: tuple[Requirement, ...]
    kit_version_id: str | None = None


def check_requirements(requirements: Sequence[Requirement], known: frozenset[str]) -> None:
    """The pure rule of a profile.

    Raises:
        InvalidInput: `profile.empty`, `profile.unknown_competency`, `profile.twice`, `profile.weight`,
            `profile.level`, `profile.weights` (they do not sum to 100).
    """
    if not requirements:
        raise _bad("requirements", "profile.empty", msg("No competency is listed."), msg("Add one. Then save again."))
    seen: set[str] = set()
    for place, one in enumerate(requirements):
        field = f"requirements.{place}"
        if one.competency not in known:
            said = msg("The model has no competency “{competency}”.", competency=one.competency)
            raise _bad(
                f"{field}.competency", "profile.unknown_competency", said, msg("Choose another. Then save again.")
            )
        if one.competency in seen:
            said = msg("“{competency}” is listed twice.", competency=one.competency)
            raise _bad(f"{field}.competency", "profile.twice", said, msg("Keep one of them. Then save again."))
        seen.add(one.competency)
        if not (math.isfinite(one.weight) and 0 < one.weight <= 100):
            said = msg("A weight is above 0 and at most 100.")
            raise _bad(f"{field}.weight", "profile.weight", said, msg("Change the weight. Then save again."))
        if not (math.isfinite(one.required_level) and 1 <= one.required_level <= 5):
            said = msg("A required level is from 1 to 5.")
            raise _bad(f"{field}.required_level", "profile.level", said, msg("Change the level. Then save again."))
    total = math.fsum(one.weight for one in requirements)
    if abs(total - 100) > WEIGHT_TOLERANCE:
        said = msg("The weights sum to {total:g} %, not to 100 %.", total=total)
        raise _bad("requirements", "profile.weights", said, msg("Adjust the weights to sum to 100 %. Then save again."))


def create_profile(session: Session, actor: Actor, new: NewProfile, clock: Clock) -> RoleProfile:
    """A draft of the next version of a role's profile.

    Raises:
        InvalidInput: see `check_requirements`. NotFoundError: the kit version.
    """
    require(actor, "public", "manage")
    code = text_within(new.code, "code", msg("code"), 80)
    known = frozenset(session.scalars(select(CompetencyRow.code).where(CompetencyRow.retired_at.is_(None))))
    check_requirements(new.requirements, known)
    if new.kit_version_id is not None:
        kit_version(session, new.kit_version_id)
    highest = session.scalar(select(func.max(RoleProfile.version)).where(RoleProfile.code == code)) or 0
    row = RoleProfile(
        **stamp(actor.id, clock),
        code=code,
        version=highest + 1,
        name=asdict(new.name),
        requirements=[asdict(one) for one in new.requirements],
        kit_version_id=new.kit_version_id,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "profile.create", f"role_profile:{row.id}", {"version": row.version}, clock)
    return row


def publish_profile(session: Session, actor: Actor, profile_id: str, clock: Clock) -> RoleProfile:
    """Make a draft the version in use; the one before is retired."""
    require(actor, "public", "manage")
    row = find(session, RoleProfile, profile_id, lock=True)
    if row is None:
        raise missing("role_profile", msg("role profile"))
    if row.state == "published":
        return row
    if row.state != "draft":
        raise conflict("profile.retired", msg("This version is retired."))
    before = select(RoleProfile).where(RoleProfile.code == row.code, RoleProfile.state == "published")
    for older in session.scalars(before.with_for_update()):
        older.state = "retired"
        touch(older, actor.id, clock)
    row.state = "published"
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "profile.publish", f"role_profile:{row.id}", {"version": row.version}, clock)
    return row


def profile_from_kit(session: Session, actor: Actor, kit_version_id: str, clock: Clock) -> RoleProfile:
    """A published profile with the weights and levels of a kit: what a company without its own model starts with.

    The published one of that kit version is returned when there is one.
    """
    require(actor, "public", "manage")
    version: KitVersion = kit_version(session, kit_version_id)
    there = select(RoleProfile).where(RoleProfile.kit_version_id == version.id, RoleProfile.state == "published")
    known = session.scalars(there.limit(1)).one_or_none()
    if known is not None:
        return known
    source = kit(session, version.id)
    requirements = tuple(Requirement(c.id, c.weight, c.required_level) for c in source.competencies)
    draft = create_profile(session, actor, NewProfile(source.id, source.role, requirements, version.id), clock)
    return publish_profile(session, actor, draft.id, clock)


def list_profiles(session: Session, actor: Actor, *, state: str | None = None) -> tuple[RoleProfile, ...]:
    """Profiles by code, newest version first; in one state when asked (draft, published, retired)."""
    require(actor, "public", "read")
    statement = select(RoleProfile)
    if state is not None:
        statement = statement.where(RoleProfile.state == state)
    return tuple(session.scalars(statement.order_by(RoleProfile.code, RoleProfile.version.desc())))


def profile(session: Session, profile_id: str) -> RoleProfile:
    """The row of a version of a profile.

    Raises:
        NotFoundError: there is none.
    """
    row = find(session, RoleProfile, profile_id)
    if row is None:
        raise missing("role_profile", msg("role profile"))
    return row


def requirements_of(profile: RoleProfile) -> tuple[Requirement, ...]:
    """A row's requirements as values."""
    rows: list[dict[str, Any]] = profile.requirements
    return tuple(Requirement(r["competency"], float(r["weight"]), float(r["required_level"])) for r in rows)


def _bad(field: str, code: str, message: Text, next_step: Text) -> Exception:
    return invalid(field, code, message, next_step)
