"""The report as a document: the JSON of docs/report.schema.json, in a fixed key order and with stated rounding.

Times are rounded to milliseconds, scores, shares and probabilities to four decimals, angles, pitch and loudness to two.
Everything a reader needs is resolved here (names, anchors, indicator texts, sentences of reasons), so that the pages
are drawn from the document alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from interview_engine.assessment.comparing.match import MatchRow, match_rows
from interview_engine.assessment.delivery.scorer import DeliveryAnswer, delivery_findings
from interview_engine.assessment.delivery.signals import Signal
from interview_engine.assessment.kits.kit import Competency, Kit
from interview_engine.assessment.policy import POLICIES
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.report import SCHEMA, AnswerAssessment, InterviewReport, Provenance, StoredFrame
from interview_engine.assessment.scoring import CompetencyResult, Evidence, Overall, Score
from interview_engine.assessment.transcript import Segment, Transcript, Word
from interview_engine.errors import ReportError
from interview_engine.i18n import Text, msg
from pipelines.reports.cues_document import (
    Document,
    number,
    read_speech,
    read_visual,
    spans_object,
    speech_object,
    visual_object,
)
from pipelines.reports.quoting import unsure_of

SCALE = 10
"""Scores are on 0..SCALE."""

GENERATOR_LABEL = msg(
    "This report was produced with the help of AI: quotes are the candidate's own words, "
    "scores and remarks come from a program, and a person decides."
)
"""Visible and in the files' metadata, as the Chinese labelling measures of 2025-09-01 ask for generated text."""


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
    answers = [answer_object(answer, kit) for answer in report.answers]
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
            _competency(kit.competency(result.competency_id), result, points[result.competency_id], answers)
            for result in results
        ],
        "answers": answers,
        "provenance": _provenance(report.provenance),
        "generated_by_ai": {"label": both(GENERATOR_LABEL), "producer": f"interview-engine {_version(report)}"},
    }


def both(text: Text) -> Document:
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
        msg("The report was made with kit {made}, but {given} was given.", made=made, given=given),
        msg("Use the kit file that the report was made with."),
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
        _rounded_score(result.beside),
    )


def _rounded_overall(overall: Overall) -> Overall:
    match = None if overall.match_percent is None else number(overall.match_percent, 4)
    return replace(
        overall,
        match_percent=match,
        score=_rounded_score(overall.score),
        assessed_weight=number(overall.assessed_weight, 4),
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
        "match_low": None if overall.match_band is None else number(overall.match_band[0], 4),
        "match_high": None if overall.match_band is None else number(overall.match_band[1], 4),
        "measure": overall.measure,
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


def _competency(competency: Competency, result: CompetencyResult, row: MatchRow, answers: list[Document]) -> Document:
    level = None if result.score is None else number(result.score.level, 4)
    transcripts = {answer["question"]: answer["transcript"] for answer in answers}
    shown = {evidence.indicator for evidence in result.evidence if evidence.polarity == "for"}
    against = {evidence.indicator for evidence in result.evidence if evidence.polarity == "against"}
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
        **({} if result.beside is None else {"beside": _score(result.beside)}),
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
        "counter_indicators": [
            {"id": one.id, "text": both(one.text), "grave": one.grave, "quoted": one.id in against}
            for one in competency.counter_indicators
        ],
        "evidence": [_evidence(evidence, transcripts.get(evidence.question_id)) for evidence in result.evidence],
        "not_shown": list(result.not_shown),
        "markers": [{"indicator": indicator, "detected": detected} for indicator, detected in result.markers],
        "reasons": [reason_object(reason) for reason in result.reasons],
        "delivery_measures": [] if result.score is None else _delivery_measures(competency, answers),
    }


def _delivery_measures(competency: Competency, answers: list[Document]) -> list[Document]:
    """The formula of a delivery competency with what was measured, from the numbers as they are written down."""
    measured: list[DeliveryAnswer] = [
        (
            None if answer["speech"] is None else read_speech(answer["speech"]),
            None if answer["visual"] is None else read_visual(answer["visual"]),
            answer["transcript"]["language"],
        )
        for answer in answers
        if answer["transcript"] is not None and answer["transcript"]["reason"] is None
    ]
    return [
        {
            "cue": finding.measure.cue,
            "low": finding.measure.low,
            "high": finding.measure.high,
            "falloff": finding.measure.falloff,
            "weight": finding.measure.weight,
            "language": finding.measure.language,
            "value": None if finding.value is None else number(finding.value, 4),
            "share": None if finding.share is None else number(finding.share, 4),
            "answers": finding.answers,
        }
        for finding in delivery_findings(competency, measured)
    ]


def _evidence(evidence: Evidence, transcript: Document | None) -> Document:
    told = {
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
    return {**told, "unsure": unsure_of(told, transcript)}


def answer_object(answer: AnswerAssessment, kit: Kit) -> Document:
    """One measured answer; also kept by itself before its interview is scored."""
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
        "speech": None if answer.speech is None else speech_object(answer.speech),
        "visual": None if answer.visual is None else visual_object(answer.visual, frames),
        "frames": frames,
        "integrity": [_signal(signal) for signal in answer.signals],
        "stage_seconds": _seconds(answer.stage_seconds),
        "stage_cpu_seconds": _seconds(answer.stage_cpu_seconds),
    }


def _frame(frame: StoredFrame) -> Document:
    return {"time_s": number(frame.time_s, 3), "path": frame.path}


def _signal(signal: Signal) -> Document:
    return {**reason_object(signal.reason), "spans": spans_object(signal.spans)}


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
        **({} if transcript.recognised is None else {"recognised": transcript.recognised}),
        "segments": [_segment(segment) for segment in transcript.segments],
        "words": [_word(word) for word in transcript.words],
        "dropped": [{**_segment(segment), "reason": reason_object(reason)} for segment, reason in transcript.dropped],
    }


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
        "stage_cpu_seconds": _seconds(provenance.stage_cpu_seconds),
        "created_at": provenance.created_at,
    }
