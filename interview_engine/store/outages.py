"""Which errors are an outage of what the service stands on, and not a fault of the request or of the program.

SQLite: https://www.sqlite.org/rescode.html; PostgreSQL: appendix A of its manual, by class of SQLSTATE.
"""

from __future__ import annotations

import errno
import sqlite3
from typing import Literal

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from interview_engine.errors import UsageError
from interview_engine.i18n import Message, msg

Outage = Literal["busy", "full", "read-only", "away"]

_SQLITE: dict[int, Outage] = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_PROTOCOL: "busy",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_IOERR: "away",
    sqlite3.SQLITE_CANTOPEN: "away",
    sqlite3.SQLITE_NOMEM: "away",
}
_SQLSTATES: tuple[tuple[str, Outage], ...] = (
    ("53100", "full"),
    ("25006", "read-only"),
    ("40001", "busy"),
    ("40P01", "busy"),
    ("55P03", "busy"),
    ("57014", "busy"),
    ("53", "busy"),
    ("08", "away"),
    ("57P", "away"),
    ("58", "away"),
)
"""By the beginning of the SQLSTATE, first match."""
_ERRNOS: dict[int, Outage] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EROFS: "read-only",
    errno.EIO: "away",
    errno.EMFILE: "busy",
    errno.ENFILE: "busy",
}


def outage_of(error: BaseException) -> Outage | None:
    """What is wrong with the database or the disk; None when the error is no outage.

    "busy": others hold it longer than we wait. "full": no room. "read-only": nothing can be written. "away": no answer.
    """
    if isinstance(error, BaseExceptionGroup):
        return next((found for one in error.exceptions if (found := outage_of(one)) is not None), None)
    if isinstance(error, PoolTimeout):
        return "busy"
    if isinstance(error, OSError):
        return _ERRNOS.get(error.errno or 0)
    if isinstance(error, sqlite3.Error):  # of a connection that is being made: SQLAlchemy passes it on as it is
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if not isinstance(error, DBAPIError):
        return None
    if error.connection_invalidated:
        return "away"
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return next((outage for start, outage in _SQLSTATES if state.startswith(start)), None)
    return "away" if isinstance(error, OperationalError | InterfaceError) else None


def cannot_start(error: Exception, place: str) -> UsageError | None:
    """An outage in the words of a start: `store.busy`, `.full`, `.read_only` or `.away`; None when the error is none.

    Args:
        place: the database's address without its password; an error about a file names the file itself.
    """
    outage = outage_of(error)
    if isinstance(error, OSError):
        outage = "read-only" if isinstance(error, PermissionError) else outage or "away"
        place = str(error.filename or place)
    if outage is None:
        return None
    message, next_step = _WORDS[outage]
    return UsageError(f"store.{outage.replace('-', '_')}", message.filled(place=place), next_step.filled(place=place))


_WORDS: dict[Outage, tuple[Message, Message]] = {
    "busy": (
        msg("The database {place} is locked by another program."),
        msg("Look for a backup or another program that holds it, end that, and start again."),
    ),
    "full": (
        msg("The disk of {place} is full."),
        msg("Make room, then start again; nothing that was saved is lost."),
    ),
    "read-only": (
        msg("{place} cannot be written to."),
        msg("Give this user the right to write there, or mount the disk for writing; then start again."),
    ),
    "away": (
        msg("{place} cannot be opened or does not answer."),
        msg("Check that it is there, that it runs and that the address in the settings is right; then start again."),
    ),
}
