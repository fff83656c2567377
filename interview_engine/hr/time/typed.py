"""Times of day and months as people type them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from interview_engine.hr.forms.fields import Field
from interview_engine.hr.problems import invalid
from interview_engine.hr.time.rules.shifts import read_time, time_text
from interview_engine.i18n import Text, msg


def time_field(name: str, label: Text, **more: Any) -> Field:
    """A field of a form that holds a time of day: "9:00" is read as "09:00"; InvalidInput `correction.time`."""

    def read(text: str) -> str:
        try:
            return time_text(read_time(text))
        except ValueError:
            raise invalid(name, "correction.time", msg("This is no time of day: {text}", text=text[:20]),
                          msg("Write it as 09:00."))  from None  # fmt: skip

    return Field(name, label, most=5, reads=read, **more)


def read_month(text: str) -> date:
    """The first day of a month that a page names, as "2026-09".

    Raises:
        InvalidInput: `attendance.month`.
    """
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        raise invalid("month", "attendance.month", msg("There is no such month."), msg("Choose one.")) from None
