"""Reading a console form: text fields with a name, converted or refused with the field that is wrong."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from api.sessions import keep_typed
from api.uploaded import Uploaded, read_upload
from interview_engine.clock import CHINA
from interview_engine.hr.problems import invalid
from interview_engine.i18n import Text, msg


class Fields:
    """The fields of one form.

    Every reader raises InvalidInput with the field's name: `form.number`, `form.choice`.
    """

    def __init__(self, form: FormData) -> None:
        self._form = form

    def text(self, name: str, default: str = "") -> str:
        """The field without the spaces around it; `default` when it is missing."""
        value = self._form.get(name, default)
        return value.strip() if isinstance(value, str) else default

    def raw(self, name: str) -> str:
        """The field as it was typed, with the line breaks that the browser made CRLF as plain ones."""
        value = self._form.get(name, "")
        return value.replace("\r\n", "\n") if isinstance(value, str) else ""

    def optional(self, name: str) -> str | None:
        """The field, None when it is empty."""
        return self.text(name) or None

    def many(self, name: str) -> list[str]:
        """All values of a field that is there several times, in the form's order, empty ones too."""
        return [value.strip() for value in self._form.getlist(name) if isinstance(value, str)]

    def checked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name))

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        """A number within low..high."""
        return as_number(self.text(name), name, low, high, default)

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number within low..high."""
        value = self.number(name, low, high, default)
        if value != int(value):
            raise _no_number(name, low, high)
        return int(value)

    def money(self, name: str) -> Decimal:
        """An amount in yuan, at least 0, with two decimals at most; empty is 0."""
        raw = self.text(name).replace(",", "") or "0"
        try:
            amount = Decimal(raw)
        except InvalidOperation:
            raise _no_number(name, 0, 99_999_999) from None
        if not amount.is_finite() or not 0 <= amount <= 99_999_999 or amount != amount.quantize(Decimal("0.01")):
            raise _no_number(name, 0, 99_999_999)
        return amount

    def day(self, name: str) -> date:
        """A day, written year-month-day."""
        return as_day(self.text(name), name)

    def moment(self, name: str) -> datetime | None:
        """A time of day, or the beginning of a day, in Beijing; None when it is empty."""
        raw = self.text(name)
        if not raw:
            return None
        try:
            return datetime.fromisoformat(raw).replace(tzinfo=CHINA)
        except ValueError:
            raise _no_day(name) from None

    def instant(self, name: str) -> datetime:
        """A moment as a page of ours wrote it into a hidden field, with its offset.

        Raises:
            InvalidInput: it is missing or none.
        """
        try:
            found = datetime.fromisoformat(self.text(name))
        except ValueError:
            raise _no_day(name) from None
        if found.tzinfo is None:
            raise _no_day(name)
        return found

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of the allowed values."""
        value = self.text(name)
        if value not in allowed:
            raise invalid(
                name,
                "form.choice",
                msg("Choose one of the options."),
                msg("Then send again."),
            )
        return value

    def file(self, name: str, most: int, kinds: Text) -> Uploaded:
        """A file that must be chosen, of at most so many bytes; see `read_upload`."""
        value = self._form.get(name)
        return read_upload(name, value if isinstance(value, UploadFile) else None, most, kinds)

    def values(self) -> dict[str, str]:
        """Every plain field, to show a refused form again as it was sent."""
        return {name: value for name, value in self._form.items() if isinstance(value, str)}


async def _fields(request: Request) -> AsyncIterator[Fields]:
    async with request.form() as form:
        keep_typed(request, form)
        yield Fields(form)


Form = Annotated[Fields, Depends(_fields)]


def as_day(raw: str, name: str) -> date:
    """The text as a day, written year-month-day."""
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise _no_day(name) from None


def as_number(raw: str, name: str, low: float, high: float, default: float | None = None) -> float:
    """The text as a number within low..high; `default` for an empty one."""
    if not raw and default is not None:
        return default
    try:
        value = float(raw)
    except ValueError:
        raise _no_number(name, low, high) from None
    if not math.isfinite(value) or not low <= value <= high:
        raise _no_number(name, low, high)
    return value


def _no_day(name: str) -> Exception:
    return invalid(name, "form.day", msg("Enter a date."), msg("Use the format year-month-day."))


def _no_number(name: str, low: float, high: float) -> Exception:
    return invalid(
        name,
        "form.number",
        msg("Enter a number from {low:g} to {high:g}.", low=low, high=high),
        msg("Correct it and send again."),
    )
