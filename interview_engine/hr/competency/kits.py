"""Kits as versions: published once and never changed, previewed on past interviews before (A19), shared model (B1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from itertools import chain, count
from typing import Any, Literal

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer

from interview_engine.assessment.kits.delivery_weight import check_kit
from interview_engine.assessment.kits.file import kit_yaml, parse_kit, shipped_kits
from interview_engine.assessment.kits.kit import Competency, Kit
from interview_engine.assessment.policy import POLICIES
from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner, owned, owner_for, require
from interview_engine.hr.competency.tables import CompetencyRow, KitVersion
from interview_engine.hr.problems import conflict, missing, text_within
from interview_engine.i18n import LocalizedText, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

_NAMED = 34
"""Letters of a role's name that a kit's id takes; with a number it stays below the 40 that an id may have."""
MOST_NOTE = 500
_ID_LINE = re.compile(r"^id:[ \t]*\S+[ \t]*(?=#|$)", re.MULTILINE)
_VERSION_LINE = re.compile(r"^version:[ \t]*\S+[ \t]*(?=#|$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class KitSummary:
    """One kit version in a list; `latest` of its kit."""

    id: str
    kit_id: str
    version: int
    name: LocalizedText
    state: Literal["draft", "published", "retired"]
    note: str
    sha256: str
    published_at: Any
    published_by: str
    latest: bool
    preview: Mapping[str, Any] | None
    legal_entity_id: str | None
    """Whose it is; None is the group's."""


@dataclass(frozen=True, slots=True)
class KitLabel:
    """What a version is known by in lists; `role` is the kit's name."""

    kit_id: str
    version: int
    sha256: str
    role: LocalizedText


def publish_kit(
    session: Session,
    actor: Actor,
    text: str,
    note: str,
    clock: Clock,
    *,
    policy: str = "cn",
    preview: Mapping[str, Any] | None = None,
    legal_entity_id: str | None = None,
    new: bool = False,
) -> KitVersion:
    """Publish a kit file as the next version of its id; the same file again, whatever its version line says,
    is the version that it already is.

    The `version` line of the text is set to the version it becomes; everything else of the text stays as written.
    Competencies that the company's model lacks are added to it.

    Args:
        policy: the strictest market that the kit will be used in; a requisition checks its own when it opens.
        preview: what `preview_kit` said, kept with the version.
        legal_entity_id: the company that a new kit id will belong to; see `access.service.owner_for`. A known id stays
            whose it is.
        new: it is a kit of its own, not the next version of another: where its id is taken by now it gets a free one.

    Raises:
        ConflictError: `kit.name_taken`, a new kit is called as another that the actor sees; `kit.at_once`, somebody
            else published a version of it at the same time.
        PermissionDenied: the kit id belongs to the group or to a company out of reach.
        KitError: with every problem, line and field. PolicyError: `policy.delivery_weight`.
    """
    require(actor, "public", "manage")
    draft = parse_kit(text.encode(), "kit.yaml")
    check_kit(draft, POLICIES[policy])
    if new:
        again = _published_already(session, actor, text, draft)
        if again is not None:
            return again
        check_kit_name(session, actor, draft.role)
        if _latest(session, draft.id) is not None or draft.id in shipped_kits():
            text, draft = _with_id(text, draft, free_kit_id(session, draft.role.en))
    latest = _latest(session, draft.id)
    if latest is None:
        owner = owner_for(session, actor, legal_entity_id)
    else:
        owner = latest.legal_entity_id
        check_owner(session, actor, "public", "manage", owner)
    if latest is not None and latest.state == "published":
        same, _ = _with_version(text, draft, latest.version)
        if same == latest.text:
            return latest
    highest = session.scalar(select(func.max(KitVersion.version)).where(KitVersion.kit_id == draft.id)) or 0
    final, parsed = _with_version(text, draft, highest + 1)
    row = KitVersion(
        **stamp(actor.id, clock),
        legal_entity_id=owner,
        kit_id=parsed.id,
        version=parsed.version,
        name=asdict(parsed.role),
        text=final,
        sha256=parsed.sha256,
        state="published",
        note=text_within(note, "note", msg("note"), MOST_NOTE, least=0),
        preview=dict(preview) if preview is not None else None,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise conflict(
            "kit.at_once",
            msg("Somebody else published a version of this kit at the same moment."),
            msg("Look at that version first, then publish again."),
        ) from None
    _extend_model(session, parsed, owner, clock, actor.id)
    detail = {"kit": parsed.id, "version": parsed.version, "sha256": parsed.sha256}
    audit.record(session, actor.id, "kit.publish", f"kit_version:{row.id}", detail, clock)
    return row


def import_shipped_kits(session: Session, clock: Clock, actor_id: str = "system") -> tuple[KitVersion, ...]:
    """Publish the kits that ship with the product and are not there yet; returns those that were added."""
    known = set(session.scalars(select(KitVersion.kit_id).distinct()))
    added = []
    for kit_id, path in shipped_kits().items():
        if kit_id in known:
            continue
        data = path.read_bytes()
        parsed = parse_kit(data, path.name)
        row = KitVersion(
            **stamp(actor_id, clock),
            kit_id=parsed.id,
            version=parsed.version,
            name=asdict(parsed.role),
            text=data.decode(),
            sha256=parsed.sha256,
            state="published",
            note="",
        )
        session.add(row)
        session.flush()
        _extend_model(session, parsed, None, clock, actor_id)
        detail = {"kit": parsed.id, "version": parsed.version, "sha256": parsed.sha256}
        audit.record(session, actor_id, "kit.publish", f"kit_version:{row.id}", detail, clock)
        added.append(row)
    return tuple(added)


def kit(session: Session, kit_version_id: str) -> Kit:
    """The kit of a version, as it was published.

    Raises:
        NotFoundError: there is no such version.
    """
    row = kit_version(session, kit_version_id)
    return _parsed(row.sha256, row.text)


def kit_version(session: Session, kit_version_id: str) -> KitVersion:
    """The row of a version.

    Raises:
        NotFoundError: there is no such version.
    """
    row = find(session, KitVersion, kit_version_id)
    if row is None:
        raise missing("kit_version", msg("kit version"))
    return row


def kit_version_for(session: Session, kit_version_id: str, legal_entity_id: str | None) -> KitVersion:
    """The row of a version that a company may use: the group's or its own. None asks for the group's.

    Raises:
        NotFoundError: there is none such.
    """
    row = kit_version(session, kit_version_id)
    if row.legal_entity_id not in (None, legal_entity_id):
        raise missing("kit_version", msg("kit version"))
    return row


def kit_version_within(session: Session, actor: Actor, kit_version_id: str) -> KitVersion:
    """The row of a version, if it is the group's or one of the actor's companies'. The caller has checked the right.

    Raises:
        NotFoundError: there is none such.
    """
    row = session.scalar(
        select(KitVersion).where(KitVersion.id == kit_version_id, owned(actor, KitVersion.legal_entity_id))
    )
    if row is None:
        raise missing("kit_version", msg("kit version"))
    return row


def kit_version_to_change(session: Session, actor: Actor, kit_version_id: str, *, lock: bool = False) -> KitVersion:
    """The row of a version, if the actor manages what its owner has.

    Raises:
        PermissionDenied. NotFoundError: there is none such.
    """
    require(actor, "public", "manage")
    row = find(session, KitVersion, kit_version_id, lock=lock)
    if row is None:
        raise missing("kit_version", msg("kit version"))
    check_owner(session, actor, "public", "manage", row.legal_entity_id)
    return row


def free_kit_id(session: Session, name: str) -> str:
    """An id for a kit of its own: the English name of its role in small letters, with a number where it is taken.

    What is taken counts over all companies: an id says whose a kit is.
    """
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")[:_NAMED].rstrip("-") or "kit"
    taken = {*session.scalars(select(KitVersion.kit_id).distinct()), *shipped_kits()}
    numbered = (f"{words}-{number}" for number in count(2))
    return next(one for one in chain([words], numbered) if one not in taken)


def check_kit_name(session: Session, actor: Actor, role: LocalizedText) -> None:
    """A new kit is called as no other that the actor sees: lists of jobs and reports know kits by their names.

    Raises:
        ConflictError: `kit.name_taken`.
    """
    theirs = select(KitVersion.name).where(owned(actor, KitVersion.legal_entity_id), KitVersion.state == "published")
    names = {_plain(name[language]) for name in session.scalars(theirs) for language in ("zh", "en")}
    taken = next((one for one in (role.zh, role.en) if _plain(one) in names), None)
    if taken is not None:
        raise conflict(
            "kit.name_taken",
            msg("There is a kit “{name}” already.", name=taken),
            msg("Give this one a name of its own, or edit that kit as a new version."),
        )


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _published_already(session: Session, actor: Actor, text: str, draft: Kit) -> KitVersion | None:
    """The kit that the actor made of this very text: the same form was sent twice."""
    for row in session.scalars(select(KitVersion).where(KitVersion.actor == actor.id, KitVersion.version == 1)):
        if row.name == asdict(draft.role):
            named, parsed = _with_id(text, draft, row.kit_id)
            if _with_version(named, parsed, 1)[0] == row.text:
                return row
    return None


def versions_of(kit_id: str) -> Select[str]:
    """Ids of every version of a kit, for a list's IN."""
    return select(KitVersion.id).where(KitVersion.kit_id == kit_id)


def kit_labels(session: Session, kit_version_ids: Iterable[str]) -> dict[str, KitLabel]:
    """What these versions are called, by id, without their text: one statement, however many rows name them."""
    rows = session.execute(
        select(KitVersion.id, KitVersion.kit_id, KitVersion.version, KitVersion.sha256, KitVersion.name).where(
            KitVersion.id.in_(set(kit_version_ids))
        )
    ).tuples()
    return {
        key: KitLabel(kit_id, version, sha256, LocalizedText(name["zh"], name["en"]))
        for key, kit_id, version, sha256, name in rows
    }


def list_kits(session: Session, actor: Actor, *, kit_id: str | None = None) -> tuple[KitSummary, ...]:
    """Every version of the group's kits and the actor's companies', newest first within a kit, kits by id; of one kit
    when asked."""
    require(actor, "public", "read")
    statement = select(KitVersion).options(defer(KitVersion.text)).where(owned(actor, KitVersion.legal_entity_id))
    if kit_id is not None:
        statement = statement.where(KitVersion.kit_id == kit_id)
    rows = session.scalars(statement.order_by(KitVersion.kit_id, KitVersion.version.desc()))
    found: list[KitSummary] = []
    latest: set[str] = set()
    for row in rows:
        is_latest = row.state == "published" and row.kit_id not in latest
        if is_latest:
            latest.add(row.kit_id)
        found.append(
            KitSummary(
                row.id,
                row.kit_id,
                row.version,
                LocalizedText(row.name["zh"], row.name["en"]),
                row.state,  # type: ignore[arg-type]
                row.note,
                row.sha256,
                row.created_at,
                row.actor,
                is_latest,
                row.preview,
                row.legal_entity_id,
            )
        )
    return tuple(found)


def retire_kit(session: Session, actor: Actor, kit_version_id: str, clock: Clock) -> KitVersion:
    """Retire a version: new requisitions cannot choose it, interviews under way keep it."""
    row = kit_version_to_change(session, actor, kit_version_id, lock=True)
    if row.state != "published":
        raise conflict("kit.not_published", msg("This version is not published."))
    row.state = "retired"
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "kit.retire", f"kit_version:{row.id}", {}, clock)
    return row


def _latest(session: Session, kit_id: str) -> KitVersion | None:
    return session.scalar(
        select(KitVersion).where(KitVersion.kit_id == kit_id).order_by(KitVersion.version.desc()).limit(1)
    )


def _with_id(text: str, draft: Kit, kit_id: str) -> tuple[str, Kit]:
    """The text with another id, as `_with_version`."""
    final = _ID_LINE.sub(f"id: {kit_id}", text, count=1)
    parsed = parse_kit(final.encode(), "kit.yaml")
    if replace(parsed, sha256="") == replace(draft, id=kit_id, sha256=""):
        return final, parsed
    written = kit_yaml(replace(draft, id=kit_id))
    return written.decode(), parse_kit(written, "kit.yaml")


def _with_version(text: str, draft: Kit, version: int) -> tuple[str, Kit]:
    """The text with its version line set, comments and layout kept; dumped again where the line is not a plain one."""
    if draft.version == version:
        return text, draft
    final, count = _VERSION_LINE.subn(f"version: {version}", text)
    if count == 1:
        parsed = parse_kit(final.encode(), "kit.yaml")
        if replace(parsed, sha256="") == replace(draft, version=version, sha256=""):
            return final, parsed
    written = kit_yaml(replace(draft, version=version))
    return written.decode(), parse_kit(written, "kit.yaml")


@lru_cache(maxsize=64)
def _parsed(sha256: str, text: str) -> Kit:
    """Parsing takes tens of milliseconds and every candidate's page asks for it."""
    return parse_kit(text.encode(), "kit.yaml")


def _extend_model(session: Session, published: Kit, owner: str | None, clock: Clock, actor_id: str) -> None:
    codes = [competency.id for competency in published.competencies]
    known = set(session.scalars(select(CompetencyRow.code).where(CompetencyRow.code.in_(codes))))
    for competency in published.competencies:
        if competency.id not in known:
            session.add(_model_row(competency, owner, actor_id, clock))
    session.flush()


def _model_row(competency: Competency, owner: str | None, actor_id: str, clock: Clock) -> CompetencyRow:
    return CompetencyRow(
        **stamp(actor_id, clock),
        legal_entity_id=owner,
        code=competency.id,
        kind=competency.kind,
        name=asdict(competency.name),
        definition=asdict(competency.definition),
        indicators=[{"id": one.id, "text": asdict(one.text)} for one in competency.indicators],
        anchors=[asdict(anchor) for anchor in competency.anchors],
    )
