"""Rules of the resumable upload (the small subset of tus 1.0 we speak): headers, limits, what a file really is.

Pure: no database, no blobs. Protocol: https://tus.io/protocols/resumable-upload (1.0.0), core, creation and
creation-defer-length.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

from interview_engine.errors import ConflictError, InvalidInput, TooLarge, UnsupportedMedia
from interview_engine.i18n import msg

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-defer-length"

PART_BYTES = 4 * 1024 * 1024
"""A part that is made safe by itself, and so the most of a body that is ever held in memory for one request."""

SNIFFED_BYTES = 16
"""So many first bytes tell every container we accept."""

INVITATION_FACTOR = 4
"""All uploads of one interview together may be this many times the largest single one."""

SPARE_UPLOADS = 3
"""Recordings of one question that may break off before the rest count: a dead phone costs nobody an attempt."""

MAX_REFUSED = 50
"""Refused files of one question before no more are taken: a refusal costs no attempt, but a loop of them ends."""

MAX_PRACTICE = 50
"""Practice recordings of one interview: more than anybody needs, less than fills a disk with rows."""

MAX_INTEGER = 2**62
"""Above this a length is a lie, and no database column holds it."""

_KEY = re.compile(r"[A-Za-z0-9_-]{8,80}")
_DIGITS = re.compile(r"[0-9]{1,19}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")
_NOTHING_LOST = msg("Your uploads are safe. Reload the page and continue.")


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What is accepted, in bytes: one recording, all recordings of one interview, one safe part."""

    upload_bytes: int
    invitation_bytes: int
    part_bytes: int = PART_BYTES

    @classmethod
    def of_megabytes(cls, megabytes: int) -> UploadLimits:
        """The limits that follow from the setting `max_upload_mb`."""
        largest = megabytes * 1024 * 1024
        return cls(largest, INVITATION_FACTOR * largest)


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of media file: its name for people, and its media type."""

    name: str
    media_type: str


MATROSKA = Container("WebM", "video/webm")
ISO_MEDIA = Container("MP4", "video/mp4")
OGG = Container("Ogg", "audio/ogg")
WAV = Container("WAV", "audio/wav")
MP3 = Container("MP3", "audio/mpeg")
FLAC = Container("FLAC", "audio/flac")
AAC = Container("AAC", "audio/aac")
AMR = Container("AMR", "audio/amr")
AVI = Container("AVI", "video/x-msvideo")
ASF = Container("WMA", "audio/x-ms-wma")
AIFF = Container("AIFF", "audio/aiff")
CAF = Container("CAF", "audio/x-caf")
FLV = Container("FLV", "video/x-flv")
PROGRAM_STREAM = Container("MPEG", "video/mpeg")
TRANSPORT_STREAM = Container("MPEG-TS", "video/mp2t")

_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
"""The GUID that WMA and WMV files begin with (ASF specification, 10.1)."""

ID3_HEADER_BYTES = 10

_ISO_BOXES = frozenset({b"ftyp", b"styp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})


def tag_length(head: bytes) -> int:
    """Bytes of the ID3v2 tag that a file begins with, 0 without one (ID3v2.4, 3.1); the sound follows it."""
    if len(head) < ID3_HEADER_BYTES or head[:3] != b"ID3" or any(byte & 0x80 for byte in head[6:10]):
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return ID3_HEADER_BYTES + size + (ID3_HEADER_BYTES if head[5] & 0x10 else 0)


def sniff(head: bytes) -> Container | None:
    """What the first `SNIFFED_BYTES` of a file say it is; None when it is no recording that we know.

    A file that begins with a tag is an MP3 unless what follows the tag says otherwise.
    """
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    if head[4:8] in _ISO_BOXES:
        return ISO_MEDIA
    if head[:4] in (b"RIFF", b"RF64"):
        return {b"WAVE": WAV, b"AVI ": AVI}.get(head[8:12])
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return AIFF
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return AAC
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 in (0xE2, 0xE4, 0xE6)):
        return MP3
    return None


_STARTS = (
    (b"\x1a\x45\xdf\xa3", MATROSKA),
    (b"OggS", OGG),
    (b"fLaC", FLAC),
    (b"#!AMR", AMR),
    (b"caff", CAF),
    (_ASF_HEADER, ASF),
    (b"FLV\x01", FLV),
    (b"\x00\x00\x01\xba", PROGRAM_STREAM),
    (b"G@\x00", TRANSPORT_STREAM),
    (b"G@\x11", TRANSPORT_STREAM),
)
"""A transport stream (ISO 13818-1, 2.4.3) has no name of its own: it begins with a packet of the table of programmes,
0x47, then the mark of a beginning and number 0 (some put the list of services, number 17, in front)."""


def check_content(head: bytes, behind_tag: bytes = b"") -> Container:
    """What the file is, by its first bytes; what the sender calls it decides nothing.

    Phones call an .m4a "audio/mpeg" and an .mp4 "application/mp4": the content is what is played.

    Args:
        head: the first `SNIFFED_BYTES`.
        behind_tag: as many after the tag that `tag_length` finds, where they are known.

    Raises:
        UnsupportedMedia: `upload.not_media`, no recording at all.
    """
    found = (sniff(behind_tag) if behind_tag else None) or sniff(head)
    if found is None:
        raise UnsupportedMedia(
            "upload.not_media",
            msg("This is not a recording: its content type is unknown."),
            msg("Send an MP4, MOV, WebM, M4A, MP3, WAV, OGG or FLAC file, or answer in writing."),
        )
    return found


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What a creation request asks for. `length` None: not yet known, recording goes on."""

    client_key: str
    question_id: str
    media_type: str
    length: int | None
    practice: bool


def read_creation(headers: Mapping[str, str], limits: UploadLimits) -> NewUpload:
    """The creation request in `headers` (names in lower case).

    Raises:
        InvalidInput: `upload.header`, a header is missing or unreadable.
        TooLarge: `upload.too_large`, the stated length is over the limit.
    """
    stated, deferred = headers.get("upload-length"), headers.get("upload-defer-length")
    if (stated is None) == (deferred is None) or deferred not in (None, "1"):
        raise header_problem("Upload-Length")
    length = None if stated is None else whole_number(stated, "Upload-Length")
    if length is not None:
        check_length(length, limits)
    values = read_metadata(headers.get("upload-metadata", ""))
    key, question = values.get("key", ""), values.get("question", "")
    media_type = values.get("type", "").split(";")[0].strip().lower()
    practice = values.get("practice") == "1"
    if not _KEY.fullmatch(key):
        raise header_problem("Upload-Metadata: key")
    if not practice and not 0 < len(question) <= 80:
        raise header_problem("Upload-Metadata: question")
    if media_type and not _MEDIA_TYPE.fullmatch(media_type):
        raise header_problem("Upload-Metadata: type")
    return NewUpload(key, "" if practice else question, media_type, length, practice)


def read_metadata(raw: str) -> dict[str, str]:
    """tus metadata: "name base64,name base64,name".

    Raises:
        InvalidInput: `upload.header`.
    """
    values: dict[str, str] = {}
    if len(raw) > 4096:
        raise header_problem("Upload-Metadata")
    for pair in raw.split(","):
        name, _, encoded = pair.strip().partition(" ")
        try:
            values[name] = base64.b64decode(encoded.strip().encode("ascii"), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeError):
            raise header_problem("Upload-Metadata") from None
    return values


@dataclass(frozen=True, slots=True)
class Patch:
    """Where a PATCH begins, how long its body says it is, and the upload's final length when it states one."""

    offset: int
    body_bytes: int | None
    length: int | None


def read_patch(headers: Mapping[str, str]) -> Patch:
    """The PATCH request in `headers` (names in lower case).

    Raises:
        UnsupportedMedia: `upload.patch_type`.
        InvalidInput: `upload.header`.
    """
    if headers.get("content-type", "").split(";")[0].strip().lower() != "application/offset+octet-stream":
        raise UnsupportedMedia(
            "upload.patch_type",
            msg("A part of an upload has another content type."),
            msg("It is application/offset+octet-stream."),
        )
    offset = whole_number(headers.get("upload-offset", ""), "Upload-Offset")
    body = headers.get("content-length")
    length = headers.get("upload-length")
    return Patch(
        offset,
        None if body is None else whole_number(body, "Content-Length"),
        None if length is None else whole_number(length, "Upload-Length"),
    )


def check_patch(patch: Patch, offset: int, length: int | None, limits: UploadLimits) -> int | None:
    """The upload's length after this PATCH (None: still unknown), before a byte of its body is read.

    Args:
        offset, length: of the upload as it is stored.

    Raises:
        ConflictError: `upload.offset` (bytes are elsewhere), `upload.length` (another length was stated before).
        TooLarge: `upload.too_large`.
    """
    if patch.offset != offset:
        raise wrong_offset(offset)
    if patch.length is not None:
        if length is not None and patch.length != length:
            raise ConflictError(
                "upload.length",
                msg("Another total length was stated before."),
                _NOTHING_LOST,
            )
        if patch.length < offset:
            raise ConflictError(
                "upload.length",
                msg("The total length is less than what has been received."),
                _NOTHING_LOST,
            )
        check_length(patch.length, limits)
        length = patch.length
    if patch.body_bytes is not None:
        check_room(offset + patch.body_bytes, length, limits)
    return length


def check_room(end: int, length: int | None, limits: UploadLimits) -> None:
    """Refuse bytes that reach beyond the stated length or the limit.

    Raises:
        TooLarge: `upload.too_large`.
    """
    if length is not None and end > length:
        raise TooLarge(
            "upload.too_large",
            msg("More was sent than the stated length."),
            _NOTHING_LOST,
        )
    check_length(end, limits)


def check_length(length: int, limits: UploadLimits) -> None:
    """Refuse one recording over the limit.

    Raises:
        TooLarge: `upload.too_large`.
    """
    if length > limits.upload_bytes:
        raise too_large(limits.upload_bytes)


def check_total(others: int, added: int, limits: UploadLimits) -> None:
    """Refuse what would take all recordings of one interview over their limit.

    Raises:
        TooLarge: `upload.total`.
    """
    if others + added > limits.invitation_bytes:
        raise TooLarge(
            "upload.total",
            msg("The recordings of this interview have reached their limit."),
            msg("Record in a lower resolution, or answer in writing."),
        )


def whole_number(raw: str, name: str) -> int:
    """A number in a header: digits only, none above `MAX_INTEGER`.

    Raises:
        InvalidInput: `upload.header`.
    """
    if not _DIGITS.fullmatch(raw.strip()) or int(raw) > MAX_INTEGER:
        raise header_problem(name)
    return int(raw)


def too_large(limit: int) -> TooLarge:
    """`upload.too_large` with the limit in megabytes."""
    megabytes = limit // (1024 * 1024)
    return TooLarge(
        "upload.too_large",
        msg("One recording may be {megabytes} MB at most.", megabytes=megabytes),
        msg("Record less, or in a lower resolution."),
    )


def wrong_offset(offset: int) -> ConflictError:
    """`upload.offset`: the sender must ask where to go on."""
    return ConflictError(
        "upload.offset",
        msg("The server has {offset} bytes: resume from there.", offset=offset),
        msg("Request the offset, then resume from it."),
    )


def header_problem(name: str) -> InvalidInput:
    """`upload.header`, naming the header."""
    return InvalidInput(
        "upload.header",
        msg("The header {name} is missing or not valid.", name=name),
        msg("Send it as tus 1.0.0 requires."),
        field=name,
    )
