"""Measures of one answer in a report: a measure that is missing says why, in the reader's words."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from report_samples import ZH_COMPLAINT, speech_cues, spoken, visual_cues

from pipelines.reports.cues_view import lanes, measure_rows

LENGTH_S = 40.0


def rows(*, speech: dict[str, Any] | None = None, **seen: object) -> dict[str, str]:
    """The rows of an answer in English, by key: what the camera saw as told, over 200 pictures in 40 s."""
    visual = None if speech else {**asdict(visual_cues(LENGTH_S)), **seen}
    return {row["key"]: row["value"]["en"] for row in measure_rows({"speech": speech, "visual": visual})}


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        ({"face_present_share": 0.2}, "face in view for less than 10 s"),
        ({"face_present_share": 0.3}, "most pictures show no face"),
        ({"face_present_share": 0.9, "frames_per_second": 1.0}, "sampled too sparsely to count"),
        ({"face_present_share": 0.9}, "not counted: too unsteady here"),
    ],
)
def test_nods_that_are_missing_say_why(seen: dict[str, object], reason: str) -> None:
    found = rows(nods_per_min=None, shakes_per_min=None, **seen)
    assert (found["nods_per_min"], found["shakes_per_min"]) == (reason, reason)
    assert rows(nods_per_min=6.0, **seen)["nods_per_min"] == "6.0 a minute"


def test_strokes_that_are_missing_say_why_and_keep_their_length() -> None:
    brief = rows(gestures_per_min=None, gesture_amplitude=0.41, hands_visible_share=0.2)
    assert (brief["gestures_per_min"], brief["gesture_amplitude"]) == ("hands in view for less than 10 s", "0.41")
    for share, reason in (
        (0.0, "not seen"),
        (0.2, "hands in view for less than 10 s"),
        (0.9, "shoulders not seen, by which strokes are measured"),
    ):
        found = rows(gestures_per_min=None, gesture_amplitude=None, hands_visible_share=share)
        assert found["gestures_per_min"] == reason


def said(seconds: float) -> dict[str, Any]:
    cues = asdict(speech_cues(spoken(ZH_COMPLAINT, "zh")))
    return {**cues, "speaking_spans": [{"start_s": 1.0, "end_s": 1.0 + seconds}], "speech_band": None}


def test_a_rate_needs_three_seconds_of_speech() -> None:
    for name in ("speech_rate_per_min", "overall_rate_per_min", "articulation_rate_per_min", "speech_band"):
        assert rows(speech=said(0.26))[name] == "too little speech for a rate"
    long = rows(speech=said(3.1))
    assert long["speech_rate_per_min"].endswith("characters/min")
    assert long["speech_band"] == "too little speech for a rate"
    for seconds, told in ((0.26, False), (3.1, True)):
        lane = lanes({"duration_s": LENGTH_S, "speech": said(seconds), "visual": None})[0]
        assert ("–" not in lane["value"]["en"]) is told
