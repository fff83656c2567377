"""Networks behind one protocol, numbers in and numbers out, and the bundles they lie in.

A network knows nothing of pictures or people. What its numbers mean stands where they are used.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from interview_engine.errors import WeightsError
from interview_engine.i18n import msg

Numbers = NDArray[np.float32]

CPU_BLOCK = 16
"""Pictures worth giving to one call on the CPU: more do not make it faster, only larger."""

GPU_BLOCK = 128
"""Pictures worth giving to one call on a GPU."""


class Network(Protocol):
    """A network over batches. Deterministic; keeps nothing from one call to the next."""

    def run(self, batch: Numbers) -> tuple[Numbers, ...]:
        """The wanted outputs of a batch.

        Args:
            batch: float32, N x the .tflite file's own input shape without its leading 1; N may be 0.

        Returns: one array an output, N x its own shape in the file without its leading 1, in the order asked for.
        """
        ...


def read_bundle(bundle: Path, *members: str) -> tuple[bytes, ...]:
    """Members of a .task bundle, which is a zip file.

    Raises:
        WeightsError: `weights.unusable`: the bundle or one of its members is missing or damaged.
    """
    try:
        with zipfile.ZipFile(bundle) as file:
            return tuple(file.read(member) for member in members)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise unusable(bundle.name, str(error)) from error


def unusable(name: str, problem: str) -> WeightsError:
    """The error for weights that cannot be used."""
    return WeightsError(
        "weights.unusable",
        msg("The model file {name} cannot be used: {problem}.", name=name, problem=problem),
        msg("Run `interview-engine models verify`."),
    )
