"""Child processes for one task each, forked from a process that has read the libraries already.

A Python process that opens recordings takes 0.1 s of processor time to start, three times what its task takes. So one
is started clean (no secret of ours in its memory, no thread, no file but the socket to us), reads its libraries and
forks for every task; the fork confines itself, answers and ends. Nothing of a task is left for the next.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

LONGEST_TASK_BYTES = 65_536
"""Of one message to the mother, which names the files and holds none."""

BORN = b"\x01"
"""The first byte of every answer: from here on the task has the child, and a missing answer is the task's doing."""

PARTING_S = 5.0
"""How long the mother gets to end when her socket is closed."""


class Nursery:
    """Asks for children, from any thread; their mother is started when the first is needed, and again if she is gone.

    Args:
        command: what starts her: a Python process that calls `live` with its standard input as the socket.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._mother: tuple[subprocess.Popen[bytes], socket.socket, int] | None = None
        atexit.register(self.close)

    def ask(self, task: bytes, wall_s: float) -> bytes | None:
        """The answer of a child of its own; None when it ended without one, or did not answer in time.

        Raises:
            OSError: no child could be started.
        """
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._send(task, theirs)
            ours.settimeout(wall_s)
            try:
                parts = list(iter(lambda: ours.recv(LONGEST_TASK_BYTES), b""))
            except TimeoutError:
                return None
        answer = b"".join(parts)
        if not answer.startswith(BORN):
            raise ChildProcessError("no child process could be started")
        return answer.removeprefix(BORN) or None

    def close(self) -> None:
        """End the mother; a child that is at work finishes."""
        with self._lock:
            self._end()

    def _send(self, task: bytes, theirs: socket.socket) -> None:
        with self._lock:
            if self._mother is not None and self._mother[2] != os.getpid():  # of the process that we are a fork of
                self._end()
            if self._mother is None:
                self._begin()
            try:
                self._tell(task, theirs)
            except ConnectionError:  # she was ended: by hand, or for want of memory
                self._end()
                self._begin()
                self._tell(task, theirs)

    def _tell(self, task: bytes, theirs: socket.socket) -> None:
        assert self._mother is not None
        socket.send_fds(self._mother[1], [task], [theirs.fileno()])

    def _begin(self) -> None:
        ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(
                self._command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={}
            )
        self._mother = process, ours, os.getpid()

    def _end(self) -> None:
        if self._mother is None:
            return
        process, ours, owner = self._mother
        self._mother = None
        ours.close()
        if owner != os.getpid():
            process.returncode = 0  # not ours to wait for
            return
        try:
            process.wait(PARTING_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def live(answer: Callable[[bytes], bytes], wall_s: float) -> None:
    """The mother: forks a child for every task until nobody asks any more.

    Args:
        answer: what a child does with a task. wall_s: a child is ended when it takes longer.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asks
    with socket.socket(fileno=sys.stdin.fileno()) as asking:
        while True:
            task, files, _, _ = socket.recv_fds(asking, LONGEST_TASK_BYTES, 1)
            if not files:
                break
            with socket.socket(fileno=files[0]) as answering:
                if os.fork() == 0:
                    asking.close()
                    _answer(answer, task, answering, wall_s)
            _bury(os.WNOHANG)
    _bury(0)


def _bury(options: int) -> None:
    """Wait for children that have ended, so that their processor time is counted as hers; with 0 for all of them."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            pass


def _answer(answer: Callable[[bytes], bytes], task: bytes, answering: socket.socket, wall_s: float) -> None:
    """The child: never returns, whatever happens."""
    try:
        signal.alarm(int(wall_s))
        answering.sendall(BORN)
        answering.sendall(answer(task))
        os._exit(0)
    finally:
        os._exit(1)
