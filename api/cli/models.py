"""`interview-engine models pull|list|verify`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from api.cli.side_by_side import both
from interview_engine.i18n import msg
from interview_engine.settings import read_settings
from models.weights.registry import WeightStatus, WeightStore, store_of
from pipelines.workbench import NEEDED


def run(arguments: argparse.Namespace) -> int:
    """Run the action; returns 0, or 1 when `verify` or `list` finds something missing or damaged."""
    settings = read_settings(os.environ)
    store = store_of(settings)
    names = tuple(arguments.names) or NEEDED
    if arguments.action == "pull":
        return _pull(store, names)
    if arguments.action == "verify" and not arguments.names:
        return _list(store, store.verify())
    return _list(store, [store.status(name) for name in tuple(arguments.names) or store.names()])


def _pull(store: WeightStore, names: tuple[str, ...]) -> int:
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console
    ) as bars:
        rows: dict[str, TaskID] = {}

        def progress(done: int, total: int, name: str) -> None:
            if name not in rows:
                rows[name] = bars.add_task(name, total=total)
            bars.update(rows[name], completed=done, total=total)

        store.pull(names, progress)
    print(f"✓ {both(msg('weights complete'))} ({len(names)})")
    return 0


def _list(store: WeightStore, statuses: Sequence[WeightStatus]) -> int:
    """One line a weight; the hash is that of the report's provenance."""
    broken = 0
    for status in statuses:
        weight = store.weight(status.name)
        mark = "✓" if status.state == "ok" else "–"
        size = f"{weight.bytes / 1e6:7.1f} MB"
        where = str(status.path) if status.state == "ok" else f"{status.state} {status.detail}".strip()
        digest = store.sha256(status.name)[:16] if status.state == "ok" else "-" * 16
        optional = f" ({both(msg('optional'))})" if weight.optional else ""
        print(f"{mark} {status.name:<20} {size}  {digest}  {weight.licence:<12} {where}{optional}")
        broken += status.state != "ok" and not weight.optional
    return 1 if broken else 0
