"""What a person sees while recordings are assessed: bars in a terminal, plain lines elsewhere, and the time left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from api.cli.side_by_side import both
from interview_engine.i18n import Text, msg
from pipelines.folders.batch import Outcome
from pipelines.folders.batch_plan import Pace
from pipelines.job import InterviewJob

STAGES = {
    "watch": both(msg("watch")),
    "transcribe": both(msg("transcribe")),
    "listen": both(msg("listen")),
    "score": both(msg("score")),
    "report": both(msg("report")),
}

LINE_EVERY_S = 30.0
"""How often the pace is written where there is no terminal: a log of an hour stays short."""


class Bars:
    """Listener of a batch. Progress goes to standard error; what `on_finished` returns goes to standard output."""

    def __init__(self, on_finished: Callable[[Outcome], str]) -> None:
        self._on_finished = on_finished
        self._console = Console(stderr=True)
        self._live = self._console.is_terminal
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            console=self._console,
        )
        self._total: TaskID | None = None
        self._rows: dict[tuple[str, str], TaskID] = {}
        self._stage: dict[tuple[str, str], str] = {}
        self._share: dict[tuple[str, str], float] = {}
        self._pace: Pace | None = None
        self._written_s = 0.0

    def __enter__(self) -> Bars:
        if self._live:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._bars.stop()
        if self._pace is not None and error is None:
            print(summary(self._pace), file=sys.stderr, flush=True)

    def planned(self, jobs: Sequence[InterviewJob]) -> None:
        """Set up the bar of the whole: one unit an answer, and one an interview for scoring and writing."""
        units = sum(len(job.answers) + 1 for job in jobs)
        if units:
            self._total = self._bars.add_task(both(msg("all")), total=units)

    def progress(self, job: InterviewJob, question_id: str, stage: str, share: float) -> None:
        """Move one answer's bar and the bar of the whole."""
        key = (job.interview_id, question_id)
        name = f"{job.candidate} {question_id}".strip()
        if stage != self._stage.get(key) and stage in STAGES and not self._live:
            print(f"{name}: {STAGES[stage]}", file=sys.stderr, flush=True)
        self._stage[key] = stage
        if key not in self._rows:
            self._rows[key] = self._bars.add_task(name, total=1.0)
        before = self._share.get(key, 0.0)
        if share > before:
            self._share[key] = share
            if self._total is not None:
                self._bars.advance(self._total, share - before)
        self._bars.update(self._rows[key], completed=share, description=f"{name} · {STAGES.get(stage, '✓')}")
        if stage == "done":
            self._bars.update(self._rows[key], visible=False)

    def paced(self, pace: Pace) -> None:
        """Show throughput and time left: beside the bar of the whole, or as a line now and then."""
        self._pace = pace
        if self._total is not None:
            self._bars.update(self._total, description=" · ".join([both(msg("all")), *_pace_words(pace)]))
        if not self._live and pace.elapsed_s - self._written_s >= LINE_EVERY_S and pace.speed is not None:
            self._written_s = pace.elapsed_s
            print(pace_line(pace), file=sys.stderr, flush=True)

    def finished(self, outcome: Outcome) -> None:
        """Print what became of an interview and take its rows away."""
        for key in [key for key in self._rows if key[0] == outcome.interview_id]:
            self._bars.remove_task(self._rows.pop(key))
            if self._total is not None:
                self._bars.advance(self._total, 1.0 - self._share.get(key, 0.0))
        line = self._on_finished(outcome)
        if self._live and sys.stdout.isatty():
            self._bars.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, flush=True)


def pace_line(pace: Pace) -> str:
    """How far it is, how fast it goes and how long it will take, in both languages, for a log."""
    share = pace.done_s / pace.total_s if pace.total_s else 1.0
    return " · ".join([f"{both(msg('progress'))} {share:.0%}", *_pace_words(pace)])


def summary(pace: Pace) -> str:
    """What was done in how long, for the end."""
    recorded, taken = _span(pace.done_s), _span(pace.elapsed_s)
    done = msg("{recorded} of recordings in {taken}", recorded=recorded, taken=taken)
    parts = [done.get("zh"), done.get("en")]
    if pace.elapsed_s > 0 and pace.done_s > 0:
        parts.append(f"{pace.done_s / pace.elapsed_s:.1f}× {both(msg('real time'))}")
    return " · ".join(parts)


def _pace_words(pace: Pace) -> list[str]:
    words = []
    if pace.speed is not None:
        words.append(f"{pace.speed:.1f}× {both(msg('real time'))}")
    if pace.interviews_an_hour is not None:
        words.append(f"{pace.interviews_an_hour:.0f} {both(msg('interviews/h'))}")
    if pace.left_s is not None and pace.done_s < pace.total_s:
        words.append(both(msg("about {time} left", time=_span(pace.left_s)), " · "))
    return words


def _span(seconds: float) -> Text:
    """A length of time as a person would say it."""
    if seconds < 60:
        return msg("{seconds:.0f} s", seconds=seconds)
    minutes = round(seconds / 60)
    if minutes < 60:
        return msg("{minutes} min", minutes=minutes)
    hours, rest = divmod(minutes, 60)
    if not rest:
        return msg("{hours} h", hours=hours)
    return msg("{hours} h {rest} min", hours=hours, rest=rest)
