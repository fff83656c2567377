"""Assemble the content scorer and hand it transcripts: text and times only, nothing of voice or face."""

from __future__ import annotations

import time
from contextlib import closing
from functools import partial

from interview_engine.assessment.calibration.calibration import CalibratedScorer, Calibration
from interview_engine.assessment.calibration.features import FeatureReader
from interview_engine.assessment.evidence.scorer import SCORER_ID, EvidenceScorer
from interview_engine.assessment.judge.hybrid import HybridScorer
from interview_engine.assessment.judge.scorer import JudgeScorer, Limits
from interview_engine.assessment.judge.screening import Screening
from interview_engine.assessment.kits.kit import ScorerName
from interview_engine.assessment.scoring import AnswerText, Embedder, Scorer
from interview_engine.assessment.transcript import Transcript
from interview_engine.clock import SystemClock
from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from interview_engine.settings import JudgeSettings, Settings
from models.text.embedding import MultilingualEmbedder, WeightFolders
from models.text.llm import ChatModel, Endpoint
from pipelines.scoring.judge_cost import asking_of, price_of


def evidence_scorer(store: WeightFolders, embedder: Embedder | None = None) -> Scorer:
    """The default scorer over the weights of `store`. Models load when the first answer of their language comes.

    Scoring raises WeightsError when "e5-small-zh-en" is not installed.

    Args:
        embedder: one over the same weights that remembers vectors; here and below, None makes one.
    """
    return EvidenceScorer(embedder or MultilingualEmbedder(store))


def calibrated_scorer(store: WeightFolders, calibration: Calibration, embedder: Embedder | None = None) -> Scorer:
    """The default scorer on the raters' scale. Scoring raises WeightsError as the evidence scorer does.

    Raises:
        UsageError: `calibration.other_scorer`; scoring another kit raises `calibration.other_kit`.
    """
    beneath = partial(EvidenceScorer, cuts=calibration.cuts)
    return CalibratedScorer(beneath, embedder or MultilingualEmbedder(store), calibration)


def feature_reader(store: WeightFolders) -> FeatureReader:
    """What a calibration is fitted on: the default scorer's result and its evidence features."""
    return FeatureReader(EvidenceScorer, MultilingualEmbedder(store))


def judge_scorer(
    store: WeightFolders, settings: Settings, embedder: Embedder | None = None, *, waits: bool = True
) -> Scorer:
    """The judge scorer with the model of the settings; the weights of `store` screen the answers first.

    Args:
        waits: see `Limits.waits`.

    Raises:
        UsageError: `judge.not_set`. Scoring raises WeightsError as the evidence scorer, and ScorerError.
    """
    judge = _judge_settings(settings)
    limits = Limits(price_of(judge), judge.budget, waits, SystemClock().monotonic_s)
    screen = Screening(embedder or MultilingualEmbedder(store))
    return JudgeScorer(chat_model(judge), screen, asking_of(judge), limits)


def hybrid_scorer(
    store: WeightFolders, settings: Settings, calibration: Calibration | None = None, embedder: Embedder | None = None
) -> Scorer:
    """The default scorer, calibrated where there is a calibration, with the judge of the settings beside it.

    Raises:
        UsageError: `judge.not_set`, `calibration.other_scorer`. Scoring raises WeightsError as the evidence scorer.
    """
    vectors = embedder or MultilingualEmbedder(store)
    own = calibrated_scorer(store, calibration, vectors) if calibration else evidence_scorer(store, vectors)
    return HybridScorer(own, judge_scorer(store, settings, vectors, waits=False), settings.hybrid_threshold)


def check_judge(settings: Settings) -> None:
    """Fail before hours of work rather than after.

    Raises:
        UsageError: `judge.not_set`. ScorerError: `judge.unreachable`, `judge.refused`, `judge.not_compatible`.
    """
    with closing(chat_model(_judge_settings(settings))) as model:
        model.check()


def identity(scorer: ScorerName, settings: Settings, calibration: Calibration | None = None) -> tuple[str, ...]:
    """What a result depends on besides the name of the scorer: its id, the calibration, and for a judge also where and
    how it runs.

    Raises:
        UsageError: `judge.not_set`.
    """
    own = (SCORER_ID,) if calibration is None else (SCORER_ID, calibration.scorer_id, calibration.sha256)
    if scorer == "evidence":
        return own
    judge = _judge_settings(settings)
    how = (
        asking_of(judge).scorer_id(judge.model),
        judge.url,
        judge.json_mode,
        str(judge.max_tokens),
        *(() if judge.budget is None else (f"budget {judge.budget:f} {judge.currency}",)),
    )
    return how if scorer == "judge" else (*own, *how, f"hybrid {settings.hybrid_threshold:g}")


def chat_model(judge: JudgeSettings) -> ChatModel:
    """The endpoint of the settings."""
    endpoint = Endpoint(
        judge.url,
        judge.model,
        judge.key,
        timeout_s=judge.timeout_s,
        json_mode=judge.json_mode,
        max_tokens=judge.max_tokens,
        temperature=judge.temperature,
    )
    return ChatModel(endpoint, time.sleep, SystemClock())


def answer_text(question_id: str, transcript: Transcript) -> AnswerText:
    """What a scorer may see of a transcript; quotes will be spans of `transcript.text`."""
    return AnswerText(question_id, transcript.language, transcript.text, transcript.segments, transcript.words)


def _judge_settings(settings: Settings) -> JudgeSettings:
    if settings.judge is None:
        raise UsageError(
            "judge.not_set",
            msg("The judge scorer has no model to ask."),
            msg("Set INTERVIEW_ENGINE_JUDGE_URL (up to /v1) and INTERVIEW_ENGINE_JUDGE_MODEL; see docs/judge.md."),
        )
    return settings.judge
