"""`interview-engine trail FILE`: whether an exported audit trail holds, without the database it came from."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from interview_engine.store.audit import Anchor, AuditProblem, read_anchor, verify_exported

BROKEN = 3
PROBLEMS = {
    "missing": msg("an event is missing"),
    "changed": msg("an event was changed"),
    "unlinked": msg("an event does not follow the one before"),
    "cut": msg("events are missing at the end"),
    "rewritten": msg("the chain was rewritten"),
    "unsealed": msg("the seal is missing or not of this installation"),
}


def run(arguments: argparse.Namespace) -> int:
    """Check and print; returns 0, or 3 where the chain does not hold. Raises UsageError."""
    known = None if arguments.end is None else _anchor(arguments.end)
    counted = _Counted(arguments.file)
    try:
        found: AuditProblem | None = verify_exported(iter(counted), known)
    except OSError as error:
        raise _unreadable(arguments.file, error.strerror or str(error)) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unreadable(arguments.file, f"line {counted.lines}") from error
    if found is None:
        print(msg("The chain holds: {count} events.", count=counted.lines).zh)
        print(msg("The chain holds: {count} events.", count=counted.lines).en)
        return 0
    broken = msg("The chain does not hold at event {number}: {why}.", number=found.sequence, why=PROBLEMS[found.kind])
    print(broken.zh)
    print(broken.en)
    return BROKEN


class _Counted:
    """The lines of a file, counted as they are read; empty ones are passed over."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = 0

    def __iter__(self) -> Iterator[str]:
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                if line.strip():
                    self.lines += 1
                    yield line


def _anchor(raw: str) -> Anchor:
    found = read_anchor(raw)
    if found is None:
        raise UsageError(
            "trail.end",
            msg("“{raw}” is not an end of a trail.", raw=raw[:100]),
            msg("Write it as number:hash, as the console shows it after a check."),
        )
    return found


def _unreadable(path: Path, why: str) -> UsageError:
    return UsageError(
        "trail.unreadable",
        msg("{path} is not an exported trail: {why}.", path=str(path), why=why),
        msg("Export it again from the console's audit log, one event a line."),
    )
