"""`interview-engine calibrate KIT RATINGS`: agreement among people beside agreement with the engine, and a file."""

from __future__ import annotations

import argparse
import math
import os

from rich.console import Console
from rich.progress import Progress

from api.cli.side_by_side import both
from interview_engine.assessment.calibration.calibration import Calibration
from interview_engine.assessment.calibration.curve import MORE
from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from interview_engine.settings import read_settings
from models.weights.registry import store_of
from pipelines.folders.calibrate import Source, calibrate_source, load, read_ratings, read_reports, save
from pipelines.folders.manifest import find_kit
from pipelines.scoring.score import feature_reader

SHAPES = {
    "none": msg("scores stay as they are (a change would do harm to people left out)"),
    "linear": msg("shift and slope only"),
    "full": msg("shift, slope, cues and word groups"),
}
ALARMS = {
    "severity": msg("more than half a level from the panel"),
    "drift": msg("drifted by more than half a level"),
}


def run(arguments: argparse.Namespace) -> int:
    """Calibrate, print and write; returns 0. Raises InterviewEngineError for everything the user can mend."""
    if not arguments.reports.is_dir():
        raise UsageError(
            "calibration.no_folder",
            msg("There is no folder {reports}.", reports=arguments.reports),
            msg("Give the folder that assess wrote with --out."),
        )
    kit = find_kit(arguments.kit)
    earlier = None if arguments.earlier is None else load(arguments.earlier)
    ratings = read_ratings(arguments.ratings, kit, arguments.scale)
    interviews = list(dict.fromkeys(rating.interview for rating in ratings))
    source = Source(kit, ratings, read_reports(arguments.reports, kit, interviews))
    settings = read_settings(os.environ)
    store = store_of(settings)
    with Progress(console=Console(stderr=True)) as bars:
        row = bars.add_task(both(msg("calibrate")), total=None)
        found = calibrate_source(
            source, feature_reader(store), lambda done, total: bars.update(row, completed=done, total=total), earlier
        )
    save(found, arguments.out)
    print(table(found))
    print(f"{both(msg('written'))}: {arguments.out}  ({found.scorer_id})")
    return 0


def table(found: Calibration) -> str:
    """The agreement table for people, in both languages."""
    figures = found.figures
    lines = [
        f"{found.kit_id} v{found.kit_version}: {found.ratings} {both(msg('ratings', context='count'))}, "
        f"{found.interviews} {both(msg('interviews', context='count'))}, "
        f"{len(found.raters)} {both(msg('raters', context='count'))}",
        f"{'':34s} ICC(A,1)  ICC(A,k)     QWK       r",
        _line(
            both(msg('human–human')), figures.human_single, figures.human_average, figures.human_kappa, math.nan,
            f"  n={figures.human_items}, {figures.human_raters} {msg('people').get('zh')}",
        ),
        _line(
            both(msg('human–engine')), figures.before_single, math.nan, figures.before_kappa, figures.before_r,
            f"  n={figures.items}",
        ),
        _line(
            both(msg('calibrated')), figures.after_single, math.nan, figures.after_kappa, figures.after_r,
            f"  n={figures.items}  QWK [{_figure(figures.after_kappa_low).strip()}, "
            f"{_figure(figures.after_kappa_high).strip()}]  {both(msg('people left out'))}",
        ),
    ]  # fmt: skip
    if figures.unscored:
        lines.append(f"{both(msg('cannot assess'))}: {figures.unscored}")
    heads = [both(msg("ratings", context="column")), both(msg("severity")), both(msg("drift"))]
    lines.append(f"{both(msg('rater'))}: {', '.join(heads)} (±{both(msg('points of 10'))})")
    for rater in found.raters:
        marks = "; ".join(both(ALARMS[name]) for name in rater.alarms)
        lines.append(
            f"  {rater.name}: {rater.ratings}, {_figure(rater.severity, True)}, {_figure(rater.drift, True)}"
            + (f"  ⚠ {marks}" if marks else "")
        )
    shape = SHAPES[found.shape]
    lines.append(f"{both(shape, ' · ')}; ±{found.band:.1f}; {len(found.weights)} {both(msg('weights'))}")
    lines += [
        both(
            msg(
                "{question}: likeness from which each mark is reached: {cuts}",
                question=question,
                cuts=", ".join(f"{cut:.2f}" for cut in cuts),
            ),
            " · ",
        )
        for question, cuts in sorted(found.cuts.items())
    ]
    lines += _curve(found)
    return "\n".join(lines)


def _curve(found: Calibration) -> list[str]:
    """The error by number of ratings, and what twenty more are worth."""
    if not found.curve:
        return []
    shown = ", ".join(f"{point.ratings}: {point.error:.2f}" for point in found.curve)
    lines = [f"{both(msg('typical error by number of ratings (points of 10, people left out)'))}: {shown}"]
    if found.worth is not None:
        lines.append(
            both(
                msg(
                    "{more} more ratings are worth: {now} → {then}",
                    more=MORE,
                    now=f"{found.worth.now:.2f}",
                    then=f"{found.worth.then:.2f}",
                ),
                " · ",
            )
        )
    return lines


def _line(name: str, single: float, average: float, kappa: float, r: float, note: str) -> str:
    width = 34 - sum(1 for character in name if "\u2e80" <= character <= "\uffef")
    cells = "  ".join(f"{_figure(value):>8s}" for value in (single, average, kappa, r))
    return f"{name:{width}s} {cells}{note}"


def _figure(value: float, signed: bool = False) -> str:
    if not math.isfinite(value):
        return "–"
    return f"{value:+.2f}" if signed else f"{value:.3f}"
