"""The trained models that one process holds: each loaded once, when it is first needed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from interview_engine.assessment.calibration.calibration import Calibration
from interview_engine.assessment.kits.kit import ScorerName
from interview_engine.assessment.report import ModelUsed
from interview_engine.assessment.scoring import Scorer
from interview_engine.settings import Settings
from models.runtime.device import resolve
from models.speech.load import load_recogniser
from models.speech.recogniser import Recogniser
from models.speech.speaker import VoiceEncoder
from models.speech.vad import SileroVoiceActivity, VoiceActivity
from models.text.own_e5 import refuse_other_model
from models.weights.registry import default_root, store_of
from pipelines.hearing.recognition_client import RemoteRecogniser
from pipelines.scoring.kit_vectors import FOLDER, KitVectors, PreparedScorer
from pipelines.scoring.sentence_vectors import SentenceVectors
from pipelines.watching.watch import Detectors, load_detectors

if TYPE_CHECKING:  # it brings scipy along
    from models.text.embedding import MultilingualEmbedder

E5 = "e5-small-zh-en"
NEEDED = (
    "whisper-base",
    "voice-activity",
    "face-landmarker",
    "hand-landmarker",
    "pose-landmarker",
    E5,
    "speaker",
)
"""Names of the weights an assessment uses by default."""


def needed_weights(settings: Settings) -> tuple[ModelUsed, ...]:
    """The weights of `NEEDED` with their hashes, in order of name.

    Raises:
        WeightsError: one is missing or damaged, or the text model is one of the user's own that is another model.
    """
    store = store_of(settings)
    for name in NEEDED:
        store.locate(name)
    refuse_other_model(store.locate(E5), store.sha256(E5), store.root)
    return tuple(ModelUsed(name, store.sha256(name)) for name in sorted(NEEDED))


class Workbench:
    """Models by use. Not shared between processes; loading raises WeightsError or SystemPackageError."""

    def __init__(
        self,
        settings: Settings,
        scorer: ScorerName = "evidence",
        calibration: Calibration | None = None,
        *,
        waits: bool = True,
    ) -> None:
        """`waits`: a judge whose endpoint fails is an error (judge.scorer.Limits)."""
        self.settings = settings
        self.scorer_name = scorer
        self.calibration = calibration
        self.waits = waits
        self.store = store_of(settings)

    def close(self) -> None:
        """Free what must be freed before the interpreter ends."""
        detectors = self.__dict__.pop("detectors", None)
        if detectors is not None:
            detectors.close()

    @cached_property
    def recogniser(self) -> Recogniser:
        """Speech recognition on the device of the settings, or by the process that recognises for all."""
        if self.settings.recognition is not None:
            return RemoteRecogniser(self.settings.recognition)
        return load_recogniser(self.store, device=self.settings.device)

    @cached_property
    def speech_backend(self) -> str:
        """What recognises speech on this machine, with its number formats, for provenance."""
        from models.speech.load import speech_backend

        return speech_backend(self.settings.device)

    @cached_property
    def voice_activity(self) -> VoiceActivity:
        """The detector of speech, loaded at its first use."""
        return SileroVoiceActivity(self.store)

    @cached_property
    def detectors(self) -> Detectors:
        """Faces, hands and pose, on the device of the settings."""
        return load_detectors(self.store, self.settings.vision, resolve(self.settings.device))

    @cached_property
    def voices(self) -> VoiceEncoder:
        """Who is speaking, only ever for “there may be a second voice”."""
        return VoiceEncoder(self.store)

    @cached_property
    def vectors(self) -> SentenceVectors:
        """The text embedder, which remembers the vectors of the interview in hand."""
        return SentenceVectors(self.kit_vectors, self._vector_identity)

    @cached_property
    def kit_vectors(self) -> KitVectors:
        """The text embedder under `vectors`, which has the kits' own texts from a file beside the weights."""
        folder = (self.settings.weights or default_root()) / FOLDER
        return KitVectors(self.text_embedder, folder, self._vector_identity)

    @cached_property
    def text_embedder(self) -> MultilingualEmbedder:
        """Sentence vectors of every language in one space; what the content scorers compare."""
        from models.text.embedding import MultilingualEmbedder

        return MultilingualEmbedder(self.store)

    def _vector_identity(self) -> str:
        return self.text_embedder.identity

    @cached_property
    def scorer(self) -> Scorer:
        """The content scorer of that name, calibrated where there is a calibration."""
        return PreparedScorer(self._scorer(), self.kit_vectors)

    def _scorer(self) -> Scorer:
        from pipelines.scoring.score import calibrated_scorer, evidence_scorer, hybrid_scorer, judge_scorer

        if self.scorer_name == "judge":
            return judge_scorer(self.store, self.settings, self.vectors, waits=self.waits)
        if self.scorer_name == "hybrid":
            return hybrid_scorer(self.store, self.settings, self.calibration, self.vectors)
        if self.calibration is not None:
            return calibrated_scorer(self.store, self.calibration, self.vectors)
        return evidence_scorer(self.store, self.vectors)
