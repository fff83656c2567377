"""Speech recognition in torch for a GPU: many windows at once through encoder, search and alignment.

The same weights, prompts and rules as the CPU's recogniser, so the same text; models/convert.py checks it. The
network computes in half precision on CUDA and in float32 on the CPU, where it serves the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.media import SAMPLE_RATE
from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from models.runtime.device import has_torch
from models.speech.recogniser import BEAM_SIZE, DecodeRequest, EncodedWindow, Heard, HeardWord, attended, check_length

if TYPE_CHECKING:
    from models.speech.whisper.layers import Whisper
    from models.speech.whisper.search import BeamSearch
    from models.speech.whisper.text import Texts

Precision = Literal["auto", "float32", "float16", "bfloat16"]

BATCHES = (8, 32, 64, 128)
"""Sizes the encoder is compiled for; a smaller batch is filled up with silence."""

CUDA_PRECISION: Precision = "float16"
"""As the pinned weights are. bfloat16 is as fast and keeps three bits less: beside float32 it changed the text of 8 of
19 windows of whisper-base (a word or a character each), where float16 gives the text of float32 in all 8."""

CUDA_BATCH = 64
CPU_BATCH = 8


@dataclass(frozen=True, slots=True)
class Sound:
    """A window's state: the encoder's output (at most 1500, width), on the device, and how many mel frames are not
    padding."""

    output: Any
    frames: int


class TorchRecogniser:
    """Whisper in torch; see `models.speech.recogniser.Recogniser`.

    Args:
        model_dir: a Whisper model in CTranslate2 form, or as models/convert.py writes it.
        device: "cuda" or "cpu".
        precision: "auto" is `CUDA_PRECISION` on CUDA and float32 on the CPU.
        beam_size: hypotheses kept.
        batch: windows encoded and searched at once; None is 64 on CUDA and 8 on the CPU.
        compiled: whether torch compiles the encoder; None does on CUDA only.

    Raises:
        UsageError: `device.no_torch`: torch is not installed, or not for that device.
    """

    def __init__(
        self,
        model_dir: Path,
        device: str = "cuda",
        precision: Precision = "auto",
        beam_size: int = BEAM_SIZE,
        batch: int | None = None,
        compiled: bool | None = None,
    ) -> None:
        require_torch(device)
        on_cuda = device.startswith("cuda")
        self.batch = batch or (CUDA_BATCH if on_cuda else CPU_BATCH)
        self._model_dir = model_dir
        self._device = device
        self.precision = precision if precision != "auto" else CUDA_PRECISION if on_cuda else "float32"
        self.backend = f"torch {self.precision}"
        self._beam_size = beam_size
        self._compiled = on_cuda if compiled is None else compiled

    def encode(self, windows: Sequence[NDArray[np.float32]]) -> list[EncodedWindow]:
        """See `Recogniser.encode`.

        Raises:
            ValueError: more than 30 s.
            WeightsError: the model cannot be loaded.
        """
        for samples in windows:
            check_length(samples)
        encoded: list[EncodedWindow] = []
        for first in range(0, len(windows), self.batch):
            encoded += self._encode(windows[first : first + self.batch])
        return encoded

    def later(self, window: EncodedWindow, from_s: float) -> None:
        """See `Recogniser.later`: there is always room in the next batch to encode anew."""

    def decode(self, requests: Sequence[DecodeRequest]) -> list[Heard]:
        """See `Recogniser.decode`."""
        from models.speech.whisper.search import Task
        from models.speech.whisper.tokens import kept, limit, longest_run

        tasks = []
        for request in requests:
            language, duration_s = request.language, request.window.duration_s
            prompt, start = self._texts.prompted(language, request.prompt, duration_s)
            run, timed = longest_run(request.avoid_repeats), self._texts.timed(language, duration_s)
            sound = request.window.state.output
            tasks.append(Task(sound, prompt, start, limit(duration_s), run, timed))
        found = self._search.run(tasks)
        end = self._texts.rules.end
        cut_off = [len(text.tokens) >= task.limit for task, text in zip(tasks, found, strict=True)]
        texts = [
            kept(tuple(token for token in text.tokens if token < end), cut_off=cut, run=task.run)
            for task, text, cut in zip(tasks, found, cut_off, strict=True)
        ]
        return [
            Heard(
                words,
                average_log_probability=text.log_probability / (len(text.tokens) + 1),
                no_speech_probability=text.no_speech,
                cut_off=cut,
            )
            for words, text, cut in zip(self._words(requests, texts), found, cut_off, strict=True)
        ]

    def _encode(self, windows: Sequence[NDArray[np.float32]]) -> list[EncodedWindow]:
        from models.speech.whisper.mel import frames, log_mel
        from models.speech.whisper.net import encode

        filled = [*windows, *[_SILENCE] * (self._filled(len(windows)) - len(windows))]
        mel = log_mel(filled, self._net.sizes.mels, self._net.device).to(self._net.dtype)
        lengths = [frames(len(samples)) for samples in filled]
        kept = [attended(length) for length in lengths]
        output = encode(self._net, mel, self._block, kept)
        # Copies: a window that is kept must not keep its whole batch in memory.
        sounds = [Sound(output[index, : kept[index]].clone(), lengths[index]) for index in range(len(windows))]
        languages = self._languages([sound.output for sound in sounds])
        return [
            EncodedWindow(known, len(samples) / SAMPLE_RATE, sound)
            for known, samples, sound in zip(languages, windows, sounds, strict=True)
        ]

    def _filled(self, count: int) -> int:
        """The size a batch is filled up to: only a compiled encoder minds."""
        if not self._compiled:
            return count
        return next((size for size in BATCHES if size >= count), -(-count // BATCHES[-1]) * BATCHES[-1])

    def _languages(self, sounds: Sequence[Any]) -> list[dict[str, float]]:
        import torch

        from models.speech.whisper.net import cross_keys, logits, read

        if not self._texts.multilingual:
            return [{"en": 1.0}] * len(sounds)
        start = torch.full((len(sounds), 1), self._texts.tokenizer("en").sot, device=self._net.device)
        hidden = read(self._net, start, cross_keys(self._net, sounds)).hidden[:, 0]
        ids = torch.tensor(self._texts.config.languages, device=self._net.device)
        probabilities = torch.softmax(logits(self._net, hidden)[:, ids], dim=-1).tolist()
        codes = self._texts.language_codes
        return [dict(zip(codes, row, strict=True)) for row in probabilities]

    def _words(
        self, requests: Sequence[DecodeRequest], texts: Sequence[tuple[int, ...]]
    ) -> list[tuple[HeardWord, ...]]:
        from models.speech.whisper.align import Spoken, align

        words: list[tuple[HeardWord, ...]] = [() for _ in requests]
        there = [index for index, text in enumerate(texts) if text]
        spoken = []
        for index in there:
            sound: Sound = requests[index].window.state
            start = self._texts.start(requests[index].language)
            spoken.append(Spoken(sound.output, sound.frames, start, texts[index]))
        heads, end = self._texts.config.alignment_heads, self._texts.rules.end
        for index, times in zip(there, align(self._net, spoken, heads, end), strict=True):
            request = requests[index]
            words[index] = self._texts.words(
                request.language, texts[index], times.starts_s, times.probabilities, request.window.duration_s
            )
        return words

    @cached_property
    def _net(self) -> Whisper:
        import torch

        from models.speech.whisper.layers import load

        return load(self._model_dir, self._device, getattr(torch, self.precision))

    @cached_property
    def _texts(self) -> Texts:
        from models.speech.whisper.text import Texts

        return Texts(self._model_dir, self._net.sizes.vocabulary)

    @cached_property
    def _search(self) -> BeamSearch:
        from models.speech.whisper.search import BeamSearch

        return BeamSearch(self._net, self._texts.rules, self._beam_size, self.batch)

    @cached_property
    def _block(self) -> Any:
        import torch

        from models.speech.whisper.net import encoder_block

        return torch.compile(encoder_block, dynamic=False) if self._compiled else encoder_block


_SILENCE = np.zeros(0, np.float32)


def require_torch(device: str) -> None:
    """Make sure that torch is there and can use the device.

    Raises:
        UsageError: `device.no_torch`.
    """
    why = "torch is not installed"
    if has_torch():
        import torch

        if not device.startswith("cuda") or torch.cuda.is_available():
            return
        why = "the installed torch finds no CUDA device"
    raise UsageError(
        "device.no_torch",
        msg("Speech cannot be recognised on {device}: {why}.", device=device, why=why),
        msg("Install the package with its gpu extra (pip install '.[gpu]') and the driver, or use --device cpu."),
    )
