"""`interview-engine rescore DIR --kit NEW --against OLD`: who would flip, and why, before a rubric is changed."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence

from rich.console import Console
from rich.progress import Progress

from api.cli.side_by_side import both
from interview_engine.assessment.comparing.ranking import Entry
from interview_engine.assessment.comparing.time_machine import Change, Comparison, Driver, compare
from interview_engine.assessment.kits.kit import Kit
from interview_engine.errors import UsageError
from interview_engine.i18n import joined, msg
from interview_engine.settings import read_settings
from pipelines.folders.calibrate import load
from pipelines.folders.manifest import find_kit
from pipelines.folders.rescore import Rescored, no_reports, rescore_folder
from pipelines.spreadsheets import write_csv
from pipelines.writing import write_whole, writing

SCHEMA = "interview-rescore/1"

CAUSES = {
    "score": msg("scored differently"),
    "weight": msg("weight changed"),
    "required_level": msg("required level changed"),
    "added": msg("new competency"),
    "removed": msg("competency removed"),
    "assessed": msg("can now be assessed"),
    "not_assessed": msg("can no longer be assessed"),
    "measure": msg("measured differently"),
}


def run(arguments: argparse.Namespace) -> int:
    """Compare, print and write rescore.json and rescore.csv; returns 0, or 3 when a report could not be read."""
    if not arguments.folder.is_dir():
        raise UsageError(
            "rescore.no_folder",
            msg("There is no folder {folder}.", folder=arguments.folder),
            msg("Give the folder that assess wrote with --out."),
        )
    if not 0.0 <= arguments.bar <= 100.0:
        raise UsageError(
            "rescore.bar",
            msg("--bar is {bar:g}, not 0..100.", bar=arguments.bar),
            msg("It is a match in percent."),
        )
    new = find_kit(arguments.kit)
    old = None if arguments.against is None else find_kit(arguments.against)
    calibration = load(arguments.calibration) if arguments.calibration else None
    with Progress(console=Console(stderr=True)) as bars:
        row = bars.add_task(both(msg("rescore")), total=None)
        found = rescore_folder(
            arguments.folder,
            old,
            new,
            read_settings(os.environ),
            lambda done, total: bars.update(row, completed=done, total=total),
            calibration,
        )
    broken = [entry for entry in found if entry.error is not None]
    other = sum(entry.error is None and entry.before is None for entry in found)
    if other == len(found):
        raise no_reports(arguments.folder, old or new)
    comparison = compare(
        [entry.before for entry in found if entry.before is not None],
        [entry.after for entry in found if entry.after is not None],
        arguments.bar,
    )
    with writing(arguments.folder):
        text = json.dumps(to_document(comparison), ensure_ascii=False, indent=1)
        write_whole(arguments.folder / "rescore.json", text.encode("utf-8"))
        write_whole(arguments.folder / "rescore.csv", _csv(comparison))
    _print(comparison, broken, f"{_named(old)} → {new.id} v{new.version}")
    if other:
        print(f"{both(msg('reports of other kits, left out'))}: {other}")
    print(f"{both(msg('written'))}: {arguments.folder / 'rescore.json'}, {arguments.folder / 'rescore.csv'}")
    return 3 if broken else 0


def _named(old: Kit | None) -> str:
    return both(msg("as stored")) if old is None else f"{old.id} v{old.version}"


def to_document(comparison: Comparison) -> dict[str, object]:
    """The comparison as JSON values, the same for the same archive and kits."""
    return {
        "schema": SCHEMA,
        "bar_percent": comparison.bar,
        "interviews": len(comparison.changes),
        "flips": comparison.flips,
        "changes": [_change(change) for change in comparison.changes],
    }


def _change(change: Change) -> dict[str, object]:
    return {
        "interview": change.before.interview_id,
        "candidate": change.before.candidate,
        "flips": change.flips,
        "band_left": change.band_left,
        "group_changed": change.group_changed,
        "scorer_before": change.before.ruler.scorer,
        "scorer_after": change.after.ruler.scorer,
        "before": _side(change.before, change.group_before, change.above_before),
        "after": _side(change.after, change.group_after, change.above_after),
        "drivers": [
            {
                "competency": driver.competency_id,
                "points_before": round(driver.points_before, 2),
                "points_after": round(driver.points_after, 2),
                "causes": list(driver.causes),
            }
            for driver in change.drivers
        ],
    }


def _side(entry: Entry, group: int | None, above: bool | None) -> dict[str, object]:
    score = entry.score
    return {
        "match_percent": None if entry.match_percent is None else round(entry.match_percent, 2),
        "score": None if score is None else [round(value, 2) for value in (score.value, score.low, score.high)],
        "tie_group": group,
        "above_bar": above,
    }


def _csv(comparison: Comparison) -> bytes:
    header = ["interview", "candidate", "flips", "match_before", "match_after", "group_before", "group_after", "why"]
    rows = [
        [
            change.before.interview_id,
            change.before.candidate,
            "yes" if change.flips else "no",
            _percent(change.before),
            _percent(change.after),
            str(change.group_before or "–"),
            str(change.group_after or "–"),
            "; ".join(_why(driver, "zh") + " " + _why(driver, "en") for driver in change.drivers),
        ]
        for change in comparison.changes
    ]
    return write_csv(header, rows)


def _percent(entry: Entry) -> str:
    return "–" if entry.match_percent is None else f"{entry.match_percent:.1f}"


def _why(driver: Driver, language: str) -> str:
    causes = joined(CAUSES[cause] for cause in driver.causes).get(language)
    return f"{driver.competency_id} {driver.points_before:.1f}→{driver.points_after:.1f} ({causes})"


def _print(comparison: Comparison, broken: Sequence[Rescored], title: str) -> None:
    total = len(comparison.changes)
    counted = both(msg("flips {flips} of {total}", context="command", flips=comparison.flips, total=total), " · ")
    print(f"{title}: {counted}  ({both(msg('bar'))} {comparison.bar:g}%)")
    for change in comparison.changes:
        if change.flips or change.band_left or change.group_changed:
            mark = "⇅" if change.flips else "·"
            print(f"{mark} {change.before.candidate}: {_percent(change.before)} → {_percent(change.after)}%")
            for driver in change.drivers:
                print(f"    {_why(driver, 'zh')} {_why(driver, 'en')}")
    for entry in broken:
        assert entry.error is not None
        print(f"✗ {entry.folder}: {entry.error.text('zh')} {entry.error.text('en')}")
