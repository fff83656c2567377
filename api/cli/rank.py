"""`interview-engine rank DIR`: write ranking.json and ranking.html, and print the list."""

from __future__ import annotations

import argparse
import json

from api.cli.side_by_side import both
from interview_engine.assessment.comparing.ranking import KitRanking, Ranked
from interview_engine.i18n import msg
from pipelines.folders.ranking import to_document, write_ranking


def run(arguments: argparse.Namespace) -> int:
    """Rank and print; returns 0, or 3 when a report could not be read. Raises UsageError, OutputError."""
    ranking = write_ranking(arguments.folder)
    if arguments.json:
        print(json.dumps(to_document(ranking), ensure_ascii=False))
    else:
        for kit in ranking.kits:
            print("\n".join(_lines(kit)))
        for broken in ranking.broken:
            print(f"✗ {broken.folder}: {broken.error.text('zh')} {broken.error.text('en')}")
        if not ranking.candidates:
            print(both(msg("There are no reports in this folder.")))
        print(f"\n{both(msg('ranked report'))}: {(arguments.folder / 'ranking.html').resolve()}")
    return 3 if ranking.broken else 0


def _lines(kit: KitRanking) -> list[str]:
    ruler = kit.ruler
    lines = [f"{both(kit.role, ' · ')}  ({ruler.kit_id} v{ruler.kit_version}, {ruler.scorer})"]
    heading = ""
    for place in kit.candidates:
        current = _heading(place)
        if current != heading:
            lines.append(f"  {current}")
            heading = current
        lines.append(f"    {_place(place)}")
    return lines


def _heading(place: Ranked) -> str:
    if place.section == "cannot_assess":
        return both(msg("a person must judge: cannot assess"), " · ")
    if place.section == "needs_review":
        return both(msg("please review first"), " · ")
    return both(msg("tie group {number}", number=place.group), " · ")


def _place(place: Ranked) -> str:
    entry = place.entry
    if entry.score is None or entry.match_percent is None:
        why = both(place.reasons[0].text) if place.reasons else ""
        return f"{entry.candidate}  –  {why}"
    score = f"{entry.score.value:.1f} ({entry.score.low:.1f}–{entry.score.high:.1f})"
    return f"{entry.candidate}  {score}  {both(msg('match'))} {entry.match_percent:.0f}%"
