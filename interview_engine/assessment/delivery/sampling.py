"""The time axis of sampled pictures: how long each stands for, and spans of samples that share something. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.spans import Span

LONELY_SAMPLE_S = 0.2
"""What a single sample stands for when there is no other to tell the rate by."""


class Timeline:
    """Samples at increasing times (seconds, at least one).

    A sample stands for the time to the next one, but for no more than two usual steps, so that a gap in a
    variable-rate recording is nobody's.
    """

    def __init__(self, times_s: Sequence[float]) -> None:
        self.times = np.asarray(times_s, dtype=np.float64)
        steps = np.diff(self.times)
        self.step_s = float(np.median(steps)) if len(steps) else LONELY_SAMPLE_S
        self._lengths = np.append(np.minimum(steps, 2 * self.step_s), self.step_s)

    @property
    def frames_per_second(self) -> float:
        """Mean rate over the whole, 0 for a single sample."""
        if len(self.times) < 2:
            return 0.0
        return (len(self.times) - 1) / float(self.times[-1] - self.times[0])

    def seconds(self, indices: Iterable[int]) -> float:
        """Seconds that these samples stand for together."""
        return float(self._lengths[list(indices)].sum())

    def spans(self, flags: NDArray[np.bool_]) -> tuple[Span, ...]:
        """One span per unbroken run of true flags: from its first sample to the end of what its last stands for."""
        found = []
        start: int | None = None
        for index, flag in enumerate([*flags.tolist(), False]):
            if flag and start is None:
                start = index
            elif not flag and start is not None:
                end_s = self.times[index - 1] + self._lengths[index - 1]
                found.append(Span(max(0.0, float(self.times[start])), float(end_s)))
                start = None
        return tuple(found)
