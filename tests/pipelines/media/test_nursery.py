"""A task has a child of its own, which leaves nothing behind and whose end is the end of nobody else (A1)."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.media.nursery import Nursery

MOTHER = """
import sys; sys.path[:0] = sys.argv[1:]
import json, os, signal, time
from pipelines.media import nursery
seen = []
def answer(task):
    what = json.loads(task)
    seen.append(what)
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "hang":
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        time.sleep(600)
    if what == "raise":
        raise ValueError(what)
    if what == "orphan":
        os.kill(os.getppid(), signal.SIGKILL)
    return json.dumps([what, seen, sorted(os.environ.keys() - {"LC_CTYPE"}), len(os.listdir("/proc/self/fd"))]).encode()
nursery.live(answer, 2)
"""


def command(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code, str(Path(__file__).parents[3])]


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    made = Nursery(command(MOTHER))
    yield made
    made.close()


def ask(nursery: Nursery, what: str, wall_s: float = 60.0) -> object:
    answer = nursery.ask(json.dumps(what).encode(), wall_s)
    return None if answer is None else json.loads(answer)


def test_each_of_many_at_a_time_gets_its_own_answer_and_sees_nothing_of_the_others(nursery: Nursery) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda number: ask(nursery, f"task {number}"), range(12)))
    files = answers[0][3]  # type: ignore[index]
    assert answers == [[f"task {number}", [f"task {number}"], [], files] for number in range(12)]


@pytest.mark.parametrize("end", ["die", "raise", "hang"])
def test_the_end_of_a_child_is_no_answer_and_the_next_is_born(nursery: Nursery, end: str) -> None:
    assert ask(nursery, end) is None
    assert ask(nursery, "next") is not None


def test_who_waits_longer_than_is_allowed_waits_no_more(nursery: Nursery) -> None:
    ask(nursery, "first")
    begun_s = time.monotonic()
    assert ask(nursery, "hang", wall_s=0.1) is None
    assert time.monotonic() - begun_s < 2


def test_a_mother_that_was_killed_is_started_again(nursery: Nursery) -> None:
    assert ask(nursery, "orphan") is not None
    assert nursery._mother is not None
    nursery._mother[0].wait(60)
    assert ask(nursery, "next") is not None


def test_a_mother_that_cannot_live_is_an_outage_and_no_fault_of_the_task() -> None:
    nursery = Nursery(command("pass"))
    with pytest.raises((ChildProcessError, ConnectionError)):
        nursery.ask(b"{}", 60.0)
    nursery.close()


def test_a_closed_nursery_leaves_no_process(nursery: Nursery) -> None:
    ask(nursery, "first")
    assert nursery._mother is not None
    process = nursery._mother[0]
    nursery.close()
    assert process.returncode == 0
