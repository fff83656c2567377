"""Texts and values as a batch keeps them: texts to be read in any language later, values as forms type them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from interview_engine.hr.forms.fields import Field, Kind, Value
from interview_engine.hr.forms.writing import typed
from interview_engine.hr.lists.sheet_lines import Change
from interview_engine.i18n import Joined, LocalizedText, Message, Text

Note = dict[str, Any]


def kept(text: object) -> Any:
    """A text, or what fills a place of one, as JSON."""
    match text:
        case Message():
            values = {name: kept(value) for name, value in text.values}
            return {"text": text.text, "values": values, "context": text.context}
        case Joined():
            return {"parts": [kept(part) for part in text.parts], "separator": kept(text.separator)}
        case LocalizedText():
            return {"zh": text.zh, "en": text.en}
        case str() | int() | float() | bool() | None:
            return text
    return str(text)


def said(found: Any) -> Any:
    """The text again, or what fills a place of one."""
    if not isinstance(found, dict):
        return found
    if "parts" in found:
        return Joined(tuple(said(part) for part in found["parts"]), said(found["separator"]))
    if found.keys() == {"zh", "en"}:
        return LocalizedText(found["zh"], found["en"])
    values = tuple((name, said(value)) for name, value in found["values"].items())
    return Message(found["text"], values, found["context"])


def note(kind: str, column: str, what: Text, next_step: Text | None = None) -> Note:
    """Something that is said of a line."""
    return {"kind": kind, "column": column, "what": kept(what), "next": None if next_step is None else kept(next_step)}


def words(found: Note, language: str) -> tuple[str, str]:
    """What is said of a line and what to do, in a language."""
    what, after = said(found["what"]), said(found["next"])
    return what.get(language), "" if after is None else after.get(language)


def written(fields: Mapping[str, Field], name: str, value: Value) -> str:
    """A value as forms type it; "" for none."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    kind: Kind = fields[name].kind if name in fields else "text"
    return typed(kind, value)


def changes_text(fields: Mapping[str, Field], changes: tuple[Change, ...]) -> str:
    """What a line changes, as JSON."""
    return json.dumps(
        [[one.field, written(fields, one.field, one.before), written(fields, one.field, one.after)] for one in changes],
        ensure_ascii=False,
    )


def print_of(values: Mapping[str, Value]) -> str:
    """A hash of what a row holds."""
    return hashlib.sha256(
        json.dumps(sorted((name, str(value)) for name, value in values.items()), ensure_ascii=False).encode()
    ).hexdigest()
