"""Self-contained pages: templates with both languages in them, one inline style and script allowed by their hashes."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import jinja2
from markupsafe import Markup

from interview_engine.language_names import own_name, tag
from pipelines.reports.format import in_language, shown

TEMPLATES = resources.files("pipelines") / "templates"


@cache
def environment() -> jinja2.Environment:
    """The templates of the package: everything is escaped, an unknown name is an error."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("pipelines", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=False,
    )
    made.globals["shown"] = shown
    made.globals["in_language"] = in_language
    made.globals["said"] = said
    made.globals["own_name"] = own_name
    made.globals["tag"] = tag
    return made


def said(text: Mapping[str, str], languages: Sequence[str]) -> Markup:
    """A text in each of the languages, of which the page shows one; once where all say the same."""
    words = [(language, in_language(text, language)) for language in languages]
    if len({word for _, word in words}) == 1:
        return Markup("{}").format(words[0][1])
    span = Markup('<span class="{}" lang="{}">{}</span>')
    return Markup("").join(span.format(language, tag(language), word) for language, word in words)


def switching(languages: Sequence[str]) -> str:
    """The style rules that hide all languages but the page's, beyond those of page.css for Chinese and English."""
    hidden = [
        f'html[data-lang="{shown}"] .{other}'
        for shown in languages
        for other in languages
        if shown != other and {shown, other} != {"zh", "en"}
    ]
    return f"\n{', '.join(hidden)} {{ display: none; }}\n" if hidden else ""


def asset(*names: str) -> str:
    """The text of template files, one after the other."""
    return "\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names)


def security_policy(style: str, script: str) -> str:
    """What the page may load: its own style and script by hash, pictures and media from itself, no network."""
    return "; ".join(
        (
            "default-src 'none'",
            "img-src 'self' data:",
            "media-src 'self' blob:",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def ai_label(producer: str, produced_id: str) -> str:
    """The implicit label of generated content for a file's metadata, with the field names of GB 45438-2025."""
    return json.dumps(
        {"AIGC": {"Label": "1", "ContentProducer": producer, "ProduceID": produced_id}}, ensure_ascii=False
    )
