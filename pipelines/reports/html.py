"""The report as an HTML file: its languages in it, media and screenshots beside it or inside, no network."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote as url_quote

from markupsafe import Markup

from pipelines.reports.cues_document import Document
from pipelines.reports.format import clock
from pipelines.reports.media import FOLDER, Playable, beside
from pipelines.reports.page import ai_label, asset, environment, security_policy, switching
from pipelines.reports.view import report_view

EMBED_LIMIT_BYTES = 25_000_000
"""Recordings of one interview up to this total lie inside a page that is to be one file, above it beside it in media/.
(Base64 adds a third; pages above about 50 MB open slowly on a phone.)"""

FRAMES_LIMIT_BYTES = 5_000_000
"""Screenshots up to this total lie inside such a page too; the same files are in frames/ in any case."""


def render(
    document: Document,
    media: Mapping[str, Playable],
    folder: Path,
    *,
    language: str,
    languages: Sequence[str] = ("zh", "en"),
    one_file: bool = False,
) -> str:
    """The page.

    Args:
        media: question id to a playable file; what does not fit inside the page is put into `folder`/media.
        folder: where the page will lie; screenshots are read from it.
        language: which is shown at first.
        languages: those that the page can be switched to.
        one_file: put recordings and screenshots inside, so that the page can be sent alone.

    Raises:
        OSError: a recording or screenshot cannot be read, or a copy cannot be written.
    """
    view = report_view(document)
    placed, embedded = _place(document, media, folder, one_file=one_file)
    style, script = asset("page.css", "report.css") + switching(languages), asset("report.js")
    answered = [index for index, answer in enumerate(view["answers"]) if not answer["missing"]]
    producer = document["generated_by_ai"]["producer"]
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            view=view,
            language=language,
            languages=languages,
            first=answered[0] if answered else 0,
            media=placed,
            embedded_media=embedded,
            frames=_frames(document, folder, one_file=one_file),
            style=Markup(style),
            script=Markup(script),
            policy=security_policy(style, script),
            producer=producer,
            aigc=ai_label(producer, document["interview"]["id"]),
            clock=clock,
        )
    )


def _place(
    document: Document, media: Mapping[str, Playable], folder: Path, *, one_file: bool
) -> tuple[list[Document | None], list[Document]]:
    """Where each answer's recording is: inside the page (with its base64) or beside it (with its address)."""
    distinct = {copy.path: copy for copy in media.values()}
    inside = one_file and sum(copy.size_bytes for copy in distinct.values()) <= EMBED_LIMIT_BYTES
    sources: dict[Path, Document] = {}
    embedded: list[Document] = []
    for number, (path, copy) in enumerate(distinct.items(), start=1):
        entry: Document = {"kind": copy.kind, "mime": copy.mime, "embedded": None, "src": None}
        if inside:
            entry["embedded"] = f"media-{number}"
            data = base64.b64encode(path.read_bytes()).decode("ascii")
            embedded.append({"id": entry["embedded"], "base64": data})
            if copy.made != "original":
                path.unlink()
        else:
            target = path
            if copy.made == "original":
                target = folder / FOLDER / f"{number}{path.suffix.lower()}"
                beside(path, target)
            entry["src"] = url_quote(f"{FOLDER}/{target.name}")
        sources[path] = entry
    if inside and (folder / FOLDER).is_dir():
        (folder / FOLDER).rmdir()
    placed = [
        sources[media[answer["question"]].path] if answer["question"] in media else None
        for answer in document["answers"]
    ]
    return placed, embedded


def _frames(document: Document, folder: Path, *, one_file: bool) -> dict[str, str]:
    """The address of each screenshot: its file, or data inside a page that is one file unless they are too many."""
    paths = [frame["path"] for answer in document["answers"] for frame in answer["frames"]]
    inside = one_file and sum((folder / path).stat().st_size for path in paths) <= FRAMES_LIMIT_BYTES
    if not inside:
        return {path: url_quote(path) for path in paths}
    return {
        path: "data:image/jpeg;base64," + base64.b64encode((folder / path).read_bytes()).decode("ascii")
        for path in paths
    }
