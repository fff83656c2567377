"""The effect of a changed kit on past interviews, before it is published (A19): who crosses the bar."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.assessment.comparing.ranking import Entry
from interview_engine.assessment.comparing.time_machine import Change, compare
from interview_engine.assessment.kits.file import parse_kit
from interview_engine.assessment.kits.kit import Kit
from interview_engine.errors import NotFoundError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require, scoped
from interview_engine.hr.competency.service import kit, versions_of
from interview_engine.hr.recruiting.tables import Application, Assessment, Requisition
from interview_engine.store.blobs import BlobStore

Rescore = Callable[[Mapping[str, Any], Kit], Entry]
"""Scores one stored report document again with a kit; it needs the text models, so whoever has them passes it in."""
BAR_PERCENT = 70.0
"""Match percent at which a past interview counts as above the bar, where none is given."""
MAX_INTERVIEWS = 300
"""Past interviews that one preview scores again: the newest."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The effect of a changed kit on past interviews.

    Args:
        flips: interviews that change their side of the bar, of `total` scored again.
        rows: every interview, those that flip first; `before.interview_id` is the application's id.
        skipped: interviews whose report is gone by retention, so that they cannot be scored again.
        bar: match percent.
        sha256: of the kit text that was previewed.
    """

    flips: int
    total: int
    rows: tuple[Change, ...]
    skipped: int
    bar: float
    sha256: str

    def document(self) -> dict[str, Any]:
        """What is kept with the published version."""
        return {
            "flips": self.flips,
            "total": self.total,
            "skipped": self.skipped,
            "bar": self.bar,
            "sha256": self.sha256,
            "groups_changed": sum(change.group_changed for change in self.rows),
        }


def preview_kit(
    session: Session,
    blobs: BlobStore,
    actor: Actor,
    text: str,
    rescore: Rescore,
    *,
    bar: float = BAR_PERCENT,
    limit: int = MAX_INTERVIEWS,
    progress: Callable[[int, int], None] | None = None,
) -> Preview:
    """Score past interviews of the kit's id again, each with the version it was scored with and with `text`.

    Both sides go through the same `rescore`, so the kit is all that differs. Nothing is stored.

    Args:
        rescore: see `Rescore`.
        progress: called with (done, total).

    Raises:
        KitError: the text is no valid kit. PermissionDenied.
    """
    require(actor, "public", "manage")
    draft = parse_kit(text.encode(), "kit.yaml")
    rows = session.execute(_past(actor, draft.id).limit(limit)).tuples().all()
    before, after = [], []
    skipped = 0
    for done, (application_id, report_sha256, kit_version_id) in enumerate(rows, start=1):
        document = _document(blobs, report_sha256)
        if document is None:
            skipped += 1
        else:
            was = rescore(document, kit(session, kit_version_id))
            before.append(replace(was, interview_id=application_id))
            after.append(replace(rescore(document, draft), interview_id=application_id))
        if progress is not None:
            progress(done, len(rows))
    found = compare(before, after, bar)
    return Preview(found.flips, len(found.changes), found.changes, skipped, bar, draft.sha256)


def _past(actor: Actor, kit_id: str) -> Any:
    statement = (
        select(Application.id, Assessment.report_sha256, Assessment.kit_version_id)
        .join(Assessment, Assessment.id == Application.assessment_id)
        .join(Requisition, Requisition.id == Application.requisition_id)
        .where(Assessment.kit_version_id.in_(versions_of(kit_id)))
        .order_by(Assessment.id.desc())
    )
    return scoped(
        statement,
        actor,
        "interview",
        "read",
        department=Requisition.department_id,
        legal_entity=Requisition.legal_entity_id,
        person=Application.person_id,
    )


def _document(blobs: BlobStore, sha256: str) -> Mapping[str, Any] | None:
    try:
        document: dict[str, Any] = json.loads(blobs.read(sha256))
    except NotFoundError:
        return None
    return document
