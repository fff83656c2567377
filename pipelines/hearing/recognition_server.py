"""One process that recognises speech for all others: it owns the GPU, and windows of all interviews are one queue.

A GPU is kept busy by large batches, and one interview has few windows at a time. Workers therefore send theirs here
(pipelines/hearing/recognition_client.py); what waits is taken together, whoever sent it. Workers and server may die
one without the other: the server lets go of what it held for a dead worker, and a dead server is started anew at the
same address.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from interview_engine.clock import Clock, SystemClock
from interview_engine.errors import InterviewEngineError, UsageError
from interview_engine.settings import Settings
from models.runtime.device import resolve
from models.speech.load import load_recogniser
from models.speech.recogniser import EncodedWindow, Recogniser
from models.weights.registry import store_of
from pipelines.hearing.recognition_client import Answer, Decode, Encode, Hello, Refusal, Release

log = logging.getLogger("interview_engine.recognition")

GATHER_S = 0.004
"""How long an idle server waits for more windows after the first: nothing beside a batch's hundreds of milliseconds,
and enough for workers that were all answered at once to ask again."""

RESTART_PAUSE_S = 1.0
"""Before a server that died is started anew: one that dies at its start must not keep a core busy."""

PARTING_S = 10.0
"""How long an ending server may take before it is killed."""

LONGEST_ADDRESS = 100
"""Characters; the system takes 107 for a socket's path."""

Make = Callable[[Settings], Recogniser]
"""What loads the recogniser in the server: a function that a new process can import."""


def load(settings: Settings) -> Recogniser:
    """The recogniser of the settings, as a worker without a server would load it."""
    return load_recogniser(store_of(settings), device=settings.device)


@contextmanager
def served(settings: Settings) -> Iterator[Settings]:
    """Settings with which workers share one recognition process, where recognition runs on CUDA; else as they are.

    The process lives as long as the context. A device that is not there is left for the workers to report.
    """
    try:
        on_gpu = resolve(settings.device) == "cuda"
    except UsageError:
        on_gpu = False
    if not on_gpu:
        yield settings
        return
    with RecognitionServer(settings) as server:
        yield replace(settings, recognition=server.address)


class RecognitionServer:
    """The owner's side: starts the process, starts it anew when it dies, ends it with the context.

    Args:
        settings: what `make` loads the recogniser by.

    Attributes:
        address: of the socket; only this user may connect.
    """

    def __init__(self, settings: Settings, make: Make = load) -> None:
        self._settings = settings
        self._make = make
        self._folder = _private_folder()
        self.address = self._folder / "socket"
        # Held open here, so that those who connect while the process is being restarted wait instead of failing.
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._closing = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> RecognitionServer:
        self._listener.bind(str(self.address))
        self._listener.listen(512)
        self._process, self._lifeline = self._start()
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._lifeline.close()
        self._watcher.join(timeout=PARTING_S)
        if self._watcher.is_alive():
            self._process.kill()
            self._watcher.join()
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def process_id(self) -> int:
        """Of the process that is serving now."""
        return self._process.pid or 0

    def _start(self) -> tuple[SpawnProcess, Connection]:
        context = multiprocessing.get_context("spawn")
        end, lifeline = context.Pipe(duplex=False)
        process = context.Process(target=_live, args=(self._listener, end, self._make, self._settings), daemon=True)
        process.start()
        end.close()
        return process, lifeline

    def _watch(self) -> None:
        while True:
            wait([self._process.sentinel])
            self._process.join()
            if not self._closing.is_set():
                log.warning("the recognition process ended with code %s; it starts again", self._process.exitcode)
            if self._closing.wait(RESTART_PAUSE_S):
                return
            self._lifeline.close()
            self._process, self._lifeline = self._start()


def _private_folder() -> Path:
    """A folder that only this user may enter, with a path short enough for a socket."""
    folder = tempfile.mkdtemp(prefix="recognition-")
    if len(folder) > LONGEST_ADDRESS - len("/socket"):
        os.rmdir(folder)
        folder = tempfile.mkdtemp(prefix="recognition-", dir="/tmp")
    return Path(folder)


def _live(listener: socket.socket, lifeline: Connection, make: Make, settings: Settings) -> None:
    """The process: load the models, then serve until the owner is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_owner, args=(lifeline,), daemon=True).start()
    try:
        recogniser = make(settings)
    except InterviewEngineError as error:
        _refuse_all(listener, error)
    else:
        Desk(listener, recogniser, SystemClock()).serve()


def _die_with_owner(lifeline: Connection) -> None:
    """Blocks until the owner's end is closed, which the system does for a killed process too."""
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(0)


def _refuse_all(listener: socket.socket, error: InterviewEngineError) -> None:
    """Tell everybody who comes what is missing: the installation, which no restart mends."""
    while True:
        taken, _ = listener.accept()
        with contextlib.suppress(OSError), Connection(taken.detach()) as pipe:
            pipe.send(Refusal(error))


@dataclass(slots=True, eq=False)
class _Job:
    """A request, and the results of its items as far as there are any."""

    pipe: Connection
    question: Encode | Decode
    results: list[Any] = field(default_factory=list)

    @property
    def items(self) -> tuple[Any, ...]:
        return self.question.windows if isinstance(self.question, Encode) else self.question.requests

    @property
    def left(self) -> int:
        return len(self.items) - len(self.results)


class Desk:
    """The server's loop: takes requests from all clients, has them done in batches, answers each.

    Only values that the recogniser raises as the caller's fault (InterviewEngineError, ValueError) are answered; any
    other exception ends the process, because a GPU that has failed once does not recover within it.
    """

    def __init__(self, listener: socket.socket, recogniser: Recogniser, clock: Clock) -> None:
        self._listener = listener
        self._recogniser = recogniser
        self._clock = clock
        self._clients: dict[Connection, dict[int, EncodedWindow]] = {}
        self._jobs: list[_Job] = []
        self._numbers = count(1)

    def serve(self) -> None:
        """Answer requests until the process ends."""
        while True:
            self._hear(0.0 if self._jobs else None)
            if self._jobs:
                self._gather()
                self._do_batch()

    def _gather(self) -> None:
        """Wait a moment for a full batch, unless everybody who could ask has asked."""
        until_s = self._clock.monotonic_s() + GATHER_S
        while self._waiting() < self._recogniser.batch and len(self._jobs) < len(self._clients):
            left_s = until_s - self._clock.monotonic_s()
            if left_s <= 0.0:
                return
            self._hear(left_s)

    def _waiting(self) -> int:
        return sum(job.left for job in self._jobs)

    def _hear(self, timeout_s: float | None) -> None:
        """Take what clients have sent, and new clients; with None wait until there is something."""
        for ready in wait([self._listener, *self._clients], timeout_s):
            if ready is self._listener:
                self._welcome()
            else:
                assert isinstance(ready, Connection)
                self._take(ready)

    def _welcome(self) -> None:
        taken, _ = self._listener.accept()
        pipe = Connection(taken.detach())
        self._clients[pipe] = {}
        self._send(pipe, Hello(self._recogniser.batch))

    def _take(self, pipe: Connection) -> None:
        try:
            message = pipe.recv()
        except (EOFError, OSError):
            self._drop(pipe)
            return
        held = self._clients[pipe]
        if isinstance(message, Release):
            for number in message.numbers:
                held.pop(number, None)
            return
        if isinstance(message, Decode):
            # the windows themselves are needed from here on, whatever the client lets go of meanwhile
            message = Decode(tuple(replace(r, window=held[r.window.state]) for r in message.requests))
        job = _Job(pipe, message)
        if job.left:
            self._jobs.append(job)
        else:
            self._send(pipe, Answer(()))

    def _do_batch(self) -> None:
        """One batch of the kind that has waited longest, from as many requests as fit."""
        kind = type(self._jobs[0].question)
        room = max(1, self._recogniser.batch)
        shares: list[tuple[_Job, int]] = []
        for job in self._jobs:
            if type(job.question) is kind and room > 0:
                shares.append((job, min(room, job.left)))
                room -= shares[-1][1]
        items = [item for job, share in shares for item in job.items[len(job.results) : len(job.results) + share]]
        results = iter(self._results(kind, items))
        for job, share in shares:
            job.results += [next(results) for _ in range(share)]
            if not job.left:
                self._jobs.remove(job)
                self._reply(job)

    def _results(self, kind: type[Encode | Decode], items: Sequence[Any]) -> list[Any]:
        """A result or an error for each item; when a batch is refused, its items are tried one by one."""
        try:
            if kind is Encode:
                return list(self._recogniser.encode(items))
            return list(self._recogniser.decode(items))
        except (InterviewEngineError, ValueError) as error:
            if len(items) == 1:
                return [error]
        return [self._results(kind, [item])[0] for item in items]

    def _reply(self, job: _Job) -> None:
        error = next((result for result in job.results if isinstance(result, Exception)), None)
        if error is not None:
            self._send(job.pipe, Refusal(error))
            return
        if isinstance(job.question, Decode):
            self._send(job.pipe, Answer(tuple(job.results)))
            return
        held = self._clients[job.pipe]
        answers = []
        for window in job.results:
            number = next(self._numbers)
            held[number] = window
            answers.append(replace(window, state=number))
        self._send(job.pipe, Answer(tuple(answers)))

    def _send(self, pipe: Connection, message: Hello | Answer | Refusal) -> None:
        try:
            pipe.send(message)
        except OSError:
            self._drop(pipe)

    def _drop(self, pipe: Connection) -> None:
        """Forget a client that is gone, with everything that was held for it or that it waited for."""
        del self._clients[pipe]
        self._jobs = [job for job in self._jobs if job.pipe is not pipe]
        pipe.close()
