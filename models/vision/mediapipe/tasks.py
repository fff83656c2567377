"""MediaPipe Tasks, loaded the same way for faces, hands and pose: IMAGE mode, CPU, quiet, with errors one can act on.

IMAGE mode treats every picture on its own: no smoothing, no state, so the same picture always gives the same numbers.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from interview_engine.errors import SystemPackageError, WeightsError
from interview_engine.i18n import msg

APT_COMMAND = "apt-get install -y libegl1 libgles2 libgl1 libglib2.0-0"
"""What mediapipe and the OpenCV it brings need of a Debian or Ubuntu system; nothing in a pip package can supply it."""

ALIGNMENT_NOTE = "Input tensor memory is not aligned"

Task = TypeVar("Task")


def create(make: Callable[[Any, Any], Task], model: Path | bytes) -> Task:
    """Make a MediaPipe task with `make(vision module, base options)` and run it once on an empty picture.

    Native code prints start-up notes to stderr before any of its log settings can take effect, so stderr is held back
    while the task starts; if it fails, what was printed is attached to the error.

    Raises:
        SystemPackageError: a system library is missing; names the command that installs it.
        WeightsError: the model file cannot be used.
    """
    with _stderr_held_back() as notes:
        try:
            from mediapipe.tasks.python import BaseOptions, vision

            if isinstance(model, Path):
                options = BaseOptions(model_asset_path=str(model), delegate=BaseOptions.Delegate.CPU)
            else:
                options = BaseOptions(model_asset_buffer=model, delegate=BaseOptions.Delegate.CPU)
            task = make(vision, options)
            task.detect(as_image(np.zeros((48, 64, 3), dtype=np.uint8)))  # type: ignore[attr-defined]
        except (ImportError, OSError) as error:
            if ".so" in str(error):
                raise _missing_library(error) from error
            raise _bad_model(model, error, notes()) from error
        except (RuntimeError, ValueError) as error:
            raise _bad_model(model, error, notes()) from error
    return task


def close_at_exit(owner: object, task: Any) -> Callable[[], object]:
    """Close `task` when `owner` goes or the program ends; returns the call that closes it now.

    At the program's end the threads a task closes on are gone: then it is only told that it holds nothing, so that its
    own destructor does not complain, and the memory goes with the process.
    """

    def close() -> None:
        with _stderr_held_back():
            try:
                task.close()
            except RuntimeError:
                task._handle = None

    return weakref.finalize(owner, close)


def as_image(rgb: NDArray[np.uint8]) -> Any:
    """A MediaPipe image of uint8 height x width x 3."""
    import mediapipe

    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(rgb))


def detect(task: Any, rgb: NDArray[np.uint8]) -> Any:
    """`task`'s result on a picture, uint8 height x width x 3, without the runtime's note on where its memory lies.

    The note comes or not as the allocator pleases, says nothing a user can act on, and obeys no log setting. Anything
    else that native code prints is passed on.
    """
    with _stderr_held_back() as notes:
        result = task.detect(as_image(rgb))
        printed = notes()
    for line in printed.splitlines():
        if ALIGNMENT_NOTE not in line:
            print(line, file=sys.stderr)
    return result


def _missing_library(error: Exception) -> SystemPackageError:
    return SystemPackageError(
        "system.graphics_libraries",
        msg("A system library for face and hand detection is missing: {error}.", error=error),
        msg("Run `{apt_command}` (as an administrator).", apt_command=APT_COMMAND),
    )


def _bad_model(model: Path | bytes, error: Exception, notes: str) -> WeightsError:
    name = model.name if isinstance(model, Path) else "MediaPipe"
    problem = WeightsError(
        "weights.unusable",
        msg("The model file {name} cannot be used: {error}.", name=name, error=error),
        msg("Run `interview-engine models verify`."),
    )
    if notes:
        problem.add_note(notes)
    return problem


@contextlib.contextmanager
def _stderr_held_back() -> Iterator[Callable[[], str]]:
    """Send file descriptor 2 to a temporary file; yields a call that reads what has come so far."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)

        def notes() -> str:
            held.seek(0)
            return held.read().decode(errors="replace")

        try:
            yield notes
        finally:
            os.dup2(kept, 2)
            os.close(kept)
