"""The audit log speaks in words: every action that is written down has one (L10)."""

from __future__ import annotations

import ast
from pathlib import Path

from api.console.system.audit_words import ACTIONS

ROOT = Path(__file__).parents[3]


def written_actions() -> set[str]:
    """The actions that calls of `audit.record` name outright."""
    found = set()
    for path in sorted((ROOT / "interview_engine").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record"):
                continue
            action = node.args[2] if len(node.args) > 2 else None
            if isinstance(action, ast.Constant) and isinstance(action.value, str):
                found.add(action.value)
    return found


def test_every_action_has_words() -> None:
    actions = written_actions()
    assert len(actions) > 50
    assert sorted(actions - set(ACTIONS)) == []
