"""`interview-engine rank DIR`: write ranking.json and ranking.html, and print the list."""

from __future__ import annotations

import argparse
import json

from interview_engine.assessment.comparing.ranking import KitRanking, Ranked
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
            print("目录里没有报告。 There are no reports in this folder.")
        print(f"\n排序报告 ranked report: {(arguments.folder / 'ranking.html').resolve()}")
    return 3 if ranking.broken else 0


def _lines(kit: KitRanking) -> list[str]:
    ruler = kit.ruler
    lines = [f"{kit.role.zh} · {kit.role.en}  ({ruler.kit_id} v{ruler.kit_version}, {ruler.scorer})"]
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
        return "需要人来判断：无法评估 · a person must judge: cannot assess"
    if place.section == "needs_review":
        return "请先复核 · please review first"
    return f"并列组 {place.group} · tie group {place.group}"


def _place(place: Ranked) -> str:
    entry = place.entry
    if entry.score is None or entry.match_percent is None:
        why = f"{place.reasons[0].text.zh} {place.reasons[0].text.en}" if place.reasons else ""
        return f"{entry.candidate}  –  {why}"
    score = f"{entry.score.value:.1f} ({entry.score.low:.1f}–{entry.score.high:.1f})"
    return f"{entry.candidate}  {score}  匹配 match {entry.match_percent:.0f}%"
