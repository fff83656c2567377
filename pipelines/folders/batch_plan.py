"""How much work a batch is, what of it comes next, and when it will be done. Durations come from files' headers."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from interview_engine.errors import MediaError
from pipelines.job import AnswerSource, InterviewJob
from pipelines.media.container import Limits, open_container

TEXT_S = 1.0
"""What a written answer counts for beside recordings: about the time it takes."""

BYTES_PER_S = 150_000
"""Of recordings whose header states no length (browsers' webm), when no other recording of the batch tells more: what a
browser writes for 720p by default (2.5 Mbit/s) is 300 kB, phones and small pictures are far below."""

MOVING_S = 180.0
"""The pace is that of the last three minutes: long enough for answers of every length, short enough to follow a machine
that others begin to use."""

SETTLED_S = 10.0
"""Until so much time has passed there is no pace: processes start and load their models."""


@dataclass(frozen=True, slots=True)
class Task:
    """One answer of one interview (both by index), or with answer None the scoring and writing of it."""

    job: int
    answer: int | None


@dataclass(frozen=True, slots=True)
class Pace:
    """How a batch gets on.

    Args:
        done_s, total_s: seconds of recordings done and in all (estimated where a header states none).
        elapsed_s: wall seconds since work began.
        speed: seconds of recording per wall second, over the last minutes; None until it is known.
        interviews_an_hour: at that speed, for interviews as long as these.
        left_s: wall seconds that the rest takes at that speed.
    """

    done_s: float
    total_s: float
    elapsed_s: float
    speed: float | None
    interviews_an_hour: float | None
    left_s: float | None


def lengths(answers: Sequence[AnswerSource]) -> list[float]:
    """Seconds of recording of each answer, by a look at the header only; at least `TEXT_S`, 0 where there is no file.

    Where a header states no length, the file's size tells, at the byte rate of the others.
    """
    stated = [_stated_s(answer) for answer in answers]
    known = [
        (length, _bytes(answer)) for length, answer in zip(stated, answers, strict=True) if length and not answer.end_s
    ]
    seconds, size = sum(length for length, _ in known), sum(count for _, count in known)
    rate = size / seconds if seconds else BYTES_PER_S
    found = []
    for length, answer in zip(stated, answers, strict=True):
        if answer.path is None:
            found.append(0.0)
        elif length is None:
            found.append(max(TEXT_S, _bytes(answer) / rate - answer.start_s))
        else:
            found.append(max(TEXT_S, length))
    return found


def _stated_s(answer: AnswerSource) -> float | None:
    """None when nothing states it; 0 for what is no recording or cannot be read (which takes no time either)."""
    if answer.path is None or answer.mode == "text":
        return 0.0
    if answer.end_s is not None:
        return answer.end_s - answer.start_s
    try:
        opened = open_container(answer.path, Limits())
    except MediaError:
        return 0.0
    with opened.container:
        return None if opened.declared_s is None else opened.declared_s - answer.start_s


def _bytes(answer: AnswerSource) -> int:
    return answer.path.stat().st_size if answer.path is not None and answer.path.is_file() else 0


class Queue:
    """The tasks that wait, in the order in which they are best begun.

    Interviews keep their order, so that the first reports are there early; of an interview its longest answer is first.
    Only where an answer is so long that it would still run when all others are done, it comes before them all: the last
    worker must not be left with it. What was put in front (`first`) comes before everything.

    Args:
        lengths: seconds of the answers, by task.
        workers: how many tasks are worked on at once.
    """

    def __init__(self, lengths: dict[Task, float], workers: int) -> None:
        self._lengths = lengths
        self._workers = workers
        self._first: deque[Task] = deque()
        self._rest = sorted(lengths, key=lambda task: (task.job, -lengths[task], task.answer or 0))

    def __bool__(self) -> bool:
        return bool(self._first or self._rest)

    def first(self, task: Task) -> None:
        """Put a task in front of all others."""
        self._first.appendleft(task)

    def drop(self, job: int) -> None:
        """Forget an interview's tasks."""
        self._first = deque(task for task in self._first if task.job != job)
        self._rest = [task for task in self._rest if task.job != job]

    def take(self, held_back: frozenset[Task] = frozenset()) -> Task | None:
        """The next task that is not held back, or None."""
        for task in self._first:
            if task not in held_back:
                self._first.remove(task)
                return task
        if not self._rest:
            return None
        longest = max(self._rest, key=lambda task: self._lengths[task])
        rest_s = sum(self._lengths[task] for task in self._rest) - self._lengths[longest]
        chosen = longest if self._lengths[longest] * (self._workers - 1) > rest_s else self._rest[0]
        self._rest.remove(chosen)
        return chosen


class Pacer:
    """Keeps account of what is done. Told in seconds of recording and of a monotonic clock.

    Args:
        lengths: estimated seconds of the answers, by task.
        interviews: how many they belong to.
    """

    def __init__(self, lengths: dict[Task, float], interviews: int, now_s: float) -> None:
        self._lengths = dict(lengths)
        self._interviews = interviews
        self._shares: dict[Task, float] = {}
        self._began_s = now_s
        self._history: deque[tuple[float, float]] = deque([(now_s, 0.0)])

    def moved(self, task: Task, share: float) -> None:
        """A task is done to `share` (it falls back to 0 when its worker died)."""
        if task in self._lengths:
            self._shares[task] = share

    def measured(self, task: Task, length_s: float) -> None:
        """A task is done, and there was so much recording in it: none in a text, or in a file that cannot be read."""
        if task in self._lengths:
            self._lengths[task] = length_s
            self._shares[task] = 1.0

    def pace(self, now_s: float) -> Pace:
        """How it goes now; remembers it, so call it regularly."""
        total_s = sum(self._lengths.values())
        done_s = sum(self._lengths[task] * share for task, share in self._shares.items())
        self._history.append((now_s, done_s))
        while len(self._history) > 2 and self._history[1][0] <= now_s - MOVING_S:
            self._history.popleft()
        since_s, before_s = self._history[0]
        speed = None
        if now_s - since_s >= SETTLED_S and done_s > before_s:
            speed = (done_s - before_s) / (now_s - since_s)
        return Pace(
            done_s=done_s,
            total_s=total_s,
            elapsed_s=now_s - self._began_s,
            speed=speed,
            interviews_an_hour=3600.0 * speed * self._interviews / total_s if speed else None,
            left_s=max(0.0, total_s - done_s) / speed if speed else None,
        )


def lengths_by_task(jobs: dict[int, InterviewJob]) -> dict[Task, float]:
    """`lengths` of all answers of all interviews."""
    tasks = [Task(index, number) for index, job in jobs.items() for number in range(len(job.answers))]
    found = lengths([jobs[task.job].answers[task.answer or 0] for task in tasks])
    return dict(zip(tasks, found, strict=True))
