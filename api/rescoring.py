"""Scoring stored reports again for a preview: the text models of this process, loaded at the first need."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session

from api.deps import get_context
from interview_engine.assessment.calibration.features import FeatureReader, Features
from interview_engine.assessment.comparing.ranking import Entry
from interview_engine.assessment.evidence.scorer import EvidenceScorer
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.scoring import Embedder, Scorer
from interview_engine.hr.competency.service import kit as kit_of
from interview_engine.hr.recruiting.reviewing.assessments import reports_of
from interview_engine.hr.recruiting.reviewing.calibrations import ReadFeatures
from interview_engine.hr.recruiting.reviewing.kit_preview import Rescore
from interview_engine.settings import Settings

_lock = threading.Lock()
"""The scorer remembers kits, its models texts: one interview at a time."""


def rescorer(settings: Settings, embedder: Embedder | None = None) -> Rescore:
    """What `preview_kit` scores with.

    Args:
        embedder: instead of the installed text models.

    Raises (when first called):
        WeightsError: the text models are not there.
    """
    given = None if embedder is None else EvidenceScorer(embedder)

    def rescore(document: Mapping[str, Any], kit: Kit) -> Entry:
        from pipelines.folders.rescore import rescore_report
        from pipelines.reports.reading import from_document

        report = from_document(dict(document))
        delivery = bool(report.provenance.settings.get("delivery", True))
        with _lock:
            return rescore_report(report, kit, given or _scorer(settings), delivery=delivery)

    return rescore


def rescore_of(request: Request) -> Rescore:
    """The server's own; `app.state.embedder`, where it is set, replaces the installed text models."""
    return rescorer(get_context(request).engine, getattr(request.app.state, "embedder", None))


@lru_cache(maxsize=1)
def _scorer(settings: Settings) -> Scorer:
    from pipelines.workbench import Workbench

    return EvidenceScorer(Workbench(settings).vectors)


def features_of(request: Request, session: Session, kit_version_id: str) -> tuple[ReadFeatures, str]:
    """What a calibration of a kit version is fitted on, read again from the stored transcripts, and the scorer's id.

    Raises (when called):
        WeightsError: the text models are not there. NotFoundError: a report is gone by retention.
    """
    from pipelines.reports.reading import from_document
    from pipelines.scoring.score import answer_text

    context = get_context(request)
    embedder = getattr(request.app.state, "embedder", None)
    reader = FeatureReader(EvidenceScorer, embedder) if embedder is not None else _reader(context.engine)
    asked = kit_of(session, kit_version_id)

    def read(assessment_ids: Sequence[str]) -> Mapping[tuple[str, str], Features]:
        found: dict[tuple[str, str], Features] = {}
        for assessment_id, sha256 in reports_of(session, assessment_ids).items():
            report = from_document(json.loads(context.blobs.read(sha256)))
            answers = [
                answer_text(answer.question_id, answer.transcript)
                for answer in report.answers
                if answer.transcript is not None and answer.transcript.reason is None
            ]
            with _lock:
                _, features = reader.read(asked, answers)
            found |= {(assessment_id, one.competency_id): one for one in features}
        return found

    return read, reader.scorer_id


@lru_cache(maxsize=1)
def _reader(settings: Settings) -> FeatureReader:
    from pipelines.workbench import Workbench

    return FeatureReader(EvidenceScorer, Workbench(settings).vectors)
