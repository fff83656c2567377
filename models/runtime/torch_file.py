"""Tensors out of a torch checkpoint without torch and without running anything that is in the file.

Checkpoints written before torch 1.6 are a chain of pickles followed by the raw numbers. A pickle can name any function
to call; the reader below knows three names (an ordered dictionary, a tensor's rebuilding, a storage of 32-bit floats)
and refuses every other.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from interview_engine.errors import WeightsError
from interview_engine.i18n import msg

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A view into a storage, sizes and strides in numbers."""

    storage: str
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


class _FloatStorage:
    """Stands for torch.FloatStorage."""


def _rebuild_tensor(storage: str, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any) -> _Tensor:
    return _Tensor(storage, offset, tuple(size), tuple(stride))


class _Reader(pickle.Unpickler):
    """Knows three names and the storages of a checkpoint."""

    def find_class(self, module: str, name: str) -> Any:
        allowed: dict[tuple[str, str], Any] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
            ("torch", "FloatStorage"): _FloatStorage,
        }
        if (module, name) not in allowed:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed")
        return allowed[module, name]

    def persistent_load(self, pid: Any) -> str:
        kind, storage, key = pid[:3]
        if kind != "storage" or storage is not _FloatStorage:
            raise pickle.UnpicklingError(f"storage {kind} is not allowed")
        return str(key)


def read_tensors(path: Path, entry: str) -> dict[str, NDArray[np.float32]]:
    """The tensors of one entry of a checkpoint's dictionary ("model_state"), by name.

    Raises:
        WeightsError: `weights.unreadable`: not such a checkpoint, or something in it that is no plain tensor.
    """
    try:
        with path.open("rb") as file:
            return _read(file, entry)
    except (OSError, pickle.UnpicklingError, EOFError, KeyError, ValueError, TypeError, IndexError) as error:
        raise WeightsError(
            "weights.unreadable",
            msg("The weights in {name} cannot be read: {error}.", name=path.name, error=error),
            msg("Run `interview-engine models pull`."),
        ) from error


def _read(file: BinaryIO, entry: str) -> dict[str, NDArray[np.float32]]:
    if _Reader(file).load() != MAGIC or _Reader(file).load() != PROTOCOL:
        raise ValueError("not a torch checkpoint of the older format")
    system = _Reader(file).load()
    if not system["little_endian"]:
        raise ValueError("written on a big-endian machine")
    state: Mapping[str, Any] = _Reader(file).load()[entry]
    order: list[str] = [str(key) for key in _Reader(file).load()]
    tensors = {name: value for name, value in state.items() if isinstance(value, _Tensor)}
    wanted = {tensor.storage for tensor in tensors.values()}
    storages: dict[str, NDArray[np.float32]] = {}
    for key in order:
        numbers = int.from_bytes(file.read(8), "little")
        if key in wanted:
            storages[key] = np.frombuffer(file.read(4 * numbers), dtype="<f4")
        else:
            file.seek(4 * numbers, 1)
    return {name: _view(storages[tensor.storage], tensor) for name, tensor in tensors.items()}


def _view(storage: NDArray[np.float32], tensor: _Tensor) -> NDArray[np.float32]:
    last = tensor.offset + sum((size - 1) * stride for size, stride in zip(tensor.size, tensor.stride, strict=True))
    if min(tensor.size, default=1) < 1 or min(tensor.stride, default=0) < 0 or not 0 <= last < storage.size:
        raise ValueError("a tensor reaches outside its storage")
    strides = tuple(4 * stride for stride in tensor.stride)
    return np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.size, strides).copy()
