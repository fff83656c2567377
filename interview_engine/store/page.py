"""One page of a list, and the cursor to the next."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from interview_engine.errors import InvalidInput
from interview_engine.i18n import msg

T = TypeVar("T")
_SURROGATES = re.compile("[\ud800-\udfff]")
"""Halves of characters, which JSON can hold and UTF-8 cannot."""

MAX_ROWS = 200
"""Rows of one page at most."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list.

    Args:
        items: in the order of the list.
        next_cursor: opaque; give it back for the rows after these. None on the last page.
        total: all rows of the list, where it was counted.
    """

    items: tuple[T, ...]
    next_cursor: str | None = None
    total: int | None = None


def page_of(rows: Sequence[T], limit: int, keys: Sequence[Sequence[Any]], total: int | None = None) -> Page[T]:
    """The first `limit` of `rows` (read one more than that to know of a next page).

    Args:
        keys: of each row, the values that its place in the order follows from.
    """
    kept = tuple(rows[:limit])
    more = len(rows) > limit
    return Page(kept, write_cursor(keys[limit - 1]) if more else None, total)


def clamp(limit: int) -> int:
    """A page's size within 1..MAX_ROWS."""
    return max(1, min(limit, MAX_ROWS))


def write_cursor(key: Sequence[Any]) -> str:
    """A cursor that stands for a place in an order."""
    return base64.urlsafe_b64encode(json.dumps(list(key)).encode()).decode().rstrip("=")


def read_cursor(cursor: str, length: int, *, texts: bool = False) -> list[Any]:
    """The key in a cursor: numbers or None, then the identifier that decides among equals.

    Anybody can write a cursor, so it holds only what a database can compare with such columns.

    Args:
        texts: a part may be a text too; the caller says which of its columns hold one.

    Raises:
        InvalidInput: `page.cursor`, it is not one of ours.
    """
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        raise bad_cursor() from None
    if not isinstance(key, list) or len(key) != length:
        raise bad_cursor()
    if not all(_is_number(part) or (texts and _is_text(part)) for part in key[:-1]) or not _is_identifier(key[-1]):
        raise bad_cursor()
    return key


def _is_number(part: object) -> bool:
    return part is None or (isinstance(part, int | float) and not isinstance(part, bool) and abs(part) < 1e15)


def _is_identifier(part: object) -> bool:
    """A login or an id: text that UTF-8 and PostgreSQL take."""
    return isinstance(part, str) and len(part) <= 200 and "\0" not in part and part.isprintable()


def _is_text(part: object) -> bool:
    """What UTF-8 and PostgreSQL take, of a length that the value of a column has."""
    return isinstance(part, str) and len(part) <= 10_000 and "\0" not in part and not _SURROGATES.search(part)


def bad_cursor() -> InvalidInput:
    """What is said of a cursor that is none of ours: `page.cursor`."""
    return InvalidInput(
        "page.cursor",
        msg("The page cursor is not valid."),
        msg("Start again from the first page."),
        field="cursor",
    )
