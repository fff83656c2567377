"""A résumé file to its text and fields. PDF, DOCX and text are opened in a confined child: strangers send them."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interview_engine.errors import UnsupportedMedia
from interview_engine.hr.recruiting.applying.resume_rules import MAX_TEXT, PARSER, read_fields
from interview_engine.i18n import msg
from interview_engine.text_files import decode_text

MAX_BYTES = 10 * 1024 * 1024
MEMORY_BYTES = 768 * 1024 * 1024
CPU_S = 20
WALL_S = 40
MAX_PAGES = 40
MAX_UNPACKED = 60 * 1024 * 1024
"""A DOCX is a zip archive; ten times a long illustrated résumé."""

PDF, DOCX, TEXT = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text/plain",
)


@dataclass(frozen=True, slots=True)
class ReadResume:
    """What was read.

    Args:
        media_type: by content, not by name.
        fields: see resume_rules.read_fields; empty with `reason`.
        reason: {"code", "zh", "en"} when the file holds no text that can be read; the file itself is kept all the same.
    """

    media_type: str
    text: str
    fields: dict[str, Any] = field(default_factory=dict)
    parser: str = PARSER
    reason: dict[str, str] | None = None


REASONS = {
    "resume.no_text": msg("The file holds no text (it may be a scan or a picture): please read it yourself."),
    "resume.unreadable": msg("The file is damaged or locked and cannot be read; ask the candidate for another."),
    "resume.limits": msg("Opening the file takes more than is allowed; it was not read."),
}


def read_resume(path: Path) -> ReadResume:
    """Text and fields of the file.

    Raises:
        UnsupportedMedia: `resume.media_type`: neither PDF nor DOCX nor text, or larger than 10 MB.
    """
    media_type = sniff(path)
    code = (
        "import sys; sys.path[:0] = sys.argv[1:2]; "
        "from pipelines.service.resume import child; child(sys.argv[2], sys.argv[3])"
    )
    command = [sys.executable, "-I", "-c", code, str(Path(__file__).resolve().parents[2]), str(path), media_type]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WALL_S, check=False, env={})
    except subprocess.TimeoutExpired:
        return _not_read(media_type, "resume.limits")
    if done.returncode != 0:
        return _not_read(media_type, "resume.limits")
    reply = json.loads(done.stdout)
    if "code" in reply:
        return _not_read(media_type, reply["code"])
    return ReadResume(media_type, reply["text"], read_fields(reply["text"]))


def sniff(path: Path) -> str:
    """The media type by the first bytes. Raises as `read_resume`."""
    if path.stat().st_size > MAX_BYTES:
        raise _unsupported()
    head = path.read_bytes()[:4096]
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(path) as archive:
                names = set(archive.namelist())
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise _unsupported() from None
        if "word/document.xml" in names:
            return DOCX
        raise _unsupported()
    if head.strip() and b"\x00" not in head and decode_text(path.read_bytes()) is not None:
        return TEXT
    raise _unsupported()


def child(name: str, media_type: str) -> None:
    """The child process: the file's text, or the code of why not, as JSON on standard output."""
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    try:
        text = {PDF: _pdf, DOCX: _docx, TEXT: _plain}[media_type](Path(name))
    except MemoryError:
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 the libraries raise anything at all on a damaged file; the reply names it
        json.dump({"code": "resume.unreadable", "error": f"{type(error).__name__}: {error}"[:200]}, sys.stdout)
        return
    clean = "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)[:MAX_TEXT]
    json.dump({"text": clean} if clean.strip() else {"code": "resume.no_text"}, sys.stdout)


def _pdf(path: Path) -> str:
    import logging

    from pypdf import PdfReader

    logging.disable(logging.CRITICAL)
    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("locked")
    return "\n".join(page.extract_text() for page in reader.pages[:MAX_PAGES])


def _docx(path: Path) -> str:
    from docx import Document

    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            sys.exit(1)
    document = Document(str(path))
    lines = [paragraph.text for section in document.sections for paragraph in section.header.paragraphs]
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                cells = dict.fromkeys(cell.text.strip() for cell in row.cells)
                lines.append("\t".join(cell for cell in cells if cell))
        else:
            lines.append(block.text)
    return "\n".join(lines)


def _plain(path: Path) -> str:
    return decode_text(path.read_bytes()) or ""


def _not_read(media_type: str, code: str) -> ReadResume:
    reason = REASONS[code]
    return ReadResume(media_type, "", {}, PARSER, {"code": code, "zh": reason.zh, "en": reason.en})


def _unsupported() -> UnsupportedMedia:
    return UnsupportedMedia(
        "resume.media_type",
        msg("A résumé is a PDF, DOCX or text file up to 10 MB."),
        msg("Save it as a PDF and send it again."),
    )
