"""Kits, role profiles and the company's competency model (B1, B5, B8)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import Field

from api.access import Call, needs
from api.rescoring import rescorer
from api.routes.frame import Id, IdField, In, NewWords, Out, PageOut, Words, list_out, new_router
from api.routes.recruiting.requisitions import Policy
from interview_engine.assessment.comparing.time_machine import Change
from interview_engine.hr.competency import service
from interview_engine.hr.competency.tables import KitVersion, RoleProfile
from interview_engine.hr.recruiting.reviewing import kit_preview
from interview_engine.i18n import LocalizedText

router = new_router("competencies")

OWNER = (
    "The company it will belong to. Left out, it is the group's for who reaches every company, else the company "
    "that the token's account manages."
)

State = Literal["draft", "published", "retired"]


class KitText(In):
    """A kit file (YAML) and a note on what changed."""

    text: str = Field(min_length=1, max_length=200_000, description="The whole file; see docs/kits.md.")
    note: str = Field(default="", max_length=500)
    policy: Policy = Field(default="cn", description="The strictest market it will be used in.")
    legal_entity_id: IdField | None = Field(default=None, description=f"Of a new kit id: {OWNER}")


class KitOut(Out):
    """A kit version with its file."""

    id: str
    kit_id: str
    version: int
    name: Words
    state: State
    note: str
    sha256: str
    text: str
    preview: dict[str, Any] | None
    created_at: datetime
    actor: str
    legal_entity_id: str | None = Field(description="Whose it is; null is the group's.")


class KitRow(Out):
    """A kit version in a list."""

    id: str
    kit_id: str
    version: int
    name: Words
    state: State
    note: str
    sha256: str
    published_at: datetime
    published_by: str
    latest: bool
    preview: dict[str, Any] | None = Field(description="What the preview said before it was published.")


class KitPreview(In):
    """A kit file to try on past interviews."""

    text: str = Field(min_length=1, max_length=200_000)
    bar: float = Field(default=70.0, ge=0, le=100, description="Match percent at which an interview is above the bar.")
    limit: int = Field(default=50, ge=1, le=300, description="Past interviews to score again, the newest.")


class ChangeOut(Out):
    """One past interview under the kit it was scored with and under the new one."""

    application_id: str
    before: float | None = Field(description="Match percent; null when it cannot be assessed.")
    after: float | None
    flips: bool = Field(description="It changes its side of the bar.")
    group_changed: bool


class PreviewOut(Out):
    """What would change. Nothing is stored."""

    flips: int
    total: int
    skipped: int = Field(description="Their report is gone by retention.")
    bar: float
    sha256: str
    rows: list[ChangeOut]


class NewCompetency(In):
    """A competency for the company's model: five anchors, level 1 first."""

    code: str = Field(pattern="^[a-z][a-z0-9-]{0,39}$", examples=["customer-focus"])
    kind: Literal["general", "professional", "role"]
    name: NewWords
    definition: NewWords
    anchors: list[NewWords] = Field(min_length=5, max_length=5)
    indicators: list[NewWords] = Field(default=[], max_length=20)
    legal_entity_id: IdField | None = Field(default=None, description=OWNER)


class ProfileRequirement(In):
    """One competency of a role; the weights of a profile sum to 100."""

    competency: str = Field(max_length=80, examples=["communication"])
    weight: float = Field(gt=0, le=100, examples=[100.0])
    required_level: float = Field(ge=1, le=5, examples=[3.5])


class ProfileRequirementOut(Out):
    """One competency of a role."""

    competency: str
    weight: float
    required_level: float


class NewProfile(In):
    """The competencies that a role requires; a known code gets a new version."""

    code: str = Field(min_length=1, max_length=80, examples=["maintenance-engineer"])
    name: NewWords
    requirements: list[ProfileRequirement] = Field(min_length=1, max_length=40)
    kit_version_id: IdField | None = None
    legal_entity_id: IdField | None = Field(default=None, description=OWNER)


class ProfileOut(Out):
    """One version of a role profile: competencies with weights and required levels."""

    id: str
    code: str
    version: int
    name: Words
    requirements: list[ProfileRequirementOut]
    state: State
    kit_version_id: str | None
    created_at: datetime
    legal_entity_id: str | None = Field(description="Whose it is; null is the group's.")


class FromKit(In):
    """The kit whose weights and levels to take."""

    kit_version_id: IdField


class CompetencyOut(Out):
    """A competency of the company's model."""

    code: str
    kind: str
    name: Words
    definition: Words
    indicators: list[Any]
    anchors: list[Any]
    legal_entity_id: str | None = Field(description="Whose it is; null is the group's.")


@router.get("/kits")
def list_kits(
    call: Annotated[Call, needs("public", "read")],
    kit_id: Annotated[str | None, Field(max_length=80, pattern=r"^[^\x00]*$")] = None,
) -> PageOut[KitRow]:
    """All kit versions, newest first within a kit."""
    with call.reading() as session:
        return list_out(service.list_kits(session, call.actor, kit_id=kit_id), KitRow.model_validate)


@router.post("/kits", status_code=201)
def publish_kit(body: KitText, call: Annotated[Call, needs("public", "manage")]) -> KitOut:
    """Publish a kit file as the next version of its id. An unchanged file gives the version it already is."""
    return call.once(
        lambda s: _kit(
            service.publish_kit(
                s,
                call.actor,
                body.text,
                body.note,
                call.clock,
                policy=body.policy,
                legal_entity_id=body.legal_entity_id,
            )
        )
    )


@router.post("/kits/preview")
def preview_kit(body: KitPreview, call: Annotated[Call, needs("public", "manage")]) -> PreviewOut:
    """Score past interviews again with a changed kit: which would cross the bar."""
    rescore = rescorer(call.context.engine)
    with call.reading() as session:
        found = kit_preview.preview_kit(
            session, call.context.blobs, call.actor, body.text, rescore, bar=body.bar, limit=body.limit
        )
    return PreviewOut(
        flips=found.flips,
        total=found.total,
        skipped=found.skipped,
        bar=found.bar,
        sha256=found.sha256,
        rows=[_change(one) for one in found.rows],
    )


@router.get("/kits/{kit_version_id}")
def get_kit(kit_version_id: Id, call: Annotated[Call, needs("public", "read")]) -> KitOut:
    """One kit version with its file."""
    with call.reading() as session:
        return _kit(service.kit_version_within(session, call.actor, kit_version_id))


@router.post("/kits/{kit_version_id}/retire")
def retire_kit(kit_version_id: Id, call: Annotated[Call, needs("public", "manage")]) -> KitOut:
    """Retire a version: new requisitions cannot choose it, interviews under way keep it."""
    return call.once(lambda s: _kit(service.retire_kit(s, call.actor, kit_version_id, call.clock)))


@router.get("/role-profiles")
def list_profiles(call: Annotated[Call, needs("public", "read")], state: State | None = None) -> PageOut[ProfileOut]:
    """Profiles by code, newest version first."""
    with call.reading() as session:
        return list_out(service.list_profiles(session, call.actor, state=state), _profile)


@router.post("/role-profiles", status_code=201)
def create_profile(body: NewProfile, call: Annotated[Call, needs("public", "manage")]) -> ProfileOut:
    """Create a draft of the next version of a profile."""
    new = service.NewProfile(
        body.code,
        _words(body.name),
        tuple(service.Requirement(one.competency, one.weight, one.required_level) for one in body.requirements),
        body.kit_version_id,
        body.legal_entity_id,
    )
    return call.once(lambda s: _profile(service.create_profile(s, call.actor, new, call.clock)))


@router.post("/role-profiles/from-kit", status_code=201)
def create_profile_from_kit(body: FromKit, call: Annotated[Call, needs("public", "manage")]) -> ProfileOut:
    """Publish a profile with the weights and levels of a kit."""
    return call.once(lambda s: _profile(service.profile_from_kit(s, call.actor, body.kit_version_id, call.clock)))


@router.post("/role-profiles/{profile_id}/publish")
def publish_profile(profile_id: Id, call: Annotated[Call, needs("public", "manage")]) -> ProfileOut:
    """Publish a draft; it replaces the version in use."""
    return call.once(lambda s: _profile(service.publish_profile(s, call.actor, profile_id, call.clock)))


@router.get("/competencies")
def list_competencies(call: Annotated[Call, needs("public", "read")]) -> PageOut[CompetencyOut]:
    """The company's competencies that are in use."""
    with call.reading() as session:
        return list_out(service.competency_model(session, call.actor), CompetencyOut.model_validate)


@router.post("/competencies", status_code=201)
def add_competency(body: NewCompetency, call: Annotated[Call, needs("public", "manage")]) -> CompetencyOut:
    """Add a competency to the company's model."""
    new = service.NewCompetency(
        body.code,
        body.kind,
        _words(body.name),
        _words(body.definition),
        tuple(_words(one) for one in body.anchors),
        tuple(_words(one) for one in body.indicators),
        body.legal_entity_id,
    )
    return call.once(lambda s: CompetencyOut.model_validate(service.add_competency(s, call.actor, new, call.clock)))


@router.post("/competencies/{code}/retire")
def retire_competency(
    code: Annotated[str, Path(pattern="^[a-z][a-z0-9-]{0,39}$")], call: Annotated[Call, needs("public", "manage")]
) -> CompetencyOut:
    """Retire a competency; existing records and profiles keep it."""
    return call.once(lambda s: CompetencyOut.model_validate(service.retire_competency(s, call.actor, code, call.clock)))


def _words(words: NewWords) -> LocalizedText:
    return LocalizedText(words.zh, words.en)


def _change(one: Change) -> ChangeOut:
    return ChangeOut(
        application_id=one.before.interview_id,
        before=one.before.match_percent,
        after=one.after.match_percent,
        flips=one.flips,
        group_changed=one.group_changed,
    )


def _kit(row: KitVersion) -> KitOut:
    return KitOut.model_validate(row)


def _profile(row: RoleProfile) -> ProfileOut:
    return ProfileOut.model_validate(row)
