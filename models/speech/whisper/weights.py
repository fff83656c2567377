"""The numbers of a Whisper model in CTranslate2 form (model.bin), read without CTranslate2.

The file, little-endian (binary versions 4 to 6, as the converters of CTranslate2 4.x write it):

    uint32 binary version; string name of the specification; uint32 its revision
    uint32 number of variables; each: string name, uint8 rank, uint32 × rank sizes, uint8 type, uint32 bytes, the bytes
    uint32 number of aliases; each: string alias, string name

where a string is a uint16 count of bytes, the last of them zero.
"""

from __future__ import annotations

import math
import mmap
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from interview_engine.errors import WeightsError
from interview_engine.i18n import msg

VERSIONS = range(4, 7)
SPECIFICATION = "WhisperSpec"
TYPES = ("<f4", "<i1", "<i2", "<i4", "<f2", "bfloat16")
"""By the file's own number. NumPy knows no bfloat16: it is the upper half of a float32."""

_MAX_DIMENSIONS = 8


def read_variables(path: Path) -> dict[str, NDArray[np.generic]]:
    """The variables of a model.bin by CTranslate2's names ("encoder/conv1/weight"), aliases under both names.

    The arrays are read-only views of the mapped file (float16 stays float16); bfloat16 comes as a float32 copy.

    Raises:
        WeightsError: `weights.unreadable`: no such file, no Whisper model, or truncated.
    """
    try:
        with path.open("rb") as file:
            reader = _Reader(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return _variables(reader)
    except (OSError, ValueError, KeyError) as error:
        raise unreadable(path, str(error)) from error


def as_float32(array: NDArray[np.generic]) -> NDArray[np.float32]:
    """A variable's numbers for computing.

    Raises:
        ValueError: the variable is quantised (integers): its scale is another variable.
    """
    if not np.issubdtype(array.dtype, np.floating):
        raise ValueError("quantised weights; convert the model with float16 or float32")
    return np.require(array, dtype=np.float32, requirements=["C", "ALIGNED"])


def unreadable(path: Path, why: str) -> WeightsError:
    """The error of a weights file that is not what it should be."""
    return WeightsError(
        "weights.unreadable",
        msg("The weights in {path} cannot be read: {why}.", path=path, why=why),
        msg("Check the model folder in the settings, or run `interview-engine models pull`."),
    )


class _Reader:
    """Takes numbers, strings and arrays off a mapped file, never past its end."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0

    def number(self, kind: str) -> int:
        """One number of a `struct` kind: "B", "H" or "I"."""
        size = struct.calcsize(kind)
        (value,) = struct.unpack_from("<" + kind, self._data, self._claim(size))
        return int(value)

    def string(self) -> str:
        """A counted string; its closing zero is dropped."""
        length = self.number("H")
        start = self._claim(length)
        return self._data[start : start + length].rstrip(b"\0").decode("utf-8")

    def array(self, kind: str, shape: tuple[int, ...], size: int) -> NDArray[np.generic]:
        """`size` bytes as an array of a type of `TYPES`."""
        item = np.dtype("<u2" if kind == "bfloat16" else kind)
        count = math.prod(shape)
        if count * item.itemsize != size:
            raise ValueError(f"{size} bytes where {shape} of {kind} are announced")
        flat = np.frombuffer(self._data, dtype=item, count=count, offset=self._claim(size))
        if kind == "bfloat16":
            flat = (flat.astype("<u4") << 16).view("<f4")
        return flat.reshape(shape)

    def _claim(self, size: int) -> int:
        start = self._at
        if start + size > len(self._data):
            raise ValueError("it ends too early")
        self._at = start + size
        return start


def _variables(reader: _Reader) -> dict[str, NDArray[np.generic]]:
    version = reader.number("I")
    if version not in VERSIONS:
        raise ValueError(f"binary version {version}, not {VERSIONS.start} to {VERSIONS.stop - 1}")
    specification = reader.string()
    if specification != SPECIFICATION:
        raise ValueError(f"{specification!r} is no {SPECIFICATION}")
    reader.number("I")
    found: dict[str, NDArray[np.generic]] = {}
    for _ in range(reader.number("I")):
        name = reader.string()
        rank = reader.number("B")
        if rank > _MAX_DIMENSIONS:
            raise ValueError(f"{name} has {rank} dimensions")
        shape = tuple(reader.number("I") for _ in range(rank))
        kind = reader.number("B")
        if kind >= len(TYPES):
            raise ValueError(f"{name} is of the unknown type {kind}")
        found[name] = reader.array(TYPES[kind], shape, reader.number("I"))
    for _ in range(reader.number("I")):
        alias = reader.string()
        found[alias] = found[reader.string()]
    return found
