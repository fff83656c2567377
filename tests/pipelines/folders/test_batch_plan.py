"""What a batch's work is, what comes next and when it will be done (row A10)."""

from __future__ import annotations

from pathlib import Path

import media_files as made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.folders.batch_plan import MOVING_S, SETTLED_S, Pacer, Queue, Task, lengths
from pipelines.job import AnswerSource


def queue(*interviews: list[float], workers: int) -> Queue:
    return Queue(
        {Task(job, n): length for job, answers in enumerate(interviews) for n, length in enumerate(answers)}, workers
    )


def taken(waiting: Queue) -> list[tuple[int, int | None]]:
    found = []
    while (task := waiting.take()) is not None:
        found.append((task.job, task.answer))
    return found


def test_interviews_keep_their_order_and_their_longest_answers_come_first() -> None:
    order = taken(queue([10, 30, 20], [10, 10, 10], [10, 10, 10], [10, 10, 10], workers=1))
    assert order[:6] == [(0, 1), (0, 2), (0, 0), (1, 0), (1, 1), (1, 2)]


def test_an_answer_that_would_be_left_running_alone_is_begun_in_time() -> None:
    order = taken(queue(*[[60.0, 60.0]] * 10, [60.0, 900.0], workers=2))
    at = order.index((10, 1))
    assert 0 < at < 10
    rest_s = 60.0 * (len(order) - at - 1)
    assert rest_s >= 900.0 - 60.0


@given(st.lists(st.lists(st.floats(0, 900), min_size=1, max_size=7), max_size=9), st.integers(1, 16))
def test_every_answer_is_taken_once(interviews: list[list[float]], workers: int) -> None:
    found = taken(queue(*interviews, workers=workers))
    assert sorted(found) == [(job, n) for job, answers in enumerate(interviews) for n in range(len(answers))]


def test_what_can_be_finished_comes_before_all_else_and_what_is_held_back_waits() -> None:
    waiting = queue([10, 10], [10, 10], workers=1)
    report, again = Task(0, None), Task(1, 1)
    waiting.first(again)
    waiting.first(report)
    assert waiting.take() == report
    assert waiting.take(frozenset({again})) == Task(0, 0)
    assert waiting.take() == again
    waiting.drop(1)
    assert taken(waiting) == [(0, 1)]
    assert not waiting
    waiting.first(again)
    assert waiting
    assert waiting.take(frozenset({again})) is None


def test_lengths_come_from_headers_windows_and_sizes(tmp_path: Path) -> None:
    stated = made.write(tmp_path / "a.mp4", times_s=made.every(0.1, 4), sound=made.tone(4))
    live = made.write(
        tmp_path / "b.webm", times_s=made.every(0.1, 4), video_codec="libvpx", container_options={"live": "1"}
    )
    text, broken = tmp_path / "c.txt", tmp_path / "d.mp4"
    text.write_text("x", encoding="utf-8")
    broken.write_bytes(b"x" * 5000)
    sources = [AnswerSource("q", path) for path in (stated, live, text, broken, tmp_path / "none.mp4", None)]
    found = lengths([*sources, AnswerSource("q", stated, 1.0, 3.5), AnswerSource("q", stated, 1.0)])
    assert found[0] == pytest.approx(4.0, abs=0.1)
    assert found[1] >= 1.0
    assert found[2:6] == [1.0, 1.0, 1.0, 0.0]
    assert found[6] == 2.5
    assert found[7] == pytest.approx(3.0, abs=0.1)


def test_time_left_follows_the_pace_of_the_last_minutes() -> None:
    tasks = [Task(0, n) for n in range(10)]
    pacer = Pacer(dict.fromkeys(tasks, 60.0), 2, now_s=100.0)
    pacer.moved(tasks[0], 0.5)
    early = pacer.pace(100.0 + SETTLED_S / 2)
    assert (early.speed, early.left_s, early.interviews_an_hour) == (None, None, None)
    pacer.measured(tasks[0], 60.0)
    pace = pacer.pace(130.0)
    assert pace.speed == pytest.approx(2.0)
    assert pace.left_s == pytest.approx(270.0)
    assert pace.interviews_an_hour == pytest.approx(3600 / (300 / 2.0))
    for n in range(1, 4):
        pacer.measured(tasks[n], 60.0)
        pacer.pace(130.0 + 60.0 * n)
    slower = pacer.pace(100.0 + 30.0 + 60.0 * 3 + 1.0)
    assert slower.speed == pytest.approx(180.0 / 181.0, rel=0.2)
    assert slower.elapsed_s > MOVING_S


def test_what_turns_out_shorter_or_unreadable_or_begins_again_is_counted_as_it_is() -> None:
    tasks = [Task(0, n) for n in range(3)]
    pacer = Pacer(dict.fromkeys(tasks, 100.0), 1, now_s=0.0)
    pacer.measured(tasks[0], 40.0)
    pacer.measured(tasks[1], 0.0)
    pacer.moved(tasks[2], 0.9)
    pacer.moved(tasks[2], 0.0)
    pacer.moved(Task(0, None), 0.5)
    pace = pacer.pace(20.0)
    assert (pace.done_s, pace.total_s, pace.speed) == (40.0, 140.0, 2.0)
    pacer.measured(tasks[2], 100.0)
    assert pacer.pace(70.0).left_s == 0.0
