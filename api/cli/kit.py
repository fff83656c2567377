"""`interview-engine kit list|show|check`."""

from __future__ import annotations

import argparse

from api.cli.side_by_side import both
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import Kit
from interview_engine.i18n import joined, msg
from pipelines.folders.manifest import find_kit

KINDS = {"general": msg("general"), "professional": msg("professional"), "role": msg("role")}

GRAVE = msg("serious")


def run(arguments: argparse.Namespace) -> int:
    """Run the action; returns 0. Raises KitError with every problem of the file."""
    if arguments.action == "list":
        for kit_id, path in sorted(shipped_kits().items()):
            kit = load_kit(path)
            print(
                f"{kit_id:<20} v{kit.version}  {both(kit.role, ' · ')}  ({len(kit.questions)} {both(msg('questions'))})"
            )
        return 0
    kit = find_kit(arguments.kit)
    if arguments.action == "check":
        print(
            f"✓ {kit.id} v{kit.version}: {len(kit.competencies)} {both(msg('competencies'))}, "
            f"{len(kit.questions)} {both(msg('questions'))}"
        )
        return 0
    print("\n".join(describe(kit, arguments.lang)))
    return 0


def describe(kit: Kit, language: str) -> list[str]:
    """The kit as lines for a person, in `language` ("zh" or "en")."""
    lines = [f"{kit.role.get(language)}  ({kit.id} v{kit.version})", kit.description.get(language), ""]
    for number, question in enumerate(kit.questions, start=1):
        names = joined(kit.competency(probe).name for probe in question.probes).get(language)
        lines.append(f"{number}. {question.text.get(language)}  [{question.id}: {names}]")
    for competency in kit.competencies:
        kind = KINDS[competency.kind].get(language)
        head = f"{competency.name.get(language)} · {kind} · {competency.weight:g}%"
        need = msg("required level {level:g}", level=competency.required_level).get(language)
        lines += ["", f"{head} · {need}", f"  {competency.definition.get(language)}"]
        lines += [f"  – {indicator.text.get(language)}" for indicator in competency.indicators]
        lines += [
            f"  ✗ {one.text.get(language)}{f' ({GRAVE.get(language)})' if one.grave else ''}"
            for one in competency.counter_indicators
        ]
        lines += [f"  {level}  {anchor.get(language)}" for level, anchor in enumerate(competency.anchors, start=1)]
    return lines
