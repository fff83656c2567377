"""Scoring past interviews again inside the server, for previews of a kit: the evidence scorer over the installed text
models, loaded at the first preview and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from fastapi import Request
from numpy.typing import NDArray

from api.deps import get_context
from interview_engine.assessment.evidence import EvidenceScorer
from interview_engine.assessment.kit import Kit
from interview_engine.assessment.ranking import Entry
from interview_engine.assessment.scoring import Embedder
from interview_engine.hr.competency.service import Rescore
from pipelines.report_reading import from_document
from pipelines.rescore import rescore_report

MOST_KEPT = 100_000
"""Sentences whose vectors are kept (384 numbers each: 150 MB); above it all are forgotten."""


class RememberingEmbedder:
    """An Embedder that embeds each sentence once: both sides of a preview read the same answers."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[tuple[str, str], NDArray[np.float32]] = {}

    def embed(self, texts: Sequence[str], language: str) -> NDArray[np.float32]:
        """As the embedder's."""
        if len(self._known) > MOST_KEPT:
            self._known.clear()
        missing = list(dict.fromkeys(text for text in texts if (text, language) not in self._known))
        if missing or not texts:
            fresh = self._embedder.embed(missing, language)
            if not texts:
                return fresh
            self._known.update({(text, language): row for text, row in zip(missing, fresh, strict=True)})
        return np.stack([self._known[text, language] for text in texts])


def rescorer(embedder: Embedder) -> Rescore:
    """Scores a stored report document again with a kit."""
    scorer = EvidenceScorer(RememberingEmbedder(embedder))

    def rescore(document: Mapping[str, Any], kit: Kit) -> Entry:
        report = from_document(dict(document))
        delivery = bool(report.provenance.settings.get("delivery", True))
        return rescore_report(report, kit, scorer, delivery=delivery)

    return rescore


def rescore_of(request: Request) -> Rescore:
    """The server's own; `app.state.embedder` replaces the installed text models (tests).

    Raises:
        WeightsError: the text models are not installed.
    """
    state = request.app.state
    if getattr(state, "rescore", None) is None:
        embedder = getattr(state, "embedder", None)
        if embedder is None:
            from pipelines.workbench import Workbench  # loads the models' wrappers, which no other page needs

            embedder = Workbench(get_context(request).engine).vectors
        state.rescore = rescorer(embedder)
    found: Rescore = state.rescore
    return found
