"""Recognition by another process: what a worker uses in place of a recogniser of its own.

One process owns the GPU (pipelines/hearing/recognition_server.py); everybody else sends windows of samples to its
socket and gets words back, so that windows of all interviews meet in one queue. What the encoder made of a window
stays over
there: a worker only holds its number, and lets go of it when nobody refers to the window any more.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_engine.errors import RecognitionLost
from interview_engine.i18n import msg
from models.speech.recogniser import DecodeRequest, EncodedWindow, Heard


@dataclass(frozen=True, slots=True)
class Hello:
    """The server's first word: how many windows it takes at once."""

    batch: int


@dataclass(frozen=True, slots=True)
class Encode:
    """Encode these windows (float32, 16 kHz mono); answered with as many EncodedWindow whose state is a number."""

    windows: tuple[NDArray[np.float32], ...]


@dataclass(frozen=True, slots=True)
class Decode:
    """Decode these requests (their windows' states are numbers); answered with as many Heard."""

    requests: tuple[DecodeRequest, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """Windows that nobody refers to any more; not answered."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked for, in its order."""

    results: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that the recogniser raised over this request, or (instead of `Hello`) when its models were loaded."""

    error: Exception


class _Held:
    """A window's place on the server, for as long as somebody refers to it."""

    __slots__ = ("__weakref__", "line", "number")

    def __init__(self, number: int, line: _Line) -> None:
        self.number = number
        self.line = line


class _Line:
    """One connection and what is to be released over it."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.open = True
        self._asking = False
        self._released: list[int] = []

    def ask(self, question: Encode | Decode) -> tuple[Any, ...]:
        """Send and wait for the answer; raises OSError or EOFError when the line is dead."""
        self._asking = True
        try:
            self._send_released()
            self.pipe.send(question)
            answer = self.pipe.recv()
        finally:
            self._asking = False
        if isinstance(answer, Refusal):
            raise answer.error
        assert isinstance(answer, Answer)
        return answer.results

    def release(self, number: int) -> None:
        """Called when a window is let go of, wherever the program is: never while a message is under way."""
        if not self.open:
            return
        self._released.append(number)
        if not self._asking:
            try:
                self._send_released()
            except OSError:
                self.open = False  # a dead server holds nothing; the next question says that it is dead

    def _send_released(self) -> None:
        if self._released:
            numbers, self._released = tuple(self._released), []
            self.pipe.send(Release(numbers))


class RemoteRecogniser:
    """A `Recogniser` whose work is done by the recognition process at `address`. For one thread.

    It connects at once, which takes until the models over there are loaded, and anew after a loss.

    Attributes:
        batch: windows that the server takes at once.

    Raises (here and in every method):
        RecognitionLost: `recognition.lost`: the process ended meanwhile. Windows encoded before are gone.
        InterviewEngineError, ValueError: what the recogniser over there raised.
    """

    def __init__(self, address: Path) -> None:
        self._address = address
        self._line: _Line | None = None
        self.batch = 1
        self._connected()

    def encode(self, windows: Sequence[NDArray[np.float32]]) -> list[EncodedWindow]:
        """See `Recogniser.encode`."""
        line = self._connected()
        encoded: tuple[EncodedWindow, ...] = self._ask(line, Encode(tuple(windows)))
        return [replace(window, state=_held(window.state, line)) for window in encoded]

    def later(self, window: EncodedWindow, from_s: float) -> None:
        """See `Recogniser.later`: there is always room in a GPU's next batch to encode anew."""

    def decode(self, requests: Sequence[DecodeRequest]) -> list[Heard]:
        """See `Recogniser.decode`."""
        line = self._connected()
        if any(request.window.state.line is not line for request in requests):
            raise _lost()
        plain = [replace(r, window=EncodedWindow({}, r.window.duration_s, r.window.state.number)) for r in requests]
        return list(self._ask(line, Decode(tuple(plain))))

    def close(self) -> None:
        """Hang up; the server lets go of everything it holds for this process."""
        if self._line is not None:
            self._line.open = False
            self._line.pipe.close()
            self._line = None

    def _connected(self) -> _Line:
        if self._line is not None and self._line.open:
            return self._line
        try:
            pipe = Client(str(self._address), family="AF_UNIX")
            hello = pipe.recv()
        except (OSError, EOFError):
            raise _lost() from None
        if isinstance(hello, Refusal):
            pipe.close()
            raise hello.error
        assert isinstance(hello, Hello)
        self.batch = hello.batch
        self._line = _Line(pipe)
        return self._line

    def _ask(self, line: _Line, question: Encode | Decode) -> tuple[Any, ...]:
        try:
            return line.ask(question)
        except (OSError, EOFError):
            self.close()
            raise _lost() from None


def _held(number: int, line: _Line) -> _Held:
    held = _Held(number, line)
    weakref.finalize(held, line.release, number).atexit = False
    return held


def _lost() -> RecognitionLost:
    return RecognitionLost(
        "recognition.lost",
        msg("The process that recognises speech for all others ended."),
        msg("It starts again by itself; try once more."),
    )
