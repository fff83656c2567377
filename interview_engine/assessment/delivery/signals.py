"""What a person should look at in a recording: a second voice, a second face, music. It never touches a score."""

from __future__ import annotations

from dataclasses import dataclass

from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.reasons import Reason


@dataclass(frozen=True, slots=True)
class Signal:
    """Something a person should look at; never touches a score. `reason.code` is "integrity.…"."""

    reason: Reason
    spans: tuple[Span, ...] = ()
