"""Speech recognition on the CPU: the encoder by OpenVINO, the search and the word times by CTranslate2."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.media import SAMPLE_RATE
from interview_engine.errors import WeightsError
from interview_engine.i18n import msg
from models.runtime.openvino_runtime import Precision, fastest_precision
from models.speech.recogniser import (
    BEAM_SIZE,
    ENCODED_FRAME_S,
    MEL_FRAMES_EACH,
    DecodeRequest,
    EncodedWindow,
    Heard,
    HeardWord,
    attended,
    check_length,
    join_pieces,
)
from models.speech.whisper.encoder import WhisperEncoder
from models.speech.whisper.tokens import kept, limit, longest_run, prompted, suppressed

TOGETHER = 2
"""Windows searched at once on the CPU: a step then took 14.3 ms a window instead of 16.8, since the weights are read
once for both; more at once are no faster, and each window's keys take 37 MiB."""

COMPUTE_TYPE = "int8"
"""CTranslate2's number format in the search."""

MODEL_FILES = ("model.bin", "config.json", "tokenizer.json")

AVX512_FLAGS = {"avx512f", "avx512cd", "avx512dq", "avx512bw", "avx512vl"}


def backend(precision: Precision, compute_type: str = COMPUTE_TYPE) -> str:
    """The name, for provenance, of what hears on the CPU: the libraries and their number formats."""
    return f"openvino {precision}, ctranslate2 {compute_type}"


@dataclass(frozen=True, slots=True)
class _Search:
    """What windows that CTranslate2 searches at once must share.

    Args:
        language: ISO 639-1.
        tokens: all before the text.
        frames: of the encoder's output.
        room: tokens at most.
        run: so many tokens in a row may not come twice.
    """

    language: str
    tokens: tuple[int, ...]
    frames: int
    room: int
    run: int


class FasterWhisperRecogniser:
    """Whisper on the CPU: the encoder by OpenVINO (models/speech/whisper/encoder.py), the search by CTranslate2.

    Windows are encoded one by one: on a CPU core a batch of them is no faster and leaves the caches.

    Args:
        model_dir: a Whisper model in CTranslate2 form (model.bin, config.json, tokenizer.json, vocabulary).
        compute_type: CTranslate2's, of the search.
        cpu_threads: threads of one search; several recordings run as several processes.
        beam_size: hypotheses kept.
        precision: of the encoder's arithmetic; None takes bf16 where the processor has it and f32 elsewhere.

    Attributes:
        backend: the libraries and their number formats, for provenance.
    """

    batch = 2 * TOGETHER
    """Of so many, two that can be searched together are mostly found."""

    def __init__(
        self,
        model_dir: Path,
        compute_type: str = COMPUTE_TYPE,
        cpu_threads: int = 1,
        beam_size: int = BEAM_SIZE,
        precision: Precision | None = None,
    ) -> None:
        self._model_dir = model_dir
        self._compute_type = compute_type
        self._cpu_threads = cpu_threads
        self._beam_size = beam_size
        self._precision: Precision = precision or fastest_precision()
        self.backend = backend(self._precision, compute_type)
        self._tokenizers: dict[str, Any] = {}

    def encode(self, windows: Sequence[NDArray[np.float32]]) -> list[EncodedWindow]:
        """See `Recogniser.encode`.

        Raises:
            ValueError: more than 30 s.
            WeightsError: the model cannot be loaded.
        """
        return [self._encode(samples) for samples in windows]

    def later(self, window: EncodedWindow, from_s: float) -> EncodedWindow:
        """See `Recogniser.later`: what the decoder may look at begins later; nothing is encoded."""
        from ctranslate2 import StorageView

        output, frames = window.state
        first = min(int(from_s / ENCODED_FRAME_S), output.shape[1] - 1)
        rest = StorageView.from_array(np.ascontiguousarray(np.asarray(output)[:, first:]))
        mel_frames = max(MEL_FRAMES_EACH, frames - MEL_FRAMES_EACH * first)
        return EncodedWindow(window.language_probabilities, window.duration_s - from_s, (rest, mel_frames))

    def decode(self, requests: Sequence[DecodeRequest]) -> list[Heard]:
        """See `Recogniser.decode`."""
        alike: dict[_Search, list[int]] = {}
        for place, request in enumerate(requests):
            alike.setdefault(self._search(request), []).append(place)
        heard: dict[int, Heard] = {}
        for search, places in alike.items():
            for first in range(0, len(places), TOGETHER):
                block = places[first : first + TOGETHER]
                heard.update(zip(block, self._decode(search, [requests[place].window for place in block]), strict=True))
        return [heard[place] for place in range(len(requests))]

    def _encode(self, samples: NDArray[np.float32]) -> EncodedWindow:
        check_length(samples)
        model = self._model
        from ctranslate2 import StorageView
        from faster_whisper.audio import pad_or_trim

        features = model.feature_extractor(samples)
        frames = min(features.shape[-1] - 1, model.feature_extractor.nb_max_frames)
        frames = max(MEL_FRAMES_EACH, frames)  # word times are sought in one frame at least
        heard = pad_or_trim(features[:, :frames], MEL_FRAMES_EACH * attended(frames))
        output = StorageView.from_array(self._encoder(heard))
        probabilities = {"en": 1.0}
        if model.model.is_multilingual:
            probabilities = {token[2:-2]: float(p) for token, p in model.model.detect_language(output)[0]}
        return EncodedWindow(probabilities, len(samples) / SAMPLE_RATE, (output, frames))

    def _search(self, request: DecodeRequest) -> _Search:
        tokens, _ = prompted(self._tokenizer(request.language), request.prompt, request.window.duration_s)
        output, _ = request.window.state
        room, run = limit(request.window.duration_s), longest_run(request.avoid_repeats)
        return _Search(request.language, tokens, output.shape[1], room, run)

    def _decode(self, search: _Search, windows: Sequence[EncodedWindow]) -> list[Heard]:
        """The words of windows that are searched alike."""
        from ctranslate2 import StorageView

        tokenizer = self._tokenizer(search.language)
        outputs = [window.state[0] for window in windows]
        together = outputs[0]
        if len(outputs) > 1:
            together = StorageView.from_array(np.concatenate([np.asarray(output) for output in outputs]))
        results = self._model.model.generate(
            together,
            [list(search.tokens)] * len(windows),
            beam_size=self._beam_size,
            # CTranslate2 stops at half of this, or at this less what went before, whichever comes first.
            max_length=max(2 * search.room, len(search.tokens) - 1 + search.room),
            return_scores=True,
            return_no_speech_prob=True,
            no_repeat_ngram_size=search.run,
            suppress_tokens=suppressed(tokenizer),
        )
        heard = []
        for window, result in zip(windows, results, strict=True):
            output, frames = window.state
            found = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
            length = len(result.sequences_ids[0])
            cut_off = length >= search.room
            tokens = kept(found, cut_off=cut_off, run=search.run)
            heard.append(
                Heard(
                    self._words(tokenizer, tokens, output, frames, window.duration_s),
                    average_log_probability=result.scores[0] * length / (length + 1),
                    no_speech_probability=float(result.no_speech_prob),
                    cut_off=cut_off,
                )
            )
        return heard

    def _words(
        self, tokenizer: Any, tokens: Sequence[int], output: Any, frames: int, duration_s: float
    ) -> tuple[HeardWord, ...]:
        if not tokens:
            return ()
        aligned = self._model.find_alignment(tokenizer, [list(tokens)], output, frames)[0]
        raw = [
            HeardWord(
                entry["word"],
                min(float(entry["start"]), duration_s),
                min(float(entry["end"]), duration_s),
                float(entry["probability"]),
            )
            for entry in aligned
            if entry["word"] and entry["tokens"][0] < tokenizer.eot
        ]
        return join_pieces(raw)

    def _tokenizer(self, language: str) -> Any:
        if language not in self._tokenizers:
            from faster_whisper.tokenizer import Tokenizer

            self._tokenizers[language] = Tokenizer(
                self._model.hf_tokenizer, self._model.model.is_multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]

    @cached_property
    def _model(self) -> Any:
        return load(self._model_dir, self._compute_type, self._cpu_threads)

    @cached_property
    def _encoder(self) -> WhisperEncoder:
        return WhisperEncoder(self._model_dir, self._precision)


def prefer_avx512() -> None:
    """Let CTranslate2 use AVX-512 where the processor has it (it picks AVX2 by itself, which is slower for int8).

    Only works before the process loads its first CTranslate2 model, whose kernels all later ones get; with others the
    last bits differ, and with them now and then a word. A choice of the user's own is left alone.
    """
    if "CT2_FORCE_CPU_ISA" in os.environ:
        return
    processor = Path("/proc/cpuinfo")
    if not processor.is_file():
        return
    with processor.open(encoding="utf-8", errors="replace") as lines:
        flags = next((line for line in lines if line.startswith("flags")), "")
    if set(flags.split()) >= AVX512_FLAGS:
        os.environ["CT2_FORCE_CPU_ISA"] = "AVX512"


def load(model_dir: Path, compute_type: str, cpu_threads: int) -> Any:
    """The faster-whisper model in a folder, on the CPU.

    Raises:
        WeightsError: `weights.not_a_model`: files are missing (faster-whisper would go and look for them on the net)
            or CTranslate2 cannot read them or use the compute type.
    """
    missing = [name for name in MODEL_FILES if not (model_dir / name).is_file()]
    if missing:
        raise _not_a_model(model_dir, f"{', '.join(missing)} missing")
    prefer_avx512()
    from faster_whisper import WhisperModel

    try:
        return WhisperModel(
            str(model_dir), device="cpu", compute_type=compute_type, cpu_threads=cpu_threads, num_workers=1
        )
    except (RuntimeError, ValueError) as error:
        raise _not_a_model(model_dir, str(error)) from error


def _not_a_model(model_dir: Path, why: str) -> WeightsError:
    return WeightsError(
        "weights.not_a_model",
        msg(
            "The folder {model_dir} is not a usable Whisper model in CTranslate2 form: {why}.",
            model_dir=model_dir,
            why=why,
        ),
        msg("Check the model folder in the settings, or run `interview-engine models pull`."),
    )
