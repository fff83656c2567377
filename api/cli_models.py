"""`interview-engine models pull|list|verify`."""

from __future__ import annotations

import argparse
import os

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from interview_engine.errors import WeightsError
from interview_engine.settings import read_settings
from models.registry import WeightStore, default_root
from pipelines.workbench import NEEDED


def run(arguments: argparse.Namespace) -> int:
    """Run the action; returns 0, or 1 when `verify` or `list` finds something missing or damaged."""
    settings = read_settings(os.environ)
    store = WeightStore(settings.weights or default_root(), dict(settings.own_weights))
    names = tuple(arguments.names) or NEEDED
    if arguments.action == "pull":
        return _pull(store, names)
    return _check(store, tuple(arguments.names) or store.names(), deep=arguments.action == "verify")


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
    print(f"✓ {len(names)} 组权重齐全 weights complete: {store.root}")
    return 0


def _check(store: WeightStore, names: tuple[str, ...], *, deep: bool) -> int:
    missing = 0
    for name in names:
        try:
            folder = store.verify_one(name) if deep else store.locate(name)
        except WeightsError as error:
            needed = "需要 needed" if name in NEEDED else "可选 optional"
            print(f"–  {name:<24} {needed}: {error.message.zh} {error.message.en}")
            missing += name in NEEDED
        else:
            print(f"✓  {name:<24} {folder}")
    return 1 if missing else 0
