"""Speech packed into windows that the recogniser hears at once, and the way back to the answer's own times.

A window holds whole spans of speech with the silence between them, long silences shortened. So a long recording costs
what its speech costs, memory stays that of one window, and the recogniser never hears the long silence in which it
invents words.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.media import SAMPLE_RATE, as_floats

TARGET_S = 28.0
"""Windows are filled up to this: under the model's 30 s, with room for padding."""

LEAD_S = 0.5
"""Sound kept before the first and after the last span: soft endings, and a drawn-out "uh" that the detector misses."""

KEPT_SILENCE_S = 1.0
"""What stays of a longer silence inside a window (half at each end), so that sentences keep their pauses."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples `start`..`end` of the answer that follow `at` samples into the window."""

    start: int
    end: int
    at: int


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces of an answer, joined. `speech_s` is the seconds of speech in it."""

    pieces: tuple[Piece, ...]
    speech_s: float

    @property
    def start_s(self) -> float:
        """Where in the answer it begins."""
        return self.pieces[0].start / SAMPLE_RATE

    @property
    def end_s(self) -> float:
        """Where in the answer it ends."""
        return self.pieces[-1].end / SAMPLE_RATE

    def samples(self, audio: NDArray[np.int16]) -> NDArray[np.float32]:
        """The window's sound, in -1..1, out of the answer's 16-bit samples."""
        return as_floats(np.concatenate([audio[piece.start : piece.end] for piece in self.pieces]))

    def starting_at(self, answer_s: float) -> Window:
        """The same window without the sound before a moment that lies in its first piece."""
        first = self.pieces[0]
        cut = min(max(0, round(answer_s * SAMPLE_RATE) - first.start), first.end - first.start)
        moved = [Piece(piece.start, piece.end, piece.at - cut) for piece in self.pieces[1:]]
        return Window((Piece(first.start + cut, first.end, 0), *moved), self.speech_s)

    def after(self, window_s: float) -> Window:
        """What of the window follows a moment in it."""
        cut = round(window_s * SAMPLE_RATE)
        rest = []
        for piece in self.pieces:
            inside = max(0, cut - piece.at)
            if piece.start + inside < piece.end:
                rest.append(Piece(piece.start + inside, piece.end, max(0, piece.at - cut)))
        return Window(tuple(rest), self.speech_s)

    def window_time(self, answer_s: float) -> float:
        """Seconds from the window's start of a moment of the answer; between two pieces, where the later one begins."""
        sample = answer_s * SAMPLE_RATE
        last = self.pieces[-1]
        for piece in self.pieces:
            if sample < piece.end:
                return (piece.at + max(0.0, sample - piece.start)) / SAMPLE_RATE
        return (last.at + last.end - last.start) / SAMPLE_RATE

    def answer_time(self, window_s: float) -> float:
        """Seconds from the answer's start of a moment in the window."""
        sample = window_s * SAMPLE_RATE
        piece = self.pieces[0]
        for candidate in self.pieces:
            if candidate.at <= sample:
                piece = candidate
        return min(piece.end, piece.start + max(0.0, sample - piece.at)) / SAMPLE_RATE


def pack(spans: Sequence[Span], audio: NDArray[np.int16]) -> list[Window]:
    """Windows that together hold every span, in order.

    Args:
        spans: of speech, in order, not overlapping.
        audio: the answer's 16-bit samples; a span too long for a window is cut where they are quietest.
    """
    length_s = len(audio) / SAMPLE_RATE
    windows: list[Window] = []
    group: list[Span] = []
    for span in _no_longer_than_a_window(spans, audio):
        if group and _packed_s([*group, span]) > TARGET_S:
            windows.append(_window(group, length_s))
            group = []
        group.append(span)
    if group:
        windows.append(_window(group, length_s))
    return windows


def _packed_s(group: Sequence[Span]) -> float:
    gaps = sum(min(KEPT_SILENCE_S, after.start_s - before.end_s) for before, after in itertools.pairwise(group))
    return 2 * LEAD_S + gaps + sum(span.duration_s for span in group)


def _window(group: Sequence[Span], length_s: float) -> Window:
    stretches: list[list[float]] = [[max(0.0, group[0].start_s - LEAD_S), group[0].end_s]]
    for before, after in itertools.pairwise(group):
        if after.start_s - before.end_s > KEPT_SILENCE_S:
            stretches[-1][1] = before.end_s + KEPT_SILENCE_S / 2
            stretches.append([after.start_s - KEPT_SILENCE_S / 2, after.end_s])
        else:
            stretches[-1][1] = after.end_s
    stretches[-1][1] = min(length_s, group[-1].end_s + LEAD_S)
    pieces = []
    at = 0
    for start_s, end_s in stretches:
        start, end = round(start_s * SAMPLE_RATE), round(end_s * SAMPLE_RATE)
        pieces.append(Piece(start, end, at))
        at += end - start
    return Window(tuple(pieces), sum(span.duration_s for span in group))


def _no_longer_than_a_window(spans: Sequence[Span], audio: NDArray[np.int16]) -> list[Span]:
    limit = TARGET_S - 2 * LEAD_S
    result = []
    for span in spans:
        rest = span
        while rest.duration_s > limit:
            cut_s = _quietest(audio, rest.start_s + limit / 2, rest.start_s + limit)
            result.append(Span(rest.start_s, cut_s))
            rest = Span(cut_s, rest.end_s)
        result.append(rest)
    return result


def _quietest(audio: NDArray[np.int16], start_s: float, end_s: float) -> float:
    """Middle of the quietest 0.1 s between two moments."""
    step = SAMPLE_RATE // 10
    start = round(start_s * SAMPLE_RATE)
    stretch = audio[start : round(end_s * SAMPLE_RATE)]
    blocks = stretch[: len(stretch) // step * step].reshape(-1, step)
    quietest = int(np.argmin(np.sum(blocks.astype(np.float64) ** 2, axis=1)))
    return (start + (quietest + 0.5) * step) / SAMPLE_RATE
