"""Measured cues of one answer as small timelines and as a table. Descriptions; each chart has its table."""

from __future__ import annotations

import math
from collections.abc import Sequence

from interview_engine.assessment.delivery.movement_rules import MIN_BLINK_RATE, MIN_NOD_RATE
from interview_engine.assessment.delivery.spans import Span, total_s
from interview_engine.assessment.delivery.visual_rules import FACE_SHARE, MIN_RATE_S
from pipelines.reports.cues_document import Document
from pipelines.reports.format import Both, clock, one, plain, same, share_percent, shown, span_clock

LANE_LINE_HEIGHT = 100.0
"""Height of the box in which pitch and loudness curves are drawn; the page scales it."""

LEAST_RATE_S = 3.0
"""Less speaking time gives no rate: one word in 0.26 s is not 231 words a minute."""

CURVE_GAP_S = 1.0
"""Two points further apart than this are not joined: nothing was voiced between them."""


def lanes(answer: Document) -> list[Document]:
    """The timelines, each with its label, its value in words and its geometry in percent of the answer's length."""
    length_s = answer["duration_s"]
    if length_s <= 0.0:
        return []
    speech, visual = answer["speech"], answer["visual"]
    found: list[Document] = []
    if speech is not None:
        found += _speech_lanes(speech, length_s)
    if visual is not None:
        found += _visual_lanes(visual, length_s)
    return found


def _speech_lanes(speech: Document, length_s: float) -> list[Document]:
    rated = total_s(_as_spans(speech["speaking_spans"])) >= LEAST_RATE_S
    value = shown(
        "cue.speech_value",
        rate=plain(round(speech["speech_rate_per_min"])) if rated else "–",
        unit=shown(f"unit.{speech['unit']}"),
        pauses=share_percent(speech["pause_share"]),
        fillers=str(len(speech["filled_pauses"])),
    )
    ticks = [round(100.0 * pause["start_s"] / length_s, 3) for pause in speech["filled_pauses"]]
    found = [_lane("speech", value, _bars(speech["speaking_spans"], length_s), ticks=ticks)]
    pitch, loudness = speech["pitch"], speech["loudness"]
    if pitch is not None:
        median = pitch["median_hz"]
        semitones = [(time_s, 12.0 * math.log2(hz / median)) for time_s, hz in pitch["track"] if hz > 0 and median > 0]
        words = shown("cue.pitch_value", hz=plain(round(median)))
        found.append(_lane("pitch", words, [], curves=_curves(semitones, length_s)))
    if loudness is not None:
        words = shown("cue.loudness_value", db=plain(round(loudness["median_db"])))
        levels = [(time_s, value) for time_s, value in loudness["track"]]
        found.append(_lane("loudness", words, [], curves=_curves(levels, length_s)))
    return found


def _visual_lanes(visual: Document, length_s: float) -> list[Document]:
    whole = [Span(0.0, length_s)]
    absent = _as_spans(visual["face_absent_spans"])
    away = _as_spans(visual["off_camera_spans"])
    face = _without(whole, absent)
    eyes = _without(face, away)
    return [
        _lane(
            "face", shown("cue.share", value=share_percent(visual["face_present_share"])), _span_bars(face, length_s)
        ),
        _lane(
            "eyes",
            shown("unit.not_seen")
            if visual["eye_contact_proxy_share"] is None
            else shown("cue.share", value=share_percent(visual["eye_contact_proxy_share"])),
            _span_bars(eyes, length_s) if visual["eye_contact_proxy_share"] is not None else [],
        ),
        _lane(
            "hands",
            shown("cue.share", value=share_percent(visual["hands_visible_share"])),
            _bars(visual["hands_visible_spans"], length_s),
        ),
    ]


def _lane(
    key: str,
    value: Both,
    bars: list[Document],
    *,
    ticks: Sequence[float] = (),
    curves: Sequence[str] = (),
) -> Document:
    return {
        "key": key,
        "label": shown(f"cue.{key}"),
        "value": value,
        "bars": bars,
        "ticks": list(ticks),
        "curves": list(curves),
    }


def _as_spans(entries: Sequence[Document]) -> list[Span]:
    return [Span(entry["start_s"], entry["end_s"]) for entry in entries]


def _without(spans: Sequence[Span], holes: Sequence[Span]) -> list[Span]:
    """What is left of `spans` outside `holes`."""
    left = list(spans)
    for hole in holes:
        cut: list[Span] = []
        for span in left:
            if hole.start_s > span.start_s:
                cut.append(Span(span.start_s, min(span.end_s, hole.start_s)))
            if hole.end_s < span.end_s:
                cut.append(Span(max(span.start_s, hole.end_s), span.end_s))
        left = [span for span in cut if span.duration_s > 0.0]
    return left


def _bars(entries: Sequence[Document], length_s: float) -> list[Document]:
    return _span_bars(_as_spans(entries), length_s)


def _span_bars(spans: Sequence[Span], length_s: float) -> list[Document]:
    return [
        {"x": round(100.0 * span.start_s / length_s, 3), "width": round(100.0 * span.duration_s / length_s, 3)}
        for span in spans
    ]


def _curves(points: Sequence[tuple[float, float]], length_s: float) -> list[str]:
    """SVG point lists in a box of 1000 x LANE_LINE_HEIGHT, broken where nothing was measured, scaled to their range."""
    if not points:
        return []
    values = sorted(value for _, value in points)
    low, high = values[0], values[-1]
    reach = high - low or 1.0
    pieces: list[list[str]] = [[]]
    last_s = points[0][0]
    for time_s, value in points:
        if time_s - last_s > CURVE_GAP_S:
            pieces.append([])
        last_s = time_s
        y = LANE_LINE_HEIGHT * (0.92 - 0.84 * (value - low) / reach)
        pieces[-1].append(f"{1000.0 * time_s / length_s:.1f},{y:.1f}")
    return [" ".join(piece) for piece in pieces if len(piece) > 1]


def measure_rows(answer: Document) -> list[Document]:
    """Every measure of an answer as a row: label, value, spans. What could not be counted says so."""
    rows: list[Document] = []
    if answer["speech"] is not None:
        rows += _speech_rows(answer["speech"])
    if answer["visual"] is not None:
        rows += _visual_rows(answer["visual"])
    return rows


def _row(key: str, value: Both, spans: Sequence[Document] = ()) -> Document:
    return {
        "key": key,
        "label": shown(f"measure.{key}"),
        "value": value,
        "spans": [{**span, "clock": span_clock(span)} for span in spans],
    }


def _rate(value: float, unit: str) -> Both:
    name = shown(f"unit.{unit}")
    return {language: f"{value:.0f} {name[language]}" for language in name}


def _seconds(value: float) -> Both:
    return shown("unit.seconds", value=one(value))


def _percent(share: float) -> Both:
    return same(f"{share_percent(share)}%")


def _speech_rows(speech: Document) -> list[Document]:
    unit = speech["unit"]
    fillers = speech["filled_pauses"]
    words = same(
        f"{len(fillers)}" + "".join(f" · {filler['text']} {clock(filler['start_s'])}" for filler in fillers[:12])
    )
    short = shown("unit.too_short")
    rated = total_s(_as_spans(speech["speaking_spans"])) >= LEAST_RATE_S
    band = speech["speech_band"]
    rows = [
        *(
            _row(name, _rate(speech[name], unit) if rated else short)
            for name in ("speech_rate_per_min", "overall_rate_per_min", "articulation_rate_per_min")
        ),
        _row("speech_band", short if band is None else shown(f"band.{band}")),
        _row("pause_share", _percent(speech["pause_share"]), speech["pauses"]),
        _row("filled_pauses", words),
        _row("time_to_first_word_s", _seconds(speech["time_to_first_word_s"])),
        _row("longest_monologue_s", _seconds(speech["longest_monologue_s"])),
    ]
    pitch, loudness = speech["pitch"], speech["loudness"]
    if pitch is not None:
        spread = one(pitch["interquartile_semitones"])
        rows.append(_row("pitch_median_hz", same(f"{pitch['median_hz']:.0f} Hz")))
        rows.append(_row("pitch_interquartile_semitones", shown("unit.semitones", value=spread)))
    if loudness is not None:
        rows.append(_row("loudness_median_db", same(f"{one(loudness['median_db'])} dB")))
        rows.append(_row("loudness_range_db", same(f"{one(loudness['range_db'])} dB")))
    return rows


def _counted(visual: Document, name: str) -> Both:
    """A count a minute, or the reason why there is none."""
    value = visual[name]
    if value is not None:
        return shown("unit.per_min", value=one(value))
    rate = visual["frames_per_second"]
    face_s = visual["face_present_share"] * visual["sampled_frames"] / rate if rate else 0.0
    if face_s < MIN_RATE_S:
        return shown("unit.face_too_brief")
    if visual["face_present_share"] < FACE_SHARE:
        return shown("unit.face_too_rare")
    least = MIN_BLINK_RATE if name == "blinks_per_min" else MIN_NOD_RATE
    return shown("unit.too_few_frames") if rate < least else shown("unit.not_counted")


def _strokes(visual: Document) -> Both:
    """Hand strokes a minute, or the reason why there is no rate."""
    if visual["gestures_per_min"] is not None:
        return shown("unit.per_min", value=one(visual["gestures_per_min"]))
    rate = visual["frames_per_second"]
    hand_s = visual["hands_visible_share"] * visual["sampled_frames"] / rate if rate else 0.0
    if hand_s == 0.0:
        return shown("unit.not_seen")
    return shown("unit.hands_too_brief" if hand_s < MIN_RATE_S else "unit.no_shoulders")


def _smiles(visual: Document) -> Both:
    """The share of pictures with a smile, or the reason why there is none."""
    if visual["smile_share"] is not None:
        return _percent(visual["smile_share"])
    return shown("unit.mouth_covered" if visual.get("mouth_covered_spans") else "unit.not_seen")


def _covered(visual: Document) -> list[Document]:
    """The row of a covered mouth, where there is one."""
    spans = visual.get("mouth_covered_spans", [])
    return [_row("mouth_covered", _seconds(total_s(_as_spans(spans))), spans)] if spans else []


def _visual_rows(visual: Document) -> list[Document]:
    pose = visual["head_pose"]
    amplitude, lean = visual["gesture_amplitude"], visual["lean"]
    not_seen = shown("unit.not_seen")
    return [
        _row("face_present_share", _percent(visual["face_present_share"])),
        _row("face_absent", same(str(len(visual["face_absent_spans"]))), visual["face_absent_spans"]),
        _row("faces_max", same(str(visual["faces_max"])), visual["many_faces_spans"]),
        _row("head_pose", not_seen if pose is None else same(_angles(pose))),
        _row(
            "eye_contact_proxy_share",
            not_seen if visual["eye_contact_proxy_share"] is None else _percent(visual["eye_contact_proxy_share"]),
        ),
        _row("off_camera", same(str(len(visual["off_camera_spans"]))), visual["off_camera_spans"]),
        _row("nods_per_min", _counted(visual, "nods_per_min")),
        _row("shakes_per_min", _counted(visual, "shakes_per_min")),
        _row("blinks_per_min", _counted(visual, "blinks_per_min")),
        _row("smile_share", _smiles(visual)),
        *_covered(visual),
        _row("hands_visible_share", _percent(visual["hands_visible_share"]), visual["hands_visible_spans"]),
        _row("gestures_per_min", _strokes(visual)),
        _row("gesture_amplitude", not_seen if amplitude is None else same(f"{amplitude:.2f}")),
        _row("lean", not_seen if lean is None else same(f"{lean:.3f}")),
    ]


def _angles(pose: Document) -> str:
    return " / ".join(
        f"{pose[f'{axis}_median']:+.0f}° ({pose[f'{axis}_iqr']:.0f}°)" for axis in ("yaw", "pitch", "roll")
    )
