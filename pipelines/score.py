"""Assemble the content scorer and hand it transcripts: text and times only, nothing of voice or face."""

from __future__ import annotations

from interview_engine.assessment.evidence import EvidenceScorer
from interview_engine.assessment.scoring import AnswerText, Scorer
from interview_engine.assessment.transcript import Transcript
from models.embedding import TextEmbedder, WeightFolders


def evidence_scorer(store: WeightFolders) -> Scorer:
    """The default scorer over the weights of `store`. Models load when the first answer of their language comes.

    Scoring raises WeightsError when "minilm-en" (English) or "e5-small-zh-en" (Chinese) is not installed.
    """
    return EvidenceScorer(TextEmbedder(store))


def answer_text(question_id: str, transcript: Transcript) -> AnswerText:
    """What a scorer may see of a transcript; quotes will be spans of `transcript.text`."""
    return AnswerText(question_id, transcript.language, transcript.text, transcript.segments, transcript.words)
