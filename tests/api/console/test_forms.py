"""Fields of a console form: read, converted, or refused with the field that is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from starlette.datastructures import FormData

from api.console.forms import Fields
from interview_engine.errors import InvalidInput


def fields(**values: str) -> Fields:
    return Fields(FormData(values))


def test_a_day_is_written_year_month_day() -> None:
    assert fields(start="2026-12-01").day("start") == date(2026, 12, 1)


@pytest.mark.parametrize("raw", ["", "1.12.2026", "2026-13-01", "tomorrow"])
def test_what_is_no_day_is_refused_with_its_field(raw: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        fields(start=raw).day("start")
    assert (refused.value.field, refused.value.code) == ("start", "form.day")


def test_a_moment_is_in_beijing_and_may_be_empty() -> None:
    assert fields(until="2026-12-01T08:00").moment("until") == datetime(2026, 12, 1, tzinfo=UTC)
    assert fields(until="2026-12-01").moment("until") == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert fields().moment("until") is None
    with pytest.raises(InvalidInput):
        fields(until="soon").moment("until")
