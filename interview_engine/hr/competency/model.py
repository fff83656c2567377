"""The company's competency model: three dimensions, definitions, levels with behavioural anchors (B1)."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.assessment.kits.kit import LEVELS, CompetencyKind
from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner, owned, owner_for, require
from interview_engine.hr.competency.tables import CompetencyRow
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import LocalizedText, Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import stamp, touch

KINDS: tuple[CompetencyKind, ...] = get_args(CompetencyKind)
_CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")
MAX_TEXT = 1000


@dataclass(frozen=True, slots=True)
class NewCompetency:
    """A competency to be added: `anchors` has five texts, level 1 first; `indicators` are observable behaviours.

    `legal_entity_id` is the company it will belong to; see `access.service.owner_for`.
    """

    code: str
    kind: CompetencyKind
    name: LocalizedText
    definition: LocalizedText
    anchors: tuple[LocalizedText, ...]
    indicators: tuple[LocalizedText, ...] = ()
    legal_entity_id: str | None = None


def add_competency(session: Session, actor: Actor, new: NewCompetency, clock: Clock) -> CompetencyRow:
    """Add a competency to the model.

    Raises:
        PermissionDenied: the owner is out of reach.
        InvalidInput: `competency.code`, `.kind`, `.text`, `.anchors`. ConflictError: `competency.taken`.
    """
    require(actor, "public", "manage")
    owner = owner_for(session, actor, new.legal_entity_id)
    _check(new)
    if session.scalar(select(func.count()).select_from(CompetencyRow).where(CompetencyRow.code == new.code)):
        raise conflict("competency.taken", msg("The code “{code}” is taken.", code=new.code))
    row = CompetencyRow(
        **stamp(actor.id, clock),
        legal_entity_id=owner,
        code=new.code,
        kind=new.kind,
        name=asdict(new.name),
        definition=asdict(new.definition),
        indicators=[{"id": f"i{place}", "text": asdict(text)} for place, text in enumerate(new.indicators, start=1)],
        anchors=[asdict(anchor) for anchor in new.anchors],
    )
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "competency.add", f"competency:{row.id}", {"code": row.code}, clock)
    return row


def retire_competency(session: Session, actor: Actor, code: str, clock: Clock) -> CompetencyRow:
    """Retire a competency; records and profiles that name it keep it."""
    require(actor, "public", "manage")
    row = session.scalar(select(CompetencyRow).where(CompetencyRow.code == code).with_for_update())
    if row is None:
        raise missing("competency", msg("competency"))
    check_owner(session, actor, "public", "manage", row.legal_entity_id)
    if row.retired_at is None:
        row.retired_at = clock.now()
        touch(row, actor.id, clock)
        audit.record(session, actor.id, "competency.retire", f"competency:{row.id}", {"code": code}, clock)
    return row


def competency_model(session: Session, actor: Actor) -> tuple[CompetencyRow, ...]:
    """The competencies in use of the group and the actor's companies, by kind and code."""
    statement = select(CompetencyRow).where(
        CompetencyRow.retired_at.is_(None), owned(actor, CompetencyRow.legal_entity_id)
    )
    return tuple(session.scalars(statement.order_by(CompetencyRow.kind, CompetencyRow.code)))


def _check(new: NewCompetency) -> None:
    if not _CODE.fullmatch(new.code):
        raise _bad(
            "code",
            "competency.code",
            msg("A code has lower-case letters, digits and hyphens."),
        )
    if new.kind not in KINDS:
        raise _bad("kind", "competency.kind", msg("The kind is general, professional or role."))
    if len(new.anchors) != len(LEVELS):
        raise _bad("anchors", "competency.anchors", msg("Five behavioural anchors are needed."))
    texts = {"name": new.name, "definition": new.definition}
    texts |= {f"anchors.{place}": text for place, text in enumerate(new.anchors)}
    texts |= {f"indicators.{place}": text for place, text in enumerate(new.indicators)}
    for field, text in texts.items():
        if not all(1 <= len(one.strip()) <= MAX_TEXT for one in (text.zh, text.en)):
            raise _bad(field, "competency.text", msg("Both Chinese and English are needed."))


def _bad(field: str, code: str, message: Text) -> Exception:
    return invalid(field, code, message, msg("Change it and save again."))
