"""A safe subset of YAML as a tree that knows its lines: mappings with text keys, lists and plain text, nothing else.

The tree is built from parse events, not by a YAML constructor, so nothing in a file is ever turned into an object,
every leaf keeps what was typed (`no` stays "no"), duplicate keys are seen, and deep nesting ends at a limit instead of
exhausting the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from interview_engine.errors import FileProblem, shown
from interview_engine.i18n import Text, msg

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
"""Deepest nesting; a kit needs seven levels."""

_QUOTED = ("'", '"', "|", ">")
"""Scalar styles that are text whatever they hold."""

_UNPRINTABLE = re.compile(r"[^\n\r\t\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What YAML 1.1 does not allow in a stream, and the byte order mark inside a text."""

_FLOW_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|(?P<opening>[\[{])|(?P<closing>[\]}])""", re.DOTALL)
"""Quoted text, which is stepped over, and the brackets outside it."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where PyYAML was built with it (about thirty times faster), else the same grammar in Python."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar: its text, whether it was quoted (then it is never a number), and its line from 1."""

    text: str
    quoted: bool
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list and the line it begins on."""

    nodes: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping in file order and the line it begins on. Keys are unique; a repeated key is a problem and left out."""

    entries: tuple[tuple[Leaf, Node], ...]
    line: int


Node = Leaf | Items | Fields


class TreeError(Exception):
    """The bytes are not a document of the subset; `problem` says where and what to do."""

    def __init__(self, problem: FileProblem) -> None:
        super().__init__(problem.text("en"))
        self.problem = problem


@dataclass(slots=True)
class _Open:
    """A collection being read. A mapping's `key` is set while its value is awaited."""

    line: int
    is_mapping: bool
    nodes: list[Node] = field(default_factory=list)
    entries: list[tuple[Leaf, Node]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    key: Leaf | None = None
    skip_value: bool = False


def read_tree(data: bytes) -> tuple[Node, tuple[FileProblem, ...]]:
    """The document of a file's bytes and what is wrong with single keys of it (duplicates).

    Raises:
        TreeError: the file as a whole cannot be read (encoding, size, empty, tabs, syntax, aliases, tags, depth).
    """
    return _build(_decode(data))


def _decode(data: bytes) -> str:
    """The file's text, after the checks that need no YAML."""
    if len(data) > MAX_BYTES:
        size = f"{len(data) / 1e6:.1f}"
        raise _fatal(
            "kit.too_large",
            0,
            msg("The file has {size} MB; the limit is 1 MB.", size=size),
            msg("Check that it is the right file: a kit has some tens of KB."),
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _fatal(
            "kit.encoding",
            data.count(b"\n", 0, error.start) + 1,
            msg("The file is not UTF-8."),
            msg("Save it as UTF-8 in your editor (GBK and UTF-16 are the usual causes)."),
        ) from error
    hidden = _UNPRINTABLE.search(text)
    if hidden:
        raise _fatal(
            "kit.character",
            text.count("\n", 0, hidden.start()) + 1,
            msg("The file holds an invisible control character."),
            msg("Delete the invisible characters of this line."),
        )
    tab = text.find("\t")
    if tab >= 0:
        raise _fatal(
            "kit.tab",
            text.count("\n", 0, tab) + 1,
            msg("The file holds a tab; YAML is indented with spaces."),
            msg("Replace tabs by spaces."),
        )
    return text


def _events(text: str) -> Iterator[yaml.Event]:
    """The parse events, with syntax errors told as ours and nesting held at our limit.

    A parser looks ahead: a line of brackets is scanned whole before the first of them is an event, and some versions
    stop there at a limit of their own. So the brackets between the last event and an error are counted too: the
    answer depends on the file and not on the version.
    """
    depth, read = 0, 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise _too_deep(event.start_mark.line + 1 if event.start_mark else 0)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            read = event.end_mark.index if event.end_mark else read
            yield event
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        for token in _FLOW_TOKEN.finditer(text, read, mark.index if mark else len(text)):
            depth += (token["opening"] is not None) - (token["closing"] is not None)
            if depth > MAX_DEPTH:
                raise _too_deep(text.count("\n", 0, token.start()) + 1) from error
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _syntax(line, column, getattr(error, "problem", None) or "") from error


def _build(text: str) -> tuple[Node, tuple[FileProblem, ...]]:
    """Turn events into the tree with a stack of open collections; no recursion, so no input can exhaust it."""
    stack: list[_Open] = []
    problems: list[FileProblem] = []
    root: Node | None = None
    for event in _events(text):
        mark = event.start_mark
        line = mark.line + 1 if mark else 0
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise _refused(line, msg("a second YAML document (---)"))
        if isinstance(event, yaml.NodeEvent):
            _check_node(event, line)
        node: Node
        if isinstance(event, yaml.CollectionStartEvent):
            stack.append(_Open(line, isinstance(event, yaml.MappingStartEvent)))
            continue
        if isinstance(event, yaml.ScalarEvent):
            node = Leaf(event.value, event.style in _QUOTED, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            done = stack.pop()
            node = Fields(tuple(done.entries), done.line) if done.is_mapping else Items(tuple(done.nodes), done.line)
        else:
            continue
        if stack:
            _place(stack[-1], node, problems)
        else:
            root = node
    if root is None:
        raise _fatal(
            "kit.empty",
            0,
            msg("The file is empty."),
            msg("Start from the example in docs/kits.md."),
        )
    return root, tuple(problems)


def _check_node(event: yaml.NodeEvent, line: int) -> None:
    """Refuse what could hide or multiply content."""
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise _refused(line, msg("a YAML anchor or alias (& or *)"))
    if getattr(event, "tag", None) is not None:
        raise _refused(line, msg("a YAML tag (!)"))


def _place(parent: _Open, node: Node, problems: list[FileProblem]) -> None:
    """Put a finished node into the collection around it."""
    if not parent.is_mapping:
        parent.nodes.append(node)
        return
    if parent.key is None:
        if not isinstance(node, Leaf):
            raise _refused(node.line, msg("a field name that is not text"))
        parent.key = node
        parent.skip_value = node.text in parent.seen
        parent.seen.add(node.text)
        if parent.skip_value:
            problems.append(
                FileProblem(
                    "kit.duplicate_key",
                    node.line,
                    shown(node.text),
                    msg("This field is given twice in the same place."),
                    msg("Keep one of them."),
                )
            )
        return
    if not parent.skip_value:
        parent.entries.append((parent.key, node))
    parent.key = None


def _refused(line: int, what: Text) -> TreeError:
    return _fatal(
        "kit.yaml_feature",
        line,
        msg("The file contains {what}, which is not allowed in a kit.", what=what),
        msg("Write the content out; quote it if it is meant as plain text."),
    )


def _too_deep(line: int) -> TreeError:
    return _refused(line, msg("nesting deeper than {max_depth} levels", max_depth=MAX_DEPTH))


def _syntax(line: int, column: int, problem: str) -> TreeError:
    return _fatal(
        "kit.syntax",
        line,
        msg("Not valid YAML near column {column}: {problem}.", column=column, problem=problem)
        if problem
        else msg("Not valid YAML near column {column}.", column=column),
        msg(
            "Check indentation, brackets and quotes here and on the line before; quote a text that "
            "holds a colon and space, a comma or a bracket."
        ),
    )


def _fatal(code: str, line: int, message: Text, next_step: Text) -> TreeError:
    return TreeError(FileProblem(code, line, "", message, next_step))
