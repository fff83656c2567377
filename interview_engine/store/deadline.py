"""A total time for one exchange over the network, whatever the other side does.

Timeouts of sockets are for each read: a receiver that sends one byte now and then is never late. At the deadline the
connection itself is shut down, and whatever waits on it fails at once.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

Found = TypeVar("Found")


class Deadline:
    """A context manager that ends the connections it watches when its time is over.

    Args:
        seconds: from the moment the block is entered, by the wall.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends_s = 0.0
        self._lock = threading.Lock()
        self._watched: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self.passed = False

    def __enter__(self) -> Self:
        """Begin to count."""
        self._ends_s = time.monotonic() + self._seconds
        self._timer.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        """Stop counting; the connections are left as they are."""
        self._timer.cancel()
        with self._lock:
            for one in self._watched:
                one.close()
            self._watched.clear()

    @property
    def left_s(self) -> float:
        """Seconds until it ends, at least a millisecond."""
        return max(0.001, self._ends_s - time.monotonic())

    def watch(self, connection: socket.socket) -> None:
        """Shut this connection down at the end. By a handle of our own: TLS takes the socket's away from it."""
        with self._lock:
            self._watched.append(connection.dup())
        if self.passed:
            self._end()

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """For the extension "trace" of an httpx request: watches the connection that it opens."""
        if event == "connection.connect_tcp.complete":
            found = info["return_value"].get_extra_info("socket")
            if found is not None:
                self.watch(found)

    def bound(self, work: Callable[[], Found]) -> Found:
        """What `work` returns, for what knows no timeout of its own (the system's resolver).

        Raises:
            TimeoutError: it was not done in time; its thread ends by itself later.
        """
        result = _Result[Found]()
        thread = threading.Thread(target=result.run, args=(work,), name="bounded", daemon=True)
        thread.start()
        thread.join(self.left_s)
        if result.error is not None:
            raise result.error
        if not result.found:
            self.passed = True
            raise TimeoutError
        return result.found[0]

    def _end(self) -> None:
        self.passed = True
        with self._lock:
            for one in self._watched:
                with suppress(OSError):  # it is closed already
                    one.shutdown(socket.SHUT_RDWR)


class _Result(Generic[Found]):
    def __init__(self) -> None:
        self.found: list[Found] = []
        self.error: Exception | None = None

    def run(self, work: Callable[[], Found]) -> None:
        try:
            self.found.append(work())
        except Exception as error:  # noqa: BLE001 raised again where it is waited for
            self.error = error
