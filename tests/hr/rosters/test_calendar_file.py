"""The file that calendars read: what RFC 5545 asks of it."""

from __future__ import annotations

from datetime import UTC, datetime

from interview_engine.hr.rosters.calendar_file import Event, calendar_text, escaped, folded

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SHIFT = Event("e:2026-11-09:0", "夜班, N; A\\B", datetime(2026, 11, 9, 14, 0, tzinfo=UTC),
              datetime(2026, 11, 9, 22, 0, tzinfo=UTC))  # fmt: skip


def test_a_shift_is_an_event_with_its_moments_in_utc() -> None:
    lines = calendar_text([SHIFT], NOW).split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART:20261109T140000Z" in lines
    assert "DTEND:20261109T220000Z" in lines
    assert "SUMMARY:夜班\\, N\\; A\\\\B" in lines


def test_the_same_shift_keeps_its_name_and_another_day_has_another() -> None:
    def uid(key: str) -> str:
        text = calendar_text([Event(key, "x", SHIFT.begin, SHIFT.end)], NOW)
        return next(line for line in text.split("\r\n") if line.startswith("UID:"))

    assert uid("a") == uid("a")
    assert uid("a") != uid("b")


def test_long_lines_are_folded_by_bytes_between_characters() -> None:
    text = folded("SUMMARY:" + "班" * 60)
    assert all(len(part.encode()) <= 75 for part in text.split("\r\n"))
    assert text.replace("\r\n ", "") == "SUMMARY:" + "班" * 60


def test_line_breaks_do_not_end_a_line() -> None:
    assert escaped("a\r\nb\nc\rd") == "a\\nb\\nc\\nd"
