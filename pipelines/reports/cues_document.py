"""Cues of an answer as JSON values, and back. Numbers are rounded here; what is read again is what was written."""

from __future__ import annotations

import math
from typing import Any

from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.delivery.speech_cues import FilledPause, Loudness, Pitch, SpeechCues
from interview_engine.assessment.delivery.visual_cues import HeadPose, VisualCues

Document = dict[str, Any]
"""A JSON object: str, int, float, bool, None, lists and objects of these."""


def number(value: float, decimals: int) -> float:
    """`value` rounded; never -0.0.

    Raises:
        ValueError: not a finite number: a measure went wrong and must not be written down.
    """
    if not math.isfinite(value):
        raise ValueError(f"not a finite number: {value}")
    return round(float(value), decimals) + 0.0


def spans_object(spans: tuple[Span, ...]) -> list[Document]:
    """Stretches of time, to the millisecond."""
    return [{"start_s": number(span.start_s, 3), "end_s": number(span.end_s, 3)} for span in spans]


def speech_object(speech: SpeechCues) -> Document:
    """How an answer was spoken."""
    pitch, loudness = speech.pitch, speech.loudness
    return {
        "unit": speech.unit,
        "units": speech.units,
        "speech_rate_per_min": number(speech.speech_rate_per_min, 2),
        "articulation_rate_per_min": number(speech.articulation_rate_per_min, 2),
        "overall_rate_per_min": number(speech.overall_rate_per_min, 2),
        "speech_band": speech.speech_band,
        "speaking_spans": spans_object(speech.speaking_spans),
        "pauses": spans_object(speech.pauses),
        "pause_share": number(speech.pause_share, 4),
        "time_to_first_word_s": number(speech.time_to_first_word_s, 3),
        "longest_monologue_s": number(speech.longest_monologue_s, 3),
        "filled_pauses": [
            {"text": pause.text, "start_s": number(pause.start_s, 3), "end_s": number(pause.end_s, 3)}
            for pause in speech.filled_pauses
        ],
        "pitch": None
        if pitch is None
        else {
            "median_hz": number(pitch.median_hz, 2),
            "interquartile_semitones": number(pitch.interquartile_semitones, 2),
            "track": _track_object(pitch.track),
        },
        "loudness": None
        if loudness is None
        else {
            "median_db": number(loudness.median_db, 2),
            "range_db": number(loudness.range_db, 2),
            "track": _track_object(loudness.track),
        },
    }


def _track_object(track: tuple[tuple[float, float], ...]) -> list[list[float]]:
    return [[number(time_s, 3), number(value, 2)] for time_s, value in track]


def visual_object(visual: VisualCues, frames: list[Document]) -> Document:
    """What the camera saw, with the answer's screenshots."""
    return {
        "sampled_frames": visual.sampled_frames,
        "frames_per_second": number(visual.frames_per_second, 2),
        "face_present_share": number(visual.face_present_share, 4),
        "face_absent_spans": spans_object(visual.face_absent_spans),
        "faces_max": visual.faces_max,
        "many_faces_spans": spans_object(visual.many_faces_spans),
        "head_pose": None if visual.head_pose is None else _head_pose(visual.head_pose),
        "eye_contact_proxy_share": _optional(visual.eye_contact_proxy_share, 4),
        "off_camera_spans": spans_object(visual.off_camera_spans),
        "nods_per_min": _optional(visual.nods_per_min),
        "shakes_per_min": _optional(visual.shakes_per_min),
        "blinks_per_min": _optional(visual.blinks_per_min),
        "smile_share": _optional(visual.smile_share, 4),
        "mouth_covered_spans": spans_object(visual.mouth_covered_spans),
        "hands_visible_share": number(visual.hands_visible_share, 4),
        "hands_visible_spans": spans_object(visual.hands_visible_spans),
        "gestures_per_min": _optional(visual.gestures_per_min),
        "gesture_amplitude": _optional(visual.gesture_amplitude),
        "lean": _optional(visual.lean, 4),
        "frames": frames,
    }


def _head_pose(pose: HeadPose) -> Document:
    return {
        "yaw_median": number(pose.yaw_median, 2),
        "yaw_iqr": number(pose.yaw_iqr, 2),
        "pitch_median": number(pose.pitch_median, 2),
        "pitch_iqr": number(pose.pitch_iqr, 2),
        "roll_median": number(pose.roll_median, 2),
        "roll_iqr": number(pose.roll_iqr, 2),
    }


def _optional(value: float | None, decimals: int = 2) -> float | None:
    return None if value is None else number(value, decimals)


def read_spans(entries: list[Document]) -> tuple[Span, ...]:
    """The inverse of `spans_object`."""
    return tuple(Span(entry["start_s"], entry["end_s"]) for entry in entries)


def _read_track(entries: list[list[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((time_s, value) for time_s, value in entries)


def read_speech(entry: Document) -> SpeechCues:
    """The inverse of `speech_object`."""
    pitch, loudness = entry["pitch"], entry["loudness"]
    return SpeechCues(
        unit=entry["unit"],
        units=entry["units"],
        speech_rate_per_min=entry["speech_rate_per_min"],
        articulation_rate_per_min=entry["articulation_rate_per_min"],
        overall_rate_per_min=entry["overall_rate_per_min"],
        speaking_spans=read_spans(entry["speaking_spans"]),
        pauses=read_spans(entry["pauses"]),
        pause_share=entry["pause_share"],
        time_to_first_word_s=entry["time_to_first_word_s"],
        longest_monologue_s=entry["longest_monologue_s"],
        speech_band=entry["speech_band"],
        filled_pauses=tuple(
            FilledPause(pause["text"], pause["start_s"], pause["end_s"]) for pause in entry["filled_pauses"]
        ),
        pitch=None
        if pitch is None
        else Pitch(pitch["median_hz"], pitch["interquartile_semitones"], _read_track(pitch["track"])),
        loudness=None
        if loudness is None
        else Loudness(loudness["median_db"], loudness["range_db"], _read_track(loudness["track"])),
    )


def read_visual(entry: Document) -> VisualCues:
    """The inverse of `visual_object`."""
    pose = entry["head_pose"]
    return VisualCues(
        sampled_frames=entry["sampled_frames"],
        frames_per_second=entry["frames_per_second"],
        face_present_share=entry["face_present_share"],
        face_absent_spans=read_spans(entry["face_absent_spans"]),
        faces_max=entry["faces_max"],
        many_faces_spans=read_spans(entry["many_faces_spans"]),
        head_pose=None if pose is None else HeadPose(**pose),
        eye_contact_proxy_share=entry["eye_contact_proxy_share"],
        off_camera_spans=read_spans(entry["off_camera_spans"]),
        nods_per_min=entry["nods_per_min"],
        shakes_per_min=entry["shakes_per_min"],
        blinks_per_min=entry["blinks_per_min"],
        smile_share=entry["smile_share"],
        hands_visible_share=entry["hands_visible_share"],
        hands_visible_spans=read_spans(entry["hands_visible_spans"]),
        gestures_per_min=entry["gestures_per_min"],
        gesture_amplitude=entry["gesture_amplitude"],
        lean=entry["lean"],
        mouth_covered_spans=read_spans(entry.get("mouth_covered_spans", [])),
    )
