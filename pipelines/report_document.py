"""The report as a document: the JSON of docs/report.schema.json, in a fixed key order and with stated rounding.

Times are rounded to milliseconds, scores, shares and probabilities to four decimals, angles, pitch and loudness to two.
Everything a reader needs is resolved here (names, anchors, indicator texts, sentences of reasons), so that the pages
are drawn from the document alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from interview_engine.assessment.kit import Competency, Kit
from interview_engine.assessment.match import MatchRow, match_rows
from interview_engine.assessment.policy import POLICIES
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.report import (
    SCHEMA,
    AnswerAssessment,
    InterviewReport,
    Provenance,
    Signal,
    StoredFrame,
)
from interview_engine.assessment.scoring import CompetencyResult, Evidence, Overall, Score
from interview_engine.assessment.spans import Span
from interview_engine.assessment.speech_cues import SpeechCues
from interview_engine.assessment.transcript import Segment, Transcript, Word
from interview_engine.assessment.visual_cues import HeadPose, VisualCues
from interview_engine.errors import Bilingual, ReportError

Document = dict[str, Any]
"""A JSON object: str, int, float, bool, None, lists and objects of these."""

SCALE = 10
"""Scores are on 0..SCALE."""

GENERATOR_LABEL = Bilingual(
    "本报告由人工智能辅助生成：引文是候选人的原话，评分与说明由程序给出，决定由人作出。",
    "This report was produced with the help of AI: quotes are the candidate's own words, scores and remarks come from "
    "a program, and a person decides.",
)
"""Visible and in the files' metadata, as the Chinese labelling measures of 2025-09-01 ask for generated text."""


def number(value: float, decimals: int) -> float:
    """`value` rounded; never -0.0.

    Raises:
        ValueError: not a finite number: a measure went wrong and must not be written down.
    """
    if not math.isfinite(value):
        raise ValueError(f"not a finite number: {value}")
    return round(float(value), decimals) + 0.0


def printable(name: str) -> str:
    """A name that may come from a file system, with bytes that are no UTF-8 (surrogates) shown as \\xNN."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def to_document(report: InterviewReport, kit: Kit) -> Document:
    """The whole report as JSON values.

    Raises:
        ReportError: `report.other_kit`, the report was made with another kit, version or file.
        ValueError: a number is not finite, or the overall result does not follow from the competencies.
    """
    _check_kit(report, kit)
    results = tuple(_rounded(result) for result in report.competencies)
    rows = match_rows(kit, results, _rounded_overall(report.overall))
    points = {row.competency_id: row for row in rows}
    return {
        "schema": SCHEMA,
        "interview": {
            "id": report.interview_id,
            "candidate": printable(report.candidate),
            "synthetic": report.synthetic,
            "kit": {
                "id": report.kit_id,
                "version": report.kit_version,
                "language": report.language,
                "role": both(kit.role),
                "description": both(kit.description),
            },
            "policy": report.policy,
            "policy_rules": _policy(report.policy),
        },
        "overall": _overall(report.overall, rows),
        "needs_review": [reason_object(reason) for reason in report.needs_review],
        "competencies": [
            _competency(kit.competency(result.competency_id), result, points[result.competency_id])
            for result in results
        ],
        "answers": [_answer(answer, kit) for answer in report.answers],
        "provenance": _provenance(report.provenance),
        "generated_by_ai": {"label": both(GENERATOR_LABEL), "producer": f"interview-engine {_version(report)}"},
    }


def both(text: Bilingual) -> Document:
    """A text in both languages."""
    return {"zh": text.zh, "en": text.en}


def reason_object(reason: Reason) -> Document:
    """Code, the facts in it, and its sentence in both languages."""
    return {
        "code": reason.code,
        "detail": {key: reason.detail[key] for key in sorted(reason.detail)},
        "text": {"zh": reason.text("zh"), "en": reason.text("en")},
    }


def _check_kit(report: InterviewReport, kit: Kit) -> None:
    same = (report.kit_id, report.kit_version, report.provenance.kit_sha256) == (kit.id, kit.version, kit.sha256)
    if same:
        return
    made = f"{report.kit_id} v{report.kit_version} ({report.provenance.kit_sha256[:12]})"
    given = f"{kit.id} v{kit.version} ({kit.sha256[:12]})"
    raise ReportError(
        "report.other_kit",
        Bilingual(
            f"报告出自面试包 {made}，给出的却是 {given}。",
            f"The report was made with kit {made}, but {given} was given.",
        ),
        Bilingual("请使用生成该报告的面试包文件。", "Use the kit file that the report was made with."),
    )


def _version(report: InterviewReport) -> str:
    return report.provenance.engine_version


def _reason(reason: Reason | None) -> Document | None:
    return None if reason is None else reason_object(reason)


def _policy(policy_id: str) -> Document | None:
    policy = POLICIES.get(policy_id)
    if policy is None:
        return None
    return {
        "name": both(policy.name),
        "article": both(policy.article),
        "visual_cues": policy.visual_cues,
        "voice_cues": policy.voice_cues,
        "frames": policy.frames,
        "delivery_cap_percent": policy.delivery_cap_percent,
        "retention_days": policy.retention_days,
    }


def _rounded_score(score: Score | None) -> Score | None:
    if score is None:
        return None
    return Score(number(score.value, 4), number(score.low, 4), number(score.high, 4))


def _rounded(result: CompetencyResult) -> CompetencyResult:
    """Rounded before the match is broken into rows, so that the rows follow from what is written down."""
    return CompetencyResult(
        result.competency_id,
        result.status,
        _rounded_score(result.score),
        tuple(number(share, 4) for share in result.level_distribution),
        result.evidence,
        result.not_shown,
        result.markers,
        result.reason,
        result.reasons,
        result.is_delivery,
    )


def _rounded_overall(overall: Overall) -> Overall:
    match = None if overall.match_percent is None else number(overall.match_percent, 4)
    return Overall(
        overall.status, match, _rounded_score(overall.score), number(overall.assessed_weight, 4), overall.reason
    )


def _score(score: Score | None) -> Document | None:
    if score is None:
        return None
    return {
        "value": number(score.value, 4),
        "low": number(score.low, 4),
        "high": number(score.high, 4),
        "scale": SCALE,
    }


def _overall(overall: Overall, rows: tuple[MatchRow, ...]) -> Document:
    return {
        "status": overall.status,
        "reason": _reason(overall.reason),
        "match_percent": None if overall.match_percent is None else number(overall.match_percent, 4),
        "score": _score(overall.score),
        "assessed_weight": number(overall.assessed_weight, 4),
        "match_rows": [
            {
                "competency": row.competency_id,
                "weight": row.weight,
                "level": None if row.level is None else number(row.level, 4),
                "required_level": row.required_level,
                "ratio": None if row.ratio is None else number(row.ratio, 4),
                "points": row.points,
            }
            for row in rows
        ],
    }


def _competency(competency: Competency, result: CompetencyResult, row: MatchRow) -> Document:
    level = None if result.score is None else number(result.score.level, 4)
    shown = {evidence.indicator for evidence in result.evidence if evidence.polarity == "for"}
    return {
        "id": competency.id,
        "name": both(competency.name),
        "kind": competency.kind,
        "definition": both(competency.definition),
        "is_delivery": result.is_delivery,
        "weight": competency.weight,
        "required_level": competency.required_level,
        "status": result.status,
        "reason": _reason(result.reason),
        "score": _score(result.score),
        "level": level,
        "nearest_anchor": None if level is None else max(1, min(5, math.floor(level + 0.5))),
        "match_points": row.points,
        "level_distribution": list(result.level_distribution),
        "anchors": [{"level": index, "text": both(text)} for index, text in enumerate(competency.anchors, start=1)],
        "indicators": [
            {
                "id": indicator.id,
                "text": both(indicator.text),
                "marker": indicator.marker,
                "quoted": indicator.id in shown,
            }
            for indicator in competency.indicators
        ],
        "evidence": [_evidence(evidence) for evidence in result.evidence],
        "not_shown": list(result.not_shown),
        "markers": [{"indicator": indicator, "detected": detected} for indicator, detected in result.markers],
        "reasons": [reason_object(reason) for reason in result.reasons],
        "delivery_measures": [
            {
                "cue": measure.cue,
                "low": measure.low,
                "high": measure.high,
                "falloff": measure.falloff,
                "weight": measure.weight,
                "language": measure.language,
            }
            for measure in competency.delivery
        ],
    }


def _evidence(evidence: Evidence) -> Document:
    return {
        "answer": evidence.question_id,
        "quote": evidence.quote,
        "char_start": evidence.char_start,
        "start_s": None if evidence.start_s is None else number(evidence.start_s, 3),
        "end_s": None if evidence.end_s is None else number(evidence.end_s, 3),
        "indicator": evidence.indicator,
        "polarity": evidence.polarity,
        "strength": number(evidence.strength, 4),
        "why": list(evidence.why),
    }


def _answer(answer: AnswerAssessment, kit: Kit) -> Document:
    frames = [_frame(frame) for frame in answer.frames]
    return {
        "question": answer.question_id,
        "question_text": both(kit.question(answer.question_id).text),
        "mode": answer.mode,
        "source": printable(answer.source),
        "source_start_s": number(answer.source_start_s, 3),
        "duration_s": number(answer.duration_s, 3),
        "status": answer.status,
        "reason": _reason(answer.reason),
        "transcript": None if answer.transcript is None else _transcript(answer.transcript),
        "speech": None if answer.speech is None else _speech(answer.speech),
        "visual": None if answer.visual is None else _visual(answer.visual, frames),
        "frames": frames,
        "integrity": [_signal(signal) for signal in answer.signals],
        "stage_seconds": _seconds(answer.stage_seconds),
    }


def _frame(frame: StoredFrame) -> Document:
    return {"time_s": number(frame.time_s, 3), "path": frame.path}


def _signal(signal: Signal) -> Document:
    return {**reason_object(signal.reason), "spans": _spans(signal.spans)}


def _spans(spans: tuple[Span, ...]) -> list[Document]:
    return [{"start_s": number(span.start_s, 3), "end_s": number(span.end_s, 3)} for span in spans]


def _word(word: Word) -> Document:
    return {
        "text": word.text,
        "start_s": number(word.start_s, 3),
        "end_s": number(word.end_s, 3),
        "probability": number(word.probability, 4),
    }


def _segment(segment: Segment) -> Document:
    return {
        "text": segment.text,
        "start_s": number(segment.start_s, 3),
        "end_s": number(segment.end_s, 3),
        "average_log_probability": number(segment.average_log_probability, 4),
        "no_speech_probability": number(segment.no_speech_probability, 4),
    }


def _transcript(transcript: Transcript) -> Document:
    return {
        "language": transcript.language,
        "language_probability": number(transcript.language_probability, 4),
        "confidence": number(transcript.confidence, 4),
        "reason": _reason(transcript.reason),
        "text": transcript.text,
        "text_digits": transcript.text_digits,
        "segments": [_segment(segment) for segment in transcript.segments],
        "words": [_word(word) for word in transcript.words],
        "dropped": [{**_segment(segment), "reason": reason_object(reason)} for segment, reason in transcript.dropped],
    }


def _speech(speech: SpeechCues) -> Document:
    pitch, loudness = speech.pitch, speech.loudness
    return {
        "unit": speech.unit,
        "units": speech.units,
        "speech_rate_per_min": number(speech.speech_rate_per_min, 2),
        "articulation_rate_per_min": number(speech.articulation_rate_per_min, 2),
        "overall_rate_per_min": number(speech.overall_rate_per_min, 2),
        "speech_band": speech.speech_band,
        "speaking_spans": _spans(speech.speaking_spans),
        "pauses": _spans(speech.pauses),
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
            "track": _track(pitch.track),
        },
        "loudness": None
        if loudness is None
        else {
            "median_db": number(loudness.median_db, 2),
            "range_db": number(loudness.range_db, 2),
            "track": _track(loudness.track),
        },
    }


def _track(track: tuple[tuple[float, float], ...]) -> list[list[float]]:
    return [[number(time_s, 3), number(value, 2)] for time_s, value in track]


def _visual(visual: VisualCues, frames: list[Document]) -> Document:
    return {
        "sampled_frames": visual.sampled_frames,
        "frames_per_second": number(visual.frames_per_second, 2),
        "face_present_share": number(visual.face_present_share, 4),
        "face_absent_spans": _spans(visual.face_absent_spans),
        "faces_max": visual.faces_max,
        "many_faces_spans": _spans(visual.many_faces_spans),
        "head_pose": None if visual.head_pose is None else _head_pose(visual.head_pose),
        "eye_contact_proxy_share": _optional(visual.eye_contact_proxy_share, 4),
        "off_camera_spans": _spans(visual.off_camera_spans),
        "nods_per_min": _optional(visual.nods_per_min),
        "shakes_per_min": _optional(visual.shakes_per_min),
        "blinks_per_min": _optional(visual.blinks_per_min),
        "smile_share": number(visual.smile_share, 4),
        "hands_visible_share": number(visual.hands_visible_share, 4),
        "hands_visible_spans": _spans(visual.hands_visible_spans),
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


def _seconds(seconds: Mapping[str, float]) -> Document:
    return {stage: number(value, 3) for stage, value in seconds.items()}


def _provenance(provenance: Provenance) -> Document:
    return {
        "engine_version": provenance.engine_version,
        "scorer": provenance.scorer,
        "kit_sha256": provenance.kit_sha256,
        "models": [{"name": model.name, "sha256": model.sha256} for model in provenance.models],
        "device": provenance.device,
        "settings": {key: provenance.settings[key] for key in sorted(provenance.settings)},
        "stage_seconds": _seconds(provenance.stage_seconds),
        "created_at": provenance.created_at,
    }
