"""`interview-engine kit list|show|check`."""

from __future__ import annotations

import argparse

from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import Kit
from pipelines.folders.manifest import find_kit

KINDS = {"zh": {"general": "通用", "professional": "专业", "role": "角色"}}


def run(arguments: argparse.Namespace) -> int:
    """Run the action; returns 0. Raises KitError with every problem of the file."""
    if arguments.action == "list":
        for kit_id, path in sorted(shipped_kits().items()):
            kit = load_kit(path)
            print(f"{kit_id:<20} v{kit.version}  {kit.role.zh} · {kit.role.en}  ({len(kit.questions)} 题 questions)")
        return 0
    kit = find_kit(arguments.kit)
    if arguments.action == "check":
        print(
            f"✓ {kit.id} v{kit.version}: {len(kit.competencies)} 项能力 competencies, {len(kit.questions)} 题 questions"
        )
        return 0
    print("\n".join(describe(kit, arguments.lang)))
    return 0


def describe(kit: Kit, language: str) -> list[str]:
    """The kit as lines for a person, in `language` ("zh" or "en")."""
    zh = language == "zh"
    lines = [f"{kit.role.get(language)}  ({kit.id} v{kit.version})", kit.description.get(language), ""]
    for number, question in enumerate(kit.questions, start=1):
        probes = "、" if zh else ", "
        names = probes.join(kit.competency(probe).name.get(language) for probe in question.probes)
        lines.append(f"{number}. {question.text.get(language)}  [{question.id}: {names}]")
    for competency in kit.competencies:
        kind = KINDS.get(language, {}).get(competency.kind, competency.kind)
        head = f"{competency.name.get(language)} · {kind} · {competency.weight:g}%"
        need = f"要求水平 {competency.required_level:g}" if zh else f"required level {competency.required_level:g}"
        lines += ["", f"{head} · {need}", f"  {competency.definition.get(language)}"]
        lines += [f"  – {indicator.text.get(language)}" for indicator in competency.indicators]
        lines += [f"  {level}  {anchor.get(language)}" for level, anchor in enumerate(competency.anchors, start=1)]
    return lines
