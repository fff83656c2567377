"""A change of a kit as a change of its file: only what differs is written, layout and comments around it stay."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from interview_engine.assessment.kits.file import KitDumper, kit_document, kit_yaml
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.kits.reader import KitReader
from interview_engine.assessment.kits.yaml_tree import TreeError, read_tree

WIDTH = 118
"""Characters a line of folded text has at most; the kits that ship keep to it."""

_NEEDS_QUOTES = re.compile(r"""[,\[\]{}]|:(?: |$)| #|^[-?~#&*!|>%@`"' ]|^$| $""")
"""What may mean something else where it is not quoted, inside brackets too."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """Characters `start` to `end` of the text become `written`."""

    start: int
    end: int
    written: str


def edited_text(text: str, base: Kit, edited: Kit) -> str:
    """The file `text` of the kit `base`, changed to hold `edited`.

    Values that differ are replaced where they stand, in their own style; competencies and questions that are gone are
    cut out with the comments before them, new ones follow the last. The rest is character for character what it was.
    Where a file is laid out so that this would not read back as `edited`, it is written by `kit_yaml`.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert root is not None, "a kit's file is not empty"
    edits = sorted(_edits(text, root, kit_document(base), kit_document(edited), False), key=lambda edit: edit.start)
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += [text[at : edit.start], edit.written]
        at = edit.end
    written = "".join([*parts, text[at:]])
    return written if _holds(written, edited) else kit_yaml(edited).decode()


def _holds(text: str, kit: Kit) -> bool:
    """Whether the text reads as this kit; one that breaks a rule (weights that do not sum up) is read all the same."""
    try:
        tree, problems = read_tree(text.encode())
    except TreeError:
        return False
    found = KitReader().kit(tree, "")
    return not problems and found == KitReader().kit(read_tree(kit_yaml(replace(kit, sha256="")))[0], "")


def _edits(text: str, node: yaml.Node, old: Any, new: Any, inside_flow: bool) -> Iterator[_Edit]:
    if old == new:
        return
    flow = inside_flow or getattr(node, "flow_style", None) is True
    if isinstance(node, yaml.MappingNode) and not flow and _words_apart(old, new):
        yield from _words(text, node, old, new)
        old, new = ({key: one[key] for key in old if key in new} for one in (old, new))
    if isinstance(node, yaml.MappingNode) and _same_keys(old, new):
        before, after = _by_text(old), _by_text(new)
        for key, value in node.value:
            if key.value in before:
                yield from _edits(text, value, before[key.value], after[key.value], flow)
    elif isinstance(node, yaml.SequenceNode) and not flow and _grows_at_its_end(old, new):
        yield from _entries(text, node, old, new)
    elif isinstance(node, yaml.SequenceNode) and len(node.value) == len(old) == len(new) and not flow:
        for value, one, other in zip(node.value, old, new, strict=True):
            yield from _edits(text, value, one, other, flow)
    else:
        yield _Edit(node.start_mark.index, _end(node), _written(text, node, new, inside_flow))


def _same_keys(old: Any, new: Any) -> bool:
    return isinstance(old, Mapping) and isinstance(new, Mapping) and old.keys() == new.keys()


def _words_apart(old: Any, new: Any) -> bool:
    """Whether these are fields of which one side has more, and those are single words."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)) or not old.keys() & new.keys():
        return False
    apart = [(one, key) for one, other in ((old, new), (new, old)) for key in one.keys() - other.keys()]
    return bool(apart) and all(isinstance(one[key], str) for one, key in apart)


def _words(text: str, node: yaml.MappingNode, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[_Edit]:
    """Fields of one word that came, each before the field that follows it, or went with their line."""
    places = {key.value: (key, value) for key, value in node.value}
    order = list(new)
    for name in [one for one in order if one not in old]:
        following = next((one for one in order[order.index(name) :] if one in places), None)
        if following is None:
            at, column = _line_end(text, _end(node)), node.start_mark.column
        else:
            key = places[following][0]
            at, column = _start_of_entry(text, key), key.start_mark.column
        opening = "" if not at or text[at - 1] == "\n" else "\n"
        yield _Edit(at, at, f"{opening}{' ' * column}{name}: {_scalar(new[name])}\n")
    for name in [one for one in old if one not in new and one in places]:
        key, value = places[name]
        yield _Edit(text.rfind("\n", 0, key.start_mark.index) + 1, _line_end(text, _end(value)), "")


def _by_text(values: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in values.items()}


def _grows_at_its_end(old: Any, new: Any) -> bool:
    """Whether these are lists of things with an id, and the new one is the old without some, with others after them."""
    if not all(isinstance(one, Mapping) and "id" in one for one in (*old, *new)):
        return False
    known = [one["id"] for one in old]
    kept = [one["id"] for one in new if one["id"] in known]
    return bool(kept) and [one["id"] for one in new][: len(kept)] == kept == [i for i in known if i in set(kept)]


def _entries(text: str, node: yaml.SequenceNode, old: Sequence[Any], new: Sequence[Any]) -> Iterator[_Edit]:
    """Changes of a list whose entries have ids: entries changed, cut out, and written after the last."""
    after = {one["id"]: one for one in new}
    starts = [_start_of_entry(text, value) for value in node.value]
    end = _line_end(text, _end(node))
    for value, one, start, stop in zip(node.value, old, starts, [*starts[1:], end], strict=True):
        if one["id"] in after:
            yield from _edits(text, value, one, after[one["id"]], False)
        else:
            yield _Edit(start, stop, "")
    known = {one["id"] for one in old}
    added = [one for one in new if one["id"] not in known]
    if added:
        line = text.rfind("\n", 0, node.start_mark.index) + 1
        block = yaml.dump(added, Dumper=_ShortLists, allow_unicode=True, sort_keys=False, width=WIDTH)
        opening = "" if text[:end].endswith("\n") else "\n"
        yield _Edit(end, end, opening + textwrap.indent(block, " " * (node.start_mark.index - line)))


def _start_of_entry(text: str, node: yaml.Node) -> int:
    """Where the lines of a list's entry begin, with the comments that stand right before it."""
    start = text.rfind("\n", 0, node.start_mark.index) + 1
    while start:
        line = text.rfind("\n", 0, start - 1) + 1
        if not text[line:start].lstrip().startswith("#"):
            break
        start = line
    return start


def _end(node: yaml.Node) -> int:
    """After the last character of a value; a parser's own mark of a block lies at the next one."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _line_end(text: str, at: int) -> int:
    """The beginning of the next line, from the end of a value; a folded text ends there by itself."""
    if at and text[at - 1] == "\n":
        return at
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _written(text: str, node: yaml.Node, value: Any, inside_flow: bool) -> str:
    """A value in the style of the one it replaces."""
    line = text.rfind("\n", 0, node.start_mark.index) + 1
    margin = " " * (len(text[line:]) - len(text[line:].lstrip(" ")))
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        folded = isinstance(node, yaml.ScalarNode) and node.style in (">", "|")
        if folded:  # what it replaces ends with its line
            return _folded(str(value), margin + "  ") if value else '""\n'
        return _scalar(value)
    if inside_flow or getattr(node, "flow_style", None) or not value:
        return _flow(value)
    block = yaml.dump(value, Dumper=_ShortLists, allow_unicode=True, sort_keys=False, width=WIDTH)
    return textwrap.indent(block, " " * (node.start_mark.index - line)).strip()


def _folded(text: str, margin: str) -> str:
    lines = textwrap.wrap(text, WIDTH - len(margin), break_long_words=False, break_on_hyphens=False)
    return ">-\n" + "".join(f"{margin}{line}\n" for line in lines)


def _scalar(value: str | int | float) -> str:
    if not isinstance(value, str):
        return yaml.dump(value, Dumper=KitDumper).partition("\n")[0]
    return json.dumps(value, ensure_ascii=False) if _NEEDS_QUOTES.search(value) else value


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    return "true" if value is True else "false" if value is False else _scalar(value)


class _ShortLists(KitDumper):
    """Lists of words on one line, as the kits that ship have them."""


def _write_list(writer: _ShortLists, value: list[Any]) -> yaml.SequenceNode:
    plain = not any(isinstance(one, Mapping | list) for one in value)
    return writer.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=plain)


_ShortLists.add_representer(list, _write_list)
