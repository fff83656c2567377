"""Files that a form brings: read up to what its page takes, and refused in one way."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import UploadFile

from interview_engine.errors import InvalidInput
from interview_engine.hr.problems import invalid
from interview_engine.i18n import Text, msg

MB = 1_000_000
THEN_SEND = msg("Then send again.")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file: its name as the browser says it, and its bytes."""

    name: str
    data: bytes


def read_upload(field: str, upload: UploadFile | None, most: int, kinds: Text = THEN_SEND) -> Uploaded:
    """The file that was chosen in a form.

    Args:
        field: of the form. most: bytes that are taken. kinds: what the page takes, for who has chosen nothing.

    Raises:
        InvalidInput: `file.missing`, none was chosen; `file.too_large`.
    """
    if upload is None or not upload.filename:
        raise invalid(field, "file.missing", msg("Choose a file."), kinds)
    data = upload.file.read(most + 1)
    if len(data) > most:
        raise too_large(field, most)
    return Uploaded(upload.filename, data)


def too_large(field: str, most: int) -> InvalidInput:
    """What is said of a file that is larger than what is taken, in bytes."""
    return invalid(
        field,
        "file.too_large",
        msg("The file is larger than {most} MB.", most=most // MB),
        msg("Make it smaller or split it, and choose it again."),
    )
