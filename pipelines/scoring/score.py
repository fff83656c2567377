"""Assemble the content scorer and hand it transcripts: text and times only, nothing of voice or face."""

from __future__ import annotations

import time
from contextlib import closing

from interview_engine.assessment.calibration.calibration import CalibratedScorer, Calibration
from interview_engine.assessment.calibration.features import FeatureReader
from interview_engine.assessment.evidence.scorer import SCORER_ID, EvidenceScorer
from interview_engine.assessment.judge.scorer import JudgeScorer, Price, scorer_id
from interview_engine.assessment.judge.screening import Screening
from interview_engine.assessment.scoring import AnswerText, Embedder, Scorer, ScorerName
from interview_engine.assessment.transcript import Transcript
from interview_engine.clock import SystemClock
from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from interview_engine.settings import JudgeSettings, Settings
from models.text.embedding import MultilingualEmbedder, WeightFolders
from models.text.llm import ChatModel, Endpoint


def evidence_scorer(store: WeightFolders, embedder: Embedder | None = None) -> Scorer:
    """The default scorer over the weights of `store`. Models load when the first answer of their language comes.

    Scoring raises WeightsError when "minilm-en" (English) or "e5-small-zh-en" (Chinese) is not installed.

    Args:
        embedder: one over the same weights that remembers vectors; here and below, None makes one.
    """
    return EvidenceScorer(embedder or MultilingualEmbedder(store))


def calibrated_scorer(store: WeightFolders, calibration: Calibration, embedder: Embedder | None = None) -> Scorer:
    """The default scorer on the raters' scale. Scoring raises WeightsError as the evidence scorer does.

    Raises:
        UsageError: `calibration.other_scorer`; scoring another kit raises `calibration.other_kit`.
    """
    return CalibratedScorer(EvidenceScorer, embedder or MultilingualEmbedder(store), calibration)


def feature_reader(store: WeightFolders) -> FeatureReader:
    """What a calibration is fitted on: the default scorer's result and its evidence features."""
    return FeatureReader(EvidenceScorer, MultilingualEmbedder(store))


def judge_scorer(store: WeightFolders, settings: Settings, embedder: Embedder | None = None) -> Scorer:
    """The judge scorer with the model of the settings; the weights of `store` screen the answers first.

    Raises:
        UsageError: `judge.not_set`. Scoring raises WeightsError as the evidence scorer, and ScorerError.
    """
    judge = _judge_settings(settings)
    price = None
    if judge.prompt_price is not None and judge.completion_price is not None:
        price = Price(judge.prompt_price, judge.completion_price, judge.currency)
    return JudgeScorer(chat_model(judge), Screening(embedder or MultilingualEmbedder(store)), judge.samples, price)


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
    if calibration is not None:
        return SCORER_ID, calibration.scorer_id, calibration.sha256
    if scorer == "evidence":
        return (SCORER_ID,)
    judge = _judge_settings(settings)
    return scorer_id(judge.model, judge.samples), judge.url, judge.json_mode, str(judge.max_tokens)


def chat_model(judge: JudgeSettings) -> ChatModel:
    """The endpoint of the settings."""
    endpoint = Endpoint(
        judge.url,
        judge.model,
        judge.key,
        timeout_s=judge.timeout_s,
        json_mode=judge.json_mode,
        max_tokens=judge.max_tokens,
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
