"""The audit log speaks in words: every action that is written down has one, and what it is about too (L10)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from api.console.system.audit_words import ACTIONS, SUBJECTS

ROOT = Path(__file__).parents[3]


def records() -> Iterator[tuple[ast.Module, ast.Call]]:
    """Every call of `audit.record` with its module."""
    for folder in ("interview_engine", "api"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record":
                    yield tree, node


def texts(tree: ast.Module, value: ast.expr) -> set[str]:
    """The texts that an argument can be: written out, one of two, or what its name is given in the module."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return {value.value}
    if isinstance(value, ast.IfExp):
        return texts(tree, value.body) | texts(tree, value.orelse)
    if isinstance(value, ast.JoinedStr) and isinstance(value.values[0], ast.Constant):
        return {str(value.values[0].value)}
    if isinstance(value, ast.Name):
        given = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == value.id for t in node.targets)
        ]
        return {text for one in given for text in texts(tree, one)}
    return set()


def test_every_action_has_words() -> None:
    actions = {
        text
        for tree, call in records()
        if len(call.args) > 2
        for text in texts(tree, call.args[2])
        if not text.endswith(".")
    }
    assert len(actions) > 60
    assert sorted(actions - set(ACTIONS)) == []


def test_everything_that_is_acted_on_has_a_word() -> None:
    kinds = {
        text.partition(":")[0]
        for tree, call in records()
        if len(call.args) > 3
        for text in texts(tree, call.args[3])
        if ":" in text
    }
    assert len(kinds) > 20
    assert sorted(kinds - set(SUBJECTS)) == []
