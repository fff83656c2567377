"""Sentences of docs/security.md that are about the whole code: what it never does, and where the exceptions are."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # reads every file of the product

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("interview_engine", "models", "pipelines", "api")
TEMPLATES = [*ROOT.glob("api/templates/**/*.html"), *ROOT.glob("pipelines/templates/**/*.html")]
SCRIPTS = sorted((ROOT / "api" / "static").glob("*.js"))

NETWORK = {"httpx", "smtplib", "ftplib", "requests", "aiohttp", "urllib.request", "http.client", "telnetlib"}
CONNECTS = {
    "api/signing/esign.py",
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
"""Mail, webhooks, the judge, weights, a signature provider, WeChat and WeCom, and WeChat's double for trying out."""
PICKLES = {"models/runtime/torch_file.py"}
"""It reads one pinned weight, knows three names and refuses every other (its docstring)."""
WRITTEN_BY_US = {
    "console/migration/batch.html": "live",
    "console/system/operations.html": "live",
    "console/system/notices.html": "live",
}
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


@pytest.mark.slow  # reads every file of the product
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


def test_only_ones_own_drafts_chunks_and_punches_are_kept_in_the_browser() -> None:
    keeping = re.compile(r"\b(localStorage|sessionStorage|indexedDB)\b")
    assert {path.name for path in SCRIPTS if keeping.search(path.read_text("utf-8"))} <= {
        "chunk_store.js", "punch.js", "recorder.js", "writing.js",
    }  # fmt: skip


TAKES_A_PATTERN = {
    f"re.{name}" for name in ("compile", "search", "match", "fullmatch", "split", "sub", "subn", "findall", "finditer")
}
PUT_TOGETHER = {
    "interview_engine/hr/performance/rules/reported.py": "what a goal counts and its unit, escaped",
    "interview_engine/assessment/evidence/cues.py": "a kit's phrases, escaped",
    "interview_engine/assessment/evidence/coherence.py": "a list that ships",
    "interview_engine/assessment/evidence/misconduct.py": "lists that ship",
    "interview_engine/assessment/evidence/reference.py": "a reference answer's words: letters and digits",
    "interview_engine/hr/recruiting/jobs/requirement_matching.py": "lists of the module, words of a job escaped",
    "pipelines/hearing/transcript_guards.py": "a list of the module",
}
"""Patterns that are no single text of the code, and what they are made of."""


def test_patterns_are_written_in_the_code_or_made_of_escaped_phrases() -> None:
    found = set()
    for name, tree in sources().items():
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for called, node in calls(function):  # type: ignore[arg-type]
                if called in TAKES_A_PATTERN and not is_fixed(node.args[0]):
                    found.add(name)
    assert found == PUT_TOGETHER.keys()


def is_fixed(pattern: ast.expr) -> bool:
    """Whether a pattern is a text of the code, with at most constants of the module and escaped text in it."""
    if isinstance(pattern, ast.Call):
        return ast.unparse(pattern.func) == "re.escape"
    if isinstance(pattern, ast.JoinedStr):
        return all(is_fixed(part.value) for part in pattern.values if isinstance(part, ast.FormattedValue))
    return isinstance(pattern, ast.Constant) or (isinstance(pattern, ast.Name) and pattern.id.isupper())


def test_a_password_manager_may_fill_every_password_and_nothing_hinders_pasting() -> None:
    fields = [
        field
        for path in TEMPLATES
        for field in re.findall(r"""(?:<input|forms\.text\()[^>}]*type="password"[^>}]*""", path.read_text("utf-8"))
    ]
    assert len(fields) >= 5
    assert [field for field in fields if "autocomplete" not in field] == []
    texts = [path.read_text("utf-8") for path in [*TEMPLATES, *SCRIPTS]]
    assert not any(re.search(r"""onpaste|["']paste["']""", text) for text in texts)


DOORS = {"api/console/system/sign_in.py", "api/console/system/account.py", "api/phone/pages.py"}
"""Sign-in, the change of one's own password, and WeCom (docs/wechat.md)."""


def test_a_session_is_put_into_a_browser_by_the_named_doors_only() -> None:
    assert {name for name, tree in sources().items() for called, _ in calls(tree) if called == "keep_session"} == DOORS


def test_the_image_holds_no_tests_and_runs_as_nobody_special() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:]]
    assert {"api", "interview_engine"} <= set(copied)
    assert not [word for word in copied if "test" in word or word == "."]


def test_types_are_checked_strictly_in_every_package() -> None:
    checked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert checked["strict"] is True
    assert set(checked["packages"]) >= set(PACKAGES)
