"""What a person sees while a batch runs (row A10): throughput and time left in both languages, in a log too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.cli.progress import LINE_EVERY_S, Bars, pace_line, summary
from pipelines.folders.batch_plan import Pace

PACE = Pace(done_s=1800.0, total_s=7200.0, elapsed_s=900.0, speed=2.0, interviews_an_hour=24.2, left_s=2700.0)


def test_a_line_says_how_far_how_fast_and_how_long_in_both_languages() -> None:
    line = pace_line(PACE)
    assert line == (
        "进度 progress 25% · 2.0× 实时 real time · 24 场/小时 interviews/h · 约剩 45 分钟 · about 45 min left"
    )


@pytest.mark.parametrize(
    ("left_s", "words"),
    [
        (12.4, "约剩 12 秒 · about 12 s left"),
        (12 * 60, "约剩 12 分钟 · about 12 min left"),
        (59.9 * 60, "约剩 1 小时 · about 1 h left"),
        (125 * 60, "约剩 2 小时 5 分钟 · about 2 h 5 min left"),
    ],
)
def test_time_left_is_said_as_people_say_it(left_s: float, words: str) -> None:
    assert pace_line(replace(PACE, left_s=left_s)).endswith(words)


def test_nothing_is_said_about_what_is_not_known_yet() -> None:
    assert pace_line(Pace(0.0, 7200.0, 5.0, None, None, None)) == "进度 progress 0%"


def test_without_a_terminal_a_line_comes_now_and_then_and_a_summary_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Bars(on_finished=lambda outcome: "") as bars:
        bars.planned([])
        for second in range(0, 91):
            bars.paced(replace(PACE, elapsed_s=float(second), speed=None if second < 10 else 2.0))
        bars.paced(replace(PACE, done_s=7200.0, elapsed_s=3600.0, left_s=0.0))
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert sum("约剩 45 分钟" in line for line in lines) == 90 // LINE_EVERY_S
    assert lines[-1] == summary(replace(PACE, done_s=7200.0, elapsed_s=3600.0))
    assert "处理了 2 小时录制，用时 1 小时 · 2 h of recordings in 1 h · 2.0× 实时 real time" in lines[-1]
