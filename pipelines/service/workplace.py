"""Where a piece of work is done: database, blobs, children, a scratch folder; and the errors that end an attempt."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from obstore.exceptions import BaseError as StoreError
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.orm import Session

from interview_engine.assessment.report import ModelUsed
from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError, OutputError, ScorerError, SystemPackageError, WeightsError
from interview_engine.hr.house import house
from interview_engine.i18n import LocalizedText, Text, msg
from interview_engine.settings import Settings
from interview_engine.store import work_made
from interview_engine.store.blobs import BlobStore, Owner, sha256_of
from interview_engine.store.engine import Database
from interview_engine.store.secrets import SecretBox
from interview_engine.store.work_run import Claim, progress
from pipelines.service.children import Children, Report, Stopping

Boundary = Callable[[str, Claim], None]
"""Told each boundary between two steps, by name, as it is crossed: for tests that pull the plug there."""

PREFIX = "interview-engine-work-"
LOCK = ".lock"


def no_boundary(_name: str, _held: Claim) -> None:
    """What the product crosses: nothing."""


class LostClaim(Exception):  # noqa: N818 not an error: somebody else has the item now
    """The item is no longer held by this worker; nothing that it still does has an effect."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """What the steps of one worker share. `models` gives the weights that reports name; it hashes them the first time,
    and raises WeightsError as long as one is missing."""

    database: Database
    blobs: BlobStore
    clock: Clock
    children: Children
    settings: Settings
    scratch: Path
    models: Callable[[], tuple[ModelUsed, ...]]
    boundary: Boundary = no_boundary
    box: SecretBox | None = None

    @contextmanager
    def folder(self, held: Claim) -> Iterator[Path]:
        """A folder for one attempt, empty at first and gone afterwards."""
        self.scratch.mkdir(parents=True, exist_ok=True)  # systems clear their temporary folders of what looks old
        made = Path(tempfile.mkdtemp(prefix=f"{held.item_id}-", dir=self.scratch))
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def keep(self, held: Claim, files: Mapping[str, tuple[Path, str]], owner: Owner) -> dict[str, str]:
        """Put files (path and media type, by name) into the blob store, noted on the item before; their sha256.

        Args:
            owner: whom they are about.

        Raises:
            LostClaim: nothing is put then. OutputError: as `BlobStore.put`.
        """
        hashes = {name: sha256_of(path) for name, (path, _) in files.items()}
        with self.database.transaction() as session:
            if not work_made.note(session, held, hashes.values(), self.clock):
                raise LostClaim
        for path, media_type in files.values():
            self.blobs.put(path, media_type, owner)
        return hashes

    def clear(self, session: Session, held: Claim, named: Iterable[str] = ()) -> None:
        """In the transaction that ends the item: delete what it has put and nothing names."""
        work_made.clear(session, self.blobs, house().references(), held.item_id, named)

    def report_progress(self, held: Claim) -> Report:
        """Writes progress on the item; when it is no longer held the work is broken off.

        Raises:
            LostClaim: from the returned function.
        """

        def report(stage: str, share: float) -> None:
            with self.database.transaction() as session:
                if not progress(session, held, stage, share, self.clock):
                    raise LostClaim

        return report


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt failed. `outage`: not the item's fault; it waits and is tried again without being counted."""

    code: str
    text: Text
    outage: bool


OUTAGES = (OutputError, WeightsError, SystemPackageError, ScorerError)
"""The disk, the installation or a model's server: every item would fail alike until somebody mends it."""


def ending_of(error: BaseException) -> Ended:
    """What an exception means for the item it came out of."""
    if isinstance(error, InterviewEngineError):
        outage = (isinstance(error, OUTAGES) and error.code != "blob.damaged") or error.code == "judge.not_set"
        return Ended(error.code, LocalizedText(error.text("zh"), error.text("en")), outage)
    if isinstance(error, StoreError):
        return Ended(
            "blob.unreachable",
            msg("The blob store cannot be reached; it is tried again."),
            True,
        )
    if isinstance(error, OperationalError | InterfaceError | InternalError | OSError):
        name = type(error).__name__
        return Ended(
            "work.outage",
            msg("The system refused ({name}); it is tried again.", name=name),
            True,
        )
    name = type(error).__name__
    return Ended(
        "engine.failed",
        msg("The engine failed ({name}).", name=name),
        False,
    )


def is_quiet(error: BaseException) -> bool:
    """Whether it ends an attempt without a word: the worker stops, or the item is somebody else's."""
    return isinstance(error, LostClaim | Stopping)


@contextmanager
def scratch_folder(root: Path | None = None) -> Iterator[Path]:
    """This worker's scratch folder. What killed workers left behind (it is personal data) is removed first.

    Args:
        root: where scratch folders are made; the system's folder for temporary files when None.
    """
    base = Path(tempfile.gettempdir()) if root is None else root
    base.mkdir(parents=True, exist_ok=True)
    for left in base.glob(f"{PREFIX}*"):
        if left.is_dir() and _is_abandoned(left):
            shutil.rmtree(left, ignore_errors=True)
    # locked before it has its name: another worker that begins now must not find it without an owner
    unnamed = Path(tempfile.mkdtemp(prefix=f".{PREFIX}", dir=base))
    handle = os.open(unnamed / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    made = base / unnamed.name.removeprefix(".")
    unnamed.rename(made)
    try:
        yield made
    finally:
        os.close(handle)
        shutil.rmtree(made, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    """Nobody holds its lock: the system lets go of a lock when its holder dies, however that was."""
    try:
        handle = os.open(folder / LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True
