"""The ranking as one HTML file: both languages and all candidates in it, rows drawn as they are needed, no network."""

from __future__ import annotations

from urllib.parse import quote as url_quote

from markupsafe import Markup

from pipelines.reports.cues_document import Document
from pipelines.reports.document import GENERATOR_LABEL, both
from pipelines.reports.page import ai_label, asset, environment, security_policy
from pipelines.reports.texts import TEXTS

SCRIPT_TEXTS = (
    "ranking.",
    "status.",
    "competency.cannot",
    "indicator.not_shown",
    "quote.against",
    "quote.legend",
    "transcript.uncertain",
    "label.synthetic",
)
"""Keys (or their beginnings) of the texts that the page's script fills in."""


def render(ranking: Document, *, language: str) -> str:
    """The page of a ranking document; opens in `language` ("zh" or "en")."""
    style, script = asset("page.css", "ranking.css"), asset("ranking.js")
    data = {
        "kits": [_with_addresses(kit) for kit in ranking["kits"]],
        "texts": {key: both(text) for key, text in TEXTS.items() if key.startswith(SCRIPT_TEXTS)},
    }
    return (
        environment()
        .get_template("ranking.html.j2")
        .render(
            language=language,
            kits=ranking["kits"],
            unreadable=ranking["unreadable"],
            data=data,
            ai_label=both(GENERATOR_LABEL),
            style=Markup(style),
            script=Markup(script),
            policy=security_policy(style, script),
            producer=ranking["producer"],
            aigc=ai_label(ranking["producer"], "ranking"),
        )
    )


def _with_addresses(kit: Document) -> Document:
    """The kit's list with the address of each report, safe for names with spaces, Chinese or signs."""
    return {
        **kit,
        "candidates": [{**place, "href": url_quote(f"{place['folder']}/report.html")} for place in kit["candidates"]],
    }
