"""The product: pipelines.interview.assess_answer, as the command line and the workers call it, its parts watched.

Stages come from the product's own laps, with CPU time in place of its clock; what the detectors take is counted around
their public methods. Scoring and the report are not in it: the comparison profiles have none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bench.e2e_profiles.measured import Assessed, Seen, heard_of
from bench.process_cost import StageClock, cpu_s
from bench.setting import settings
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.policy import POLICIES
from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from interview_engine.settings import Settings
from pipelines.folders.manifest import job_from_files
from pipelines.interview import assess_answer
from pipelines.job import InterviewJob, Options
from pipelines.workbench import Workbench

KIT = "customer-service"


class CpuClock:
    """A product clock whose seconds are CPU seconds: laps become costs."""

    def now(self) -> datetime:
        """The time of day, UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """CPU seconds of this process."""
        return cpu_s()


class Watched:
    """An object whose method calls are counted: CPU seconds, and how many pictures were handed over."""

    def __init__(self, target: Any) -> None:
        self._target = target
        self.cpu_s = 0.0
        self.pictures = 0
        self._inside = False

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        return self._counted(value) if callable(value) else value

    def _counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if self._inside:
                return method(*arguments, **named)
            self._inside = True
            started = cpu_s()
            try:
                return method(*arguments, **named)
            finally:
                self._inside = False
                self.cpu_s += cpu_s() - started
                self.pictures += pictures_in(arguments[0]) if arguments else 0

        return call

    def take(self) -> tuple[float, int]:
        """What was counted since the last call."""
        taken = (self.cpu_s, self.pictures)
        self.cpu_s, self.pictures = 0.0, 0
        return taken


def pictures_in(argument: Any) -> int:
    """How many pictures an argument holds: an array of height x width x 3, a stack of them, or a sequence."""
    if isinstance(argument, np.ndarray):
        return 1 if argument.ndim == 3 else len(argument)
    return len(argument) if isinstance(argument, Sequence) else 1


class Ours:
    """The product's models, loaded."""

    def __init__(self, found: Settings) -> None:
        """Load; the rest is loaded by the first recording.

        Raises:
            WeightsError, SystemPackageError: the installation is not complete.
        """
        self._bench = Workbench(found)
        detectors: Any = self._bench.detectors
        self._watched = {name: Watched(getattr(detectors, name)) for name in ("faces", "hands", "pose")}
        self._bench.__dict__["detectors"] = replace(detectors, **self._watched)
        self._options = Options(policy=POLICIES["default"], frames_per_second=found.frames_per_second)

    def assess(self, path: Path, clock: StageClock) -> Assessed:
        """See `Profile.assess`.

        Raises:
            UsageError: `bench.not_assessed`: the product could not use the recording, so there is nothing to compare.
        """
        job = one_answer(path)
        for part in self._watched.values():
            part.take()
        found = assess_answer(job.answers[0], job, self._options, self._bench, CpuClock(), lambda stage, share: None)
        visual, transcript = found.visual, found.transcript
        if visual is None or transcript is None or found.status == "cannot_assess":
            reason = found.reason.code if found.reason else found.status
            raise UsageError(
                "bench.not_assessed",
                msg("{name} could not be assessed: {reason}.", name=path.name, reason=reason),
                msg("Delete the clip and run again."),
            )
        taken = {name: part.take() for name, part in self._watched.items()}
        laps = dict(found.stage_seconds)
        watched_s = sum(seconds for seconds, _ in taken.values())
        # what "watch" takes beside the detectors is reading the file; the rules that make cues of it are microseconds
        clock.cpu["decode"] = laps.pop("watch", 0.0) - watched_s + laps.pop("ingest", 0.0)
        for name, (seconds, _) in taken.items():
            clock.cpu[name] = seconds
        clock.cpu["recognition"] = laps.pop("transcribe", 0.0)
        clock.cpu["prosody"] = laps.pop("listen", 0.0)
        clock.cpu["other"] = sum(laps.values())
        sampled = visual.sampled_frames
        seen = Seen(
            faces_per_s=sampled / found.duration_s,
            hands_per_s=taken["hands"][1] / found.duration_s,
            pose_per_s=taken["pose"][1] / found.duration_s,
            faces_found=visual.face_present_share,
            hands_found=visual.hands_visible_share,
        )
        speech = found.speech
        pitch = speech.pitch.median_hz if speech is not None and speech.pitch is not None else None
        return Assessed(transcript.text, transcript.language, seen, heard_of(speech, pitch))


def product_settings() -> Settings:
    """The settings of this machine, but on the CPU: CPU seconds say nothing of what a GPU does meanwhile."""
    return replace(settings(), device="cpu")


def one_answer(path: Path) -> InterviewJob:
    """An interview of the shipped kit of which only the first question is answered, in whatever language it is."""
    return job_from_files([path], load_kit(shipped_kits()[KIT]), path.stem, "auto")
