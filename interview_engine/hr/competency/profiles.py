"""What a role needs: competencies with weights that sum to 100 % (B6) and required levels, in versions (B5)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner, owned, owner_for, require
from interview_engine.hr.competency.kits import kit, kit_version_for, kit_version_within
from interview_engine.hr.competency.tables import CompetencyRow, RoleProfile
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
    """A role profile to be written. `code` names the role ("rd-engineer"); a new version is made for a known one.

    `legal_entity_id` is the company it will belong to; see `access.service.owner_for`.
    """

    code: str
    name: LocalizedText
    requirements: tuple[Requirement, ...]
    kit_version_id: str | None = None
    legal_entity_id: str | None = None


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
        InvalidInput: see `check_requirements`. NotFoundError: the kit version, or it is another company's.
        PermissionDenied: the owner is out of reach.
    """
    require(actor, "public", "manage")
    code = text_within(new.code, "code", msg("code"), 80)
    wanted = new.legal_entity_id
    if wanted is None and new.kit_version_id is not None:  # a profile of a company's kit is that company's
        wanted = kit_version_within(session, actor, new.kit_version_id).legal_entity_id
    owner = owner_for(session, actor, wanted)
    mine = or_(CompetencyRow.legal_entity_id.is_(None), CompetencyRow.legal_entity_id == owner)
    known = set(session.scalars(select(CompetencyRow.code).where(CompetencyRow.retired_at.is_(None), mine)))
    if new.kit_version_id is not None:
        based_on = kit_version_for(session, new.kit_version_id, owner)
        # A code belongs to who used it first; a kit may use it all the same, and so may its profile.
        known |= _not_retired(session, [one.id for one in kit(session, based_on.id).competencies])
    check_requirements(new.requirements, frozenset(known))
    highest = session.scalar(select(func.max(RoleProfile.version)).where(RoleProfile.code == code)) or 0
    row = RoleProfile(
        **stamp(actor.id, clock),
        legal_entity_id=owner,
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
    """Make a draft the version in use; the one before of the same owner is retired."""
    require(actor, "public", "manage")
    row = find(session, RoleProfile, profile_id, lock=True)
    if row is None:
        raise missing("role_profile", msg("role profile"))
    check_owner(session, actor, "public", "manage", row.legal_entity_id)
    if row.state == "published":
        return row
    if row.state != "draft":
        raise conflict("profile.retired", msg("This version is retired."))
    before = select(RoleProfile).where(
        RoleProfile.code == row.code, RoleProfile.state == "published", _owned_as(row.legal_entity_id)
    )
    for older in session.scalars(before.with_for_update()):
        older.state = "retired"
        touch(older, actor.id, clock)
    row.state = "published"
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "profile.publish", f"role_profile:{row.id}", {"version": row.version}, clock)
    return row


def profile_from_kit(session: Session, actor: Actor, kit_version_id: str, clock: Clock) -> RoleProfile:
    """A published profile with the weights and levels of a kit: what a company without its own model starts with.

    The published one of that kit version is returned when there is one, the owner's own before the group's. It belongs
    to whom the kit belongs; of a kit of the group it is the company's of an actor who reaches one only.
    """
    require(actor, "public", "manage")
    version = kit_version_within(session, actor, kit_version_id)
    owner = owner_for(session, actor, version.legal_entity_id)
    there = select(RoleProfile).where(
        RoleProfile.kit_version_id == version.id,
        RoleProfile.state == "published",
        or_(RoleProfile.legal_entity_id.is_(None), _owned_as(owner)),
    )
    own_first = there.order_by(RoleProfile.legal_entity_id.is_(None), RoleProfile.id)
    known = session.scalars(own_first.limit(1)).one_or_none()
    if known is not None:
        return known
    source = kit(session, version.id)
    requirements = tuple(Requirement(c.id, c.weight, c.required_level) for c in source.competencies)
    draft = create_profile(session, actor, NewProfile(source.id, source.role, requirements, version.id, owner), clock)
    return publish_profile(session, actor, draft.id, clock)


def list_profiles(session: Session, actor: Actor, *, state: str | None = None) -> tuple[RoleProfile, ...]:
    """Profiles of the group and the actor's companies by code, newest version first; in one state when asked
    (draft, published, retired)."""
    require(actor, "public", "read")
    statement = select(RoleProfile).where(owned(actor, RoleProfile.legal_entity_id))
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


def published_profile(session: Session, code: str, legal_entity_id: str) -> str | None:
    """The id of the newest published version of a profile of the company or the group; None for an empty code.

    Raises:
        InvalidInput: `profile.unknown`, there is none.
    """
    clean = code.strip()
    if not clean:
        return None
    own = or_(RoleProfile.legal_entity_id.is_(None), RoleProfile.legal_entity_id == legal_entity_id)
    there = select(RoleProfile.id).where(RoleProfile.code == clean, RoleProfile.state == "published", own)
    found = session.scalar(there.order_by(RoleProfile.version.desc()).limit(1))
    if found is None:
        raise invalid("profile", "profile.unknown", msg("No published role profile has the code {code}.", code=clean),
                      msg("Look for it in the list of role profiles."))  # fmt: skip
    return found


def profile_for(session: Session, profile_id: str, legal_entity_id: str | None) -> RoleProfile:
    """The row of a version that a company may use: the group's or its own.

    Raises:
        NotFoundError: there is none such.
    """
    row = profile(session, profile_id)
    if row.legal_entity_id not in (None, legal_entity_id):
        raise missing("role_profile", msg("role profile"))
    return row


def profile_within(session: Session, actor: Actor, profile_id: str) -> RoleProfile:
    """The row of a version, if it is the group's or one of the actor's companies'.

    Raises:
        PermissionDenied. NotFoundError: there is none such.
    """
    require(actor, "public", "read")
    there = select(RoleProfile).where(RoleProfile.id == profile_id, owned(actor, RoleProfile.legal_entity_id))
    row = session.scalar(there)
    if row is None:
        raise missing("role_profile", msg("role profile"))
    return row


def requirements_of(profile: RoleProfile) -> tuple[Requirement, ...]:
    """A row's requirements as values."""
    rows: list[dict[str, Any]] = profile.requirements
    return tuple(Requirement(r["competency"], float(r["weight"]), float(r["required_level"])) for r in rows)


def _owned_as(owner: str | None) -> ColumnElement[bool]:
    return RoleProfile.legal_entity_id.is_(None) if owner is None else RoleProfile.legal_entity_id == owner


def _not_retired(session: Session, codes: Sequence[str]) -> set[str]:
    there = select(CompetencyRow.code).where(CompetencyRow.code.in_(codes), CompetencyRow.retired_at.is_(None))
    return set(session.scalars(there))


def _bad(field: str, code: str, message: Text, next_step: Text) -> Exception:
    return invalid(field, code, message, next_step)
