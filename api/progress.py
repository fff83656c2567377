"""What a person sees while recordings are assessed: bars in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from pipelines.batch import Outcome
from pipelines.manifest import InterviewJob

STAGES = {
    "watch": "看画面 watch",
    "transcribe": "转写 transcribe",
    "listen": "听语速语调 listen",
    "score": "评分 score",
    "report": "写报告 report",
}


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
            TimeRemainingColumn(),
            console=self._console,
        )
        self._total: TaskID | None = None
        self._rows: dict[tuple[str, str], TaskID] = {}
        self._stage: dict[tuple[str, str], str] = {}
        self._share: dict[tuple[str, str], float] = {}

    def __enter__(self) -> Bars:
        if self._live:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._bars.stop()

    def planned(self, jobs: Sequence[InterviewJob]) -> None:
        """Set up the bar of the whole: one unit an answer, and one an interview for scoring and writing."""
        units = sum(len(job.answers) + 1 for job in jobs)
        if units:
            self._total = self._bars.add_task("全部 all", total=units)

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
