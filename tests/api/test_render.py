"""What templates write values with."""

from __future__ import annotations

from datetime import date

import pytest

from api.render import environment


@pytest.mark.parametrize("month", ["2026-09", date(2026, 9, 1), date(2026, 9, 30)], ids=str)
@pytest.mark.parametrize(
    ("language", "written"), [("zh", "2026年9月"), ("en", "September 2026"), ("es", "septiembre de 2026")]
)
def test_a_month_is_written_alike_from_a_day_of_it_and_as_pay_keeps_it(
    month: str | date, language: str, written: str
) -> None:
    template = environment().from_string("{{ month | month }}")
    assert template.render(month=month, language=language) == written
