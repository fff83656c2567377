"""Sentences of docs/security.md that are about the whole code: what it never does, and where the exceptions are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("interview_engine", "models", "pipelines", "api")
TEMPLATES = [*ROOT.glob("api/templates/**/*.html"), *ROOT.glob("pipelines/templates/**/*.html")]
SCRIPTS = sorted((ROOT / "api" / "static").glob("*.js"))

NETWORK = {"httpx", "smtplib", "ftplib", "requests", "aiohttp", "urllib.request", "http.client", "telnetlib"}
CONNECTS = {
    "interview_engine/hr/messaging/mail.py",
    "interview_engine/store/webhooks.py",
    "models/text/llm.py",
    "models/weights/sources.py",
    "api/wechat/client.py",
    "api/wechat/official.py",
    "api/wechat/wecom.py",
    "api/wechat/connect.py",
    "api/wechat/double/phones.py",
    "api/wechat/double/speaker.py",
}
"""Mail, webhooks, the judge, weights, WeChat and WeCom, and WeChat's double for trying out."""
PICKLES = {"models/runtime/torch_file.py"}
"""It reads one pinned weight, knows three names and refuses every other (its docstring)."""
WRITTEN_BY_US = {"console/system/operations.html": "live"}
"""A page that shows another template of ours, whose texts were escaped there."""


@cache
def sources() -> dict[str, ast.Module]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            found[path.relative_to(ROOT).as_posix()] = ast.parse(path.read_text(encoding="utf-8"))
    assert len(found) > 300
    return found


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_no_shell_and_nothing_evaluates_text() -> None:
    found = []
    for name, tree in sources().items():
        for called, node in calls(tree):
            shell = any(one.arg == "shell" and getattr(one.value, "value", True) for one in node.keywords)
            if shell or called in ("eval", "exec", "os.system", "os.popen", "subprocess.getoutput"):
                found.append(f"{name}:{node.lineno} {called}")
    assert found == []


def test_no_object_is_read_that_could_call_something() -> None:
    dangerous = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle"}
    assert {name for name, tree in sources().items() if dangerous & set(imports(tree))} == PICKLES
    unsafe = ("yaml.load", "yaml.unsafe_load", "yaml.full_load", "yaml.load_all")
    assert [name for name, tree in sources().items() for called, _ in calls(tree) if called in unsafe] == []


def test_only_the_named_parts_speak_to_others() -> None:
    found = {name for name, tree in sources().items() if NETWORK & set(imports(tree))}
    assert found <= CONNECTS, "docs/security.md says what the product connects to"


def test_templates_escape_everything_that_is_not_made_by_another_template() -> None:
    marked = {}
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        names = re.findall(r"\{\{[-\s]*([\w.]+)[^}]*\|\s*safe\b", text)
        if names or "autoescape" in text:
            marked[path.relative_to(ROOT / "api" / "templates").as_posix()] = ", ".join(names)
    assert marked == WRITTEN_BY_US


def test_pages_load_nothing_from_elsewhere() -> None:
    assert len(TEMPLATES) > 50
    pattern = re.compile(
        r"""(?:src|srcset|action|formaction|poster)\s*=\s*["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//"""
    )
    linked = re.compile(r"""<link[^>]+href\s*=\s*["'](?:https?:)?//""")
    styles = sorted((ROOT / "api" / "static").glob("*.css"))
    found = [
        path.name
        for path in [*TEMPLATES, *styles]
        if pattern.search(path.read_text("utf-8")) or linked.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_scripts_write_text_and_use_no_channel_that_the_page_says_is_not_there() -> None:
    assert SCRIPTS
    forbidden = r"\b(eval|postMessage|WebSocket|RTCPeerConnection|insertAdjacentHTML)\b|document\.write|new Function"
    assert [path.name for path in SCRIPTS if re.search(forbidden, path.read_text("utf-8"))] == []


def test_only_a_candidates_own_drafts_and_chunks_are_kept_in_the_browser() -> None:
    keeping = re.compile(r"\b(localStorage|sessionStorage|indexedDB)\b")
    assert {path.name for path in SCRIPTS if keeping.search(path.read_text("utf-8"))} <= {
        "chunk_store.js", "recorder.js", "writing.js",
    }  # fmt: skip
