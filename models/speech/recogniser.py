"""Speech recognition: windows of at most 30 s, each encoded once for language, text and word times.

The decoding is a beam search without sampling, so the same samples give the same words on every run. What to do with
long recordings, prompts, echoes and loops is the business of pipelines/hearing/window_hearing.py.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.media import SAMPLE_RATE

MAX_WINDOW_S = 30.0
"""Seconds the model hears at once."""

ENCODED_FRAME_S = 0.02
"""Of sound that one frame of the encoder's output stands for; it is made of two log-mel frames."""

MEL_FRAMES_EACH = 2

AFTER_SOUND_S = 2.0
"""The model was trained on windows filled up to 30 s with silence; of that silence so much is encoded and attended to.
On 40 answers of 17 to 21 s WER was 0.200 instead of 0.216 and CER 0.141 instead of 0.149, for a fifth less computing;
with 0.5 s CER on nine minutes was 0.169 instead of 0.154."""

SHORT_S = 12.0
"""Of a shorter window all of the silence is: on single English sentences WER was 0.29 instead of 0.20 without it."""

LONG_S = 26.0
"""Of a longer one too: it is little, and windows of one length can be searched together."""

BEAM_SIZE = 4
"""Hypotheses kept by the search. With the usual 5 error rates were the same (over the sets of `bench asr` WER 0.201 of
2,355 words with both, CER 0.160 instead of 0.159 of 6,784 characters), and a step took 10 % longer."""


_LETTER_END = re.compile(r"[A-Za-z0-9]$")
_GOES_ON = re.compile(r"['’&/-]?[A-Za-z0-9]|[.,:]\d")
_DECIMAL_BEGUN = re.compile(r"\d[.,:]$")


@dataclass(frozen=True, slots=True)
class EncodedWindow:
    """A window after the encoder.

    Args:
        language_probabilities: by ISO 639-1 code, over all languages the model knows, summing to 1.
        duration_s: length of the samples.
        state: the recogniser's own.
    """

    language_probabilities: Mapping[str, float]
    duration_s: float
    state: Any


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word as decoded: `text` keeps its leading space and punctuation; times are seconds from the window's start.

    `probability` is the mean over its tokens given the words before it and the sound, without any prompt.
    """

    text: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class Heard:
    """The text of a window. Joining the words' texts gives the whole text.

    Args:
        average_log_probability: per token, of the decoding with its prompt.
        no_speech_probability: the model's own, 0..1.
        cut_off: the decoding reached its length limit: a loop.
    """

    words: tuple[HeardWord, ...]
    average_log_probability: float
    no_speech_probability: float
    cut_off: bool = False

    @property
    def text(self) -> str:
        """The words joined, without surrounding space."""
        return "".join(word.text for word in self.words).strip()


@dataclass(frozen=True, slots=True)
class DecodeRequest:
    """A window whose words are wanted.

    Args:
        language: ISO 639-1.
        prompt: text that the model takes for what was said before: sets style and vocabulary.
        avoid_repeats: forbid even short repeats, to get out of a loop.
    """

    window: EncodedWindow
    language: str
    prompt: str = ""
    avoid_repeats: bool = False


class Recogniser(Protocol):
    """Turns windows of speech into words. Deterministic: a window gives the same words in whatever company.

    Attributes:
        batch: windows worth handing over at once; more only cost memory.
    """

    batch: int

    def encode(self, windows: Sequence[NDArray[np.float32]]) -> list[EncodedWindow]:
        """Encode windows of at most 30 s of float32 samples, 16 kHz mono."""
        ...

    def later(self, window: EncodedWindow, from_s: float) -> EncodedWindow | None:
        """An encoded window without its beginning, to be decoded like any other; None where it must be encoded anew."""
        ...

    def decode(self, requests: Sequence[DecodeRequest]) -> list[Heard]:
        """The words of each request, in their order."""
        ...


def attended(mel_frames: int) -> int:
    """Frames of the encoder's output that are computed, and attended to, of a window of so many mel frames."""
    sound_s = mel_frames / MEL_FRAMES_EACH * ENCODED_FRAME_S
    attended_s = sound_s + AFTER_SOUND_S if SHORT_S <= sound_s <= LONG_S else MAX_WINDOW_S
    return round(attended_s / ENCODED_FRAME_S)


def check_length(samples: NDArray[np.float32]) -> None:
    """Refuse what a model cannot hear at once.

    Raises:
        ValueError: more than 30 s.
    """
    if len(samples) > MAX_WINDOW_S * SAMPLE_RATE:
        raise ValueError(f"a window holds at most {MAX_WINDOW_S} s, not {len(samples) / SAMPLE_RATE:.1f}")


def join_pieces(pieces: Sequence[HeardWord]) -> tuple[HeardWord, ...]:
    """Words out of aligned pieces: punctuation joins its word (and keeps the word's times, since the aligner gives a
    comma the pause that follows), and the pieces of a Latin word inside Chinese text become one word."""
    words: list[HeardWord] = []
    opening = ""
    for piece in pieces:
        text = opening + piece.text
        opening = ""
        bare = text.strip()
        if bare and all(_is_punctuation(character) for character in bare):
            if not words or unicodedata.category(bare[-1]) in ("Ps", "Pi"):
                opening = text
            else:
                last = words[-1]
                words[-1] = HeardWord(last.text + text, last.start_s, last.end_s, last.probability)
            continue
        if words and _continues(words[-1].text, text):
            last = words[-1]
            words[-1] = HeardWord(
                last.text + text, last.start_s, piece.end_s, (last.probability + piece.probability) / 2
            )
            continue
        words.append(HeardWord(text, piece.start_s, piece.end_s, piece.probability))
    return tuple(words)


def _continues(before: str, text: str) -> bool:
    """Whether a piece goes on in the word before it: AutoCut, 1.5, real-time, don't."""
    return bool(_LETTER_END.search(before) and _GOES_ON.match(text)) or bool(
        _DECIMAL_BEGUN.search(before) and text[:1].isdecimal()
    )


def _is_punctuation(character: str) -> bool:
    return character in string.punctuation or unicodedata.category(character)[0] in "PSZ"
