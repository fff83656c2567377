"""Cells of a list: a moment by its day, or to the minute where the time of day is the point."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api.console.lists.cells import CellSeen, cell
from interview_engine.hr.forms.spec import Column
from interview_engine.hr.lists.reading import ListRow
from interview_engine.i18n import LocalizedText

AT = datetime(2026, 11, 9, 0, 58, tzinfo=UTC)
LABEL = LocalizedText("时间", "Time")


@pytest.mark.parametrize(
    ("exact", "seen"),
    [(False, CellSeen("2026-11-09", "2026-11-09 08:58")), (True, CellSeen("2026-11-09 08:58"))],
)
def test_a_moment_stands_to_the_minute_where_the_time_of_day_matters(exact: bool, seen: CellSeen) -> None:
    row = ListRow("1", {"at": AT}, frozenset(), "")
    assert cell(Column("at", LABEL, "moment", exact=exact), row, "zh") == seen
