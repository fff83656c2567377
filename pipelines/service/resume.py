"""A résumé file to its text and fields, opened in a confined child: strangers send them."""

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
from pipelines.resumes import markup, open_document, pdf, plain, word

MAX_BYTES = 10 * 1024 * 1024
MEMORY_BYTES = 768 * 1024 * 1024
CPU_S = 20
WALL_S = 120
MAX_UNPACKED = 60 * 1024 * 1024
"""A DOCX is a zip archive; ten times a long illustrated résumé."""

PDF, DOCX, TEXT, OLD_WORD = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text/plain",
    "application/msword",
)
ODT = open_document.MEDIA_TYPE
"""Web pages and RTF are kept as text/plain: nothing in them runs when somebody opens the file."""

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files of Word before 2007, of WPS, and DOCX with a password begin."""
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_SENT = (".pdf", ".doc", ".docx", ".odt", ".rtf", ".txt", ".html", ".jpg", ".jpeg", ".png")
"""What lies in an archive that somebody packed a résumé into."""


@dataclass(frozen=True, slots=True)
class ReadResume:
    """What was read.

    Args:
        media_type: by content, not by name.
        fields: see resume_rules.read_fields; empty with `reason`.
        reason: {"code", "zh", "en"} when the file holds no text that can be read; the file itself is kept all the same.
            With `resume.hidden` and `resume.letters` text and fields are there: what a reader of the file does not
            see, or what cannot be told from its fonts, was left out.
    """

    media_type: str
    text: str
    fields: dict[str, Any] = field(default_factory=dict)
    parser: str = PARSER
    reason: dict[str, str] | None = None


REASONS = {
    "resume.no_text": msg("The file holds no readable text (it may be a scan or a picture): please read it yourself."),
    "resume.not_prose": msg("What can be read from the file is no prose but codes or markup: please read it yourself."),
    "resume.old_word": msg("Old Word and WPS files are not read here: open it in Word or WPS yourself."),
    "resume.locked": msg("The file has a password: ask the candidate for one without."),
    "resume.unreadable": msg("The file could not be read here: open it and read it yourself."),
    "resume.limits": msg("Opening the file takes more than is allowed; it was not read."),
    "resume.hidden": msg("The file holds text that nobody sees, white or hidden; it was left out."),
    "resume.letters": msg(
        "Some of the file's letters cannot be read here, because their font does not say which they are: please read "
        "the file yourself too."
    ),
}


def read_resume(path: Path) -> ReadResume:
    """Text and fields of the file.

    Raises:
        UnsupportedMedia: `resume.media_type`: no file that people write in, or larger than 10 MB; `resume.archive`: a
            file packed into an archive.
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
    reason = None if reply["left_out"] is None else _reason(reply["left_out"])
    return ReadResume(media_type, reply["text"], read_fields(reply["text"]), PARSER, reason)


def sniff(path: Path) -> str:
    """The media type by the first bytes. Raises as `read_resume`."""
    if path.stat().st_size > MAX_BYTES:
        raise _unsupported()
    data = path.read_bytes()
    if b"%PDF-" in data[:1024]:
        return PDF
    if data.startswith(_COMPOUND):
        return OLD_WORD
    if data.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(path) as archive:
                return _packed(archive)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError):
            raise _unsupported() from None
    if data.startswith(_ARCHIVES):
        raise _archive()
    text = decode_text(data) if data.strip() else None
    if text is not None and min(text, default=" ") > "\x07":
        return TEXT
    raise _unsupported()


def _packed(archive: zipfile.ZipFile) -> str:
    """What a ZIP archive is: a document of Word's or OpenDocument's; else it is refused by what it is."""
    if word.main_part(archive) is not None:
        return DOCX
    if open_document.is_text(archive):
        return ODT
    inside = [name.lower() for name in archive.namelist()]
    raise _archive() if any(name.endswith(_SENT) for name in inside) else _unsupported()


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
        text, left_out = {PDF: _pdf, DOCX: _docx, ODT: _odt, TEXT: _plain, OLD_WORD: _old_word}[media_type](Path(name))
    except MemoryError:
        sys.exit(1)
    except PermissionError:
        json.dump({"code": "resume.locked"}, sys.stdout)
        return
    except OldWordError:
        json.dump({"code": "resume.old_word"}, sys.stdout)
        return
    except Exception as error:  # noqa: BLE001 the libraries raise anything at all on a damaged file; the reply names it
        json.dump({"code": "resume.unreadable", "error": f"{type(error).__name__}: {error}"[:200]}, sys.stdout)
        return
    clean = plain.tidied("".join(c if c.isprintable() or c in "\n\t" else " " for c in text)[:MAX_TEXT])
    if not clean.strip():
        json.dump({"code": "resume.no_text"}, sys.stdout)
    elif not plain.is_readable(clean):
        json.dump({"code": "resume.not_prose"}, sys.stdout)
    else:
        json.dump({"text": clean, "left_out": left_out}, sys.stdout)


class OldWordError(Exception):
    """A file of a format that is not read here."""


def _pdf(path: Path) -> tuple[str, str | None]:
    """The text, and the code of what was left out of it; the same of the other formats."""
    text, left_out = pdf.text_of(path)
    if left_out.unknown > len("".join(text.split())):
        return "", None
    return text, "resume.letters" if left_out.unknown else _told(left_out.hidden)


def _docx(path: Path) -> tuple[str, str | None]:
    _check_unpacked(path)
    text, hidden = word.text_of(path)
    return text, _told(hidden)


def _odt(path: Path) -> tuple[str, str | None]:
    _check_unpacked(path)
    text, hidden = open_document.text_of(path)
    return text, _told(hidden)


def _check_unpacked(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            sys.exit(1)


def _old_word(path: Path) -> tuple[str, str | None]:
    if _LOCKED in path.read_bytes():
        raise PermissionError("locked")
    raise OldWordError


def _plain(path: Path) -> tuple[str, str | None]:
    data = path.read_bytes()
    if markup.is_rtf(data):
        text, hidden = markup.rtf_text(data)
        return text, _told(hidden)
    if word.is_word_xml(data):
        text, hidden = word.text_of_xml(data)
        return text, _told(hidden)
    if markup.is_mhtml(data):
        return markup.mhtml_text(data), None
    if markup.is_html(data):
        return markup.html_text(data), None
    return decode_text(data) or "", None


def _told(hidden: bool) -> str | None:
    return "resume.hidden" if hidden else None


def _not_read(media_type: str, code: str) -> ReadResume:
    return ReadResume(media_type, "", {}, PARSER, _reason(code))


def _reason(code: str) -> dict[str, str]:
    return {"code": code, "zh": REASONS[code].zh, "en": REASONS[code].en}


def _archive() -> UnsupportedMedia:
    return UnsupportedMedia(
        "resume.archive",
        msg("This is an archive (ZIP, RAR or 7z)."),
        msg("Unpack it, and send the PDF or Word file that is in it."),
    )


def _unsupported() -> UnsupportedMedia:
    return UnsupportedMedia(
        "resume.media_type",
        msg("A résumé is a PDF, Word or text file up to 10 MB."),
        msg("Save it as a PDF and send it again."),
    )
