"""The report document: lossless, schema-valid, in a fixed order, with every text a reader needs (rows A8, A13, A15)."""

from __future__ import annotations

import json
import string
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import report_samples as samples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interview_engine.assessment.delivery.signals import Signal
from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.delivery.speech_cues import FilledPause, Loudness, Pitch, SpeechCues
from interview_engine.assessment.delivery.visual_cues import HeadPose, VisualCues
from interview_engine.assessment.evidence import level
from interview_engine.assessment.policy import POLICIES
from interview_engine.assessment.reasons import SENTENCES, Reason
from interview_engine.assessment.report import AnswerAssessment, InterviewReport, ModelUsed, Provenance, StoredFrame
from interview_engine.assessment.scoring import CompetencyResult, Evidence, Overall, Score, overall
from interview_engine.assessment.transcript import Segment, Transcript, Word
from interview_engine.errors import ReportError
from pipelines.reports import report
from pipelines.reports.cues_document import number
from pipelines.reports.document import printable
from pipelines.reports.reading import dump, schema
from pipelines.reports.texts import TEXTS, WHY, next_step

DOCS = Path(__file__).parents[3] / "docs"


# Values as a document holds them: rounded, so that nothing is lost on the way.


def decimals(places: int, low: float = 0.0, high: float = 100.0) -> st.SearchStrategy[float]:
    unit = 10**places
    return st.integers(round(low * unit), round(high * unit)).map(lambda count: count / unit + 0.0)


seconds, shares = decimals(3, 0, 900), decimals(4, 0, 1)
texts = st.text(st.characters(codec="utf-8"), max_size=20)
spans = st.lists(st.builds(lambda a, b: Span(min(a, b), max(a, b)), seconds, seconds), max_size=3).map(tuple)
words = st.builds(Word, texts, seconds, seconds, shares)
segments = st.builds(Segment, texts, seconds, seconds, decimals(4, -5, 0), shares)
tracks = st.lists(st.tuples(seconds, decimals(2, -80, 400)), max_size=4).map(tuple)


def a_reason(code: str) -> Reason:
    both = SENTENCES[code].zh + SENTENCES[code].en
    return Reason(code, {name: "1" for _, name, _, _ in string.Formatter().parse(both) if name})


reasons = st.sampled_from(sorted(SENTENCES)).map(a_reason)
signals = st.builds(Signal, reasons, spans)


def tuples(of: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:  # type: ignore[type-arg]
    return st.lists(of, max_size=most).map(tuple)


transcripts = st.builds(
    Transcript,
    st.sampled_from(["zh", "en", "und"]),
    shares,
    shares,
    texts,
    texts,
    tuples(segments),
    tuples(words),
    st.none() | reasons,
    tuples(st.tuples(segments, reasons), 2),
)
speech = st.builds(
    SpeechCues,
    unit=st.sampled_from(["characters", "words"]),
    units=st.integers(0, 900),
    speech_rate_per_min=decimals(2, 0, 600),
    articulation_rate_per_min=decimals(2, 0, 600),
    overall_rate_per_min=decimals(2, 0, 600),
    speaking_spans=spans,
    pauses=spans,
    pause_share=shares,
    time_to_first_word_s=seconds,
    longest_monologue_s=seconds,
    speech_band=st.sampled_from(["unhurried", "conversational", "fast"]),
    filled_pauses=tuples(st.builds(FilledPause, texts, seconds, seconds)),
    pitch=st.none() | st.builds(Pitch, decimals(2, 1, 500), decimals(2), tracks),
    loudness=st.none() | st.builds(Loudness, decimals(2, -80, 0), decimals(2), tracks),
)
angles = decimals(2, -90, 90)
rates = st.none() | decimals(2)
visual = st.builds(
    VisualCues,
    sampled_frames=st.integers(0, 9000),
    frames_per_second=decimals(2, 0, 30),
    face_present_share=shares,
    face_absent_spans=spans,
    faces_max=st.integers(0, 4),
    many_faces_spans=spans,
    head_pose=st.none() | st.builds(HeadPose, angles, angles, angles, angles, angles, angles),
    eye_contact_proxy_share=shares,
    off_camera_spans=spans,
    nods_per_min=rates,
    shakes_per_min=rates,
    blinks_per_min=rates,
    smile_share=shares,
    hands_visible_share=shares,
    hands_visible_spans=spans,
    gestures_per_min=rates,
    gesture_amplitude=rates,
    lean=st.none() | decimals(4, 0, 1),
)
stages = st.dictionaries(st.sampled_from(["ingest", "watch", "transcribe"]), seconds)


@st.composite
def answers(draw: st.DrawFn, question: str) -> AnswerAssessment:
    return AnswerAssessment(
        question,
        draw(st.sampled_from(["video", "voice", "text"])),
        draw(texts),
        draw(seconds),
        draw(seconds),
        draw(st.sampled_from(["assessed", "partial", "cannot_assess"])),
        draw(st.none() | reasons),
        draw(st.none() | transcripts),
        draw(st.none() | speech),
        draw(st.none() | visual),
        draw(tuples(st.builds(StoredFrame, seconds, st.sampled_from(["frames/a.jpg", "frames/b 2.jpg"])), 2)),
        draw(tuples(signals, 2)),
        draw(stages),
    )


@st.composite
def results(draw: st.DrawFn, identity: str) -> CompetencyResult:
    if draw(st.booleans()):
        return replace(samples.not_shown(identity), reason=draw(reasons), reasons=draw(tuples(reasons, 2)))
    low, value, high = sorted(draw(st.tuples(decimals(4, 0, 10), decimals(4, 0, 10), decimals(4, 0, 10))))
    evidence = st.builds(
        Evidence,
        st.sampled_from(["q1", "q2", "q3"]),
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
        st.integers(0, 5000),
        st.none() | seconds,
        st.none() | seconds,
        st.none() | st.sampled_from(["confirms-understanding", "adapts"]),
        st.sampled_from(["for", "against"]),
        shares,
        tuples(st.sampled_from(sorted(WHY))),
    )
    return CompetencyResult(
        identity,
        "assessed",
        Score(value, low, high),
        draw(st.sampled_from([(), (0.0, 0.1, 0.2, 0.3, 0.4)])),
        draw(tuples(evidence, 2)),
        draw(st.sampled_from([(), ("adapts",)])),
        draw(st.sampled_from([(), (("marker-numbers", True),)])),
        draw(st.none() | reasons),
        draw(tuples(reasons, 2)),
        identity == "presence",
    )


@st.composite
def reports(draw: st.DrawFn) -> InterviewReport:
    found = tuple(draw(results(competency.id)) for competency in samples.KIT.competencies)
    total = overall(samples.KIT, found, len(samples.KIT.questions))
    score = total.score
    rounded = Overall(
        total.status,
        None if total.match_percent is None else round(total.match_percent, 4) + 0.0,
        None if score is None else Score(*(round(part, 4) + 0.0 for part in (score.value, score.low, score.high))),
        round(total.assessed_weight, 4) + 0.0,
        total.reason,
        None
        if total.match_band is None
        else (round(total.match_band[0], 4) + 0.0, round(total.match_band[1], 4) + 0.0),
    )
    setting = st.one_of(st.booleans(), st.integers(-9, 9), decimals(2), texts)
    return InterviewReport(
        draw(texts.filter(bool)),
        draw(texts),
        draw(st.booleans()),
        samples.KIT.id,
        samples.KIT.version,
        draw(st.sampled_from(["zh", "en"])),
        draw(st.sampled_from([*sorted(POLICIES), "another-market"])),
        rounded,
        found,
        tuple(draw(answers(question.id)) for question in samples.KIT.questions),
        draw(tuples(reasons, 2)),
        Provenance(
            draw(texts),
            draw(texts),
            samples.KIT_SHA256,
            draw(tuples(st.builds(ModelUsed, texts, texts), 2)),
            draw(texts),
            draw(st.dictionaries(texts, setting, max_size=3)),
            draw(stages),
            draw(texts),
        ),
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(reports())
def test_the_document_loses_nothing_and_is_valid(given_report: InterviewReport) -> None:
    document = report.to_document(given_report, samples.KIT)
    report.validate(document)
    read_back = json.loads(dump(document))
    assert read_back == document
    assert report.from_document(read_back) == given_report
    assert report.to_document(report.from_document(read_back), samples.KIT) == document


@pytest.mark.parametrize("make", [samples.strong, samples.english, samples.unassessable])
def test_writing_what_was_read_changes_no_byte(make: object) -> None:
    assert callable(make)
    text = dump(report.to_document(make(), samples.KIT))
    again = dump(report.to_document(report.from_document(json.loads(text)), samples.KIT))
    assert again == text


def test_the_published_schema_is_the_one_that_is_checked() -> None:
    published = json.loads((DOCS / "report.schema.json").read_text(encoding="utf-8"))
    assert published == schema()
    jsonschema.Draft202012Validator.check_schema(published)


@pytest.fixture(scope="module")
def strong() -> dict[str, Any]:
    """The document of the strong sample."""
    return report.to_document(samples.strong(), samples.KIT)


def test_a_document_names_its_format_and_its_interview(strong: dict[str, Any]) -> None:
    assert strong["schema"] == "interview-report/2"
    assert {"id", "candidate", "kit", "policy"} <= strong["interview"].keys()
    assert {"id", "version", "language"} <= strong["interview"]["kit"].keys()


def test_a_document_has_a_total_with_its_interval_and_scale(strong: dict[str, Any]) -> None:
    assert {"status", "match_percent", "score"} <= strong["overall"].keys()
    assert strong["overall"]["score"].keys() == {"value", "low", "high", "scale"}


def test_a_document_has_each_competency_with_its_evidence(strong: dict[str, Any]) -> None:
    competency = strong["competencies"][0]
    assert {
        "id", "name", "kind", "weight", "required_level", "status", "reason", "score", "level", "evidence", "not_shown",
    } <= competency.keys()  # fmt: skip
    assert {"answer", "quote", "start_s", "end_s", "indicator", "polarity"} <= competency["evidence"][0].keys()


def test_a_document_has_each_answer_with_its_words(strong: dict[str, Any]) -> None:
    answer = strong["answers"][0]
    assert {
        "question", "mode", "status", "reason", "duration_s", "transcript", "speech", "visual", "integrity",
    } <= answer.keys()  # fmt: skip
    assert {"language", "confidence", "text", "segments", "words"} <= answer["transcript"].keys()
    assert answer["transcript"]["words"][0].keys() == {"text", "start_s", "end_s", "probability"}


def test_a_document_has_the_cues_of_speech_and_picture(strong: dict[str, Any]) -> None:
    answer = strong["answers"][0]
    assert {
        "unit", "speech_rate_per_min", "articulation_rate_per_min", "pauses", "pause_share", "filled_pauses", "pitch",
        "loudness",
    } <= answer["speech"].keys()  # fmt: skip
    assert {
        "face_present_share", "face_absent_spans", "faces_max", "eye_contact_proxy_share", "head_pose", "nods_per_min",
        "blinks_per_min", "smile_share", "hands_visible_share", "gestures_per_min", "frames",
    } <= answer["visual"].keys()  # fmt: skip


def test_a_document_says_what_computed_it(strong: dict[str, Any]) -> None:
    assert {"engine_version", "kit_sha256", "models", "device", "settings"} <= strong["provenance"].keys()


def test_a8_communication_is_8_2_and_the_match_91_percent() -> None:
    document = report.to_document(samples.strong(), samples.KIT)
    communication = document["competencies"][0]
    assert communication["name"]["zh"] == "沟通能力"
    assert communication["score"]["value"] == 8.2
    assert communication["level"] == 4.28
    assert communication["nearest_anchor"] == 4
    assert f"{document['overall']['match_percent']:.0f}" == "91"


def test_a28_an_earlier_report_is_read_as_it_was_meant() -> None:
    """interview-report/1: no band of the match, no counter-indicators, fulfilment/1 = min(1, level / required)."""
    document = report.to_document(samples.strong(), samples.KIT)
    document["schema"] = "interview-report/1"
    for name in ("match_low", "match_high", "measure"):
        del document["overall"][name]
    for competency in document["competencies"]:
        del competency["counter_indicators"]
    for row in document["overall"]["match_rows"]:
        row["ratio"] = min(1.0, row["level"] / row["required_level"])
    report.validate(document)
    read = report.from_document(document)
    assert (read.overall.measure, read.overall.match_band) == ("fulfilment/1", None)
    assert next(row["ratio"] for row in document["overall"]["match_rows"]) == 1.0


def test_a13_the_rows_of_the_document_sum_to_its_match_percentage() -> None:
    for make in (samples.strong, samples.english):
        total = report.to_document(make(), samples.KIT)["overall"]
        points = [Decimal(repr(row["points"])) for row in total["match_rows"] if row["points"] is not None]
        assert sum(points) == Decimal(repr(total["match_percent"]))


def test_a15_every_quote_is_a_verbatim_span_of_the_transcript_it_names() -> None:
    document = report.to_document(samples.strong(), samples.KIT)
    spoken = {answer["question"]: answer["transcript"] for answer in document["answers"]}
    for competency in document["competencies"]:
        for quote in competency["evidence"]:
            text = spoken[quote["answer"]]["text"]
            assert text[quote["char_start"] : quote["char_start"] + len(quote["quote"])] == quote["quote"]


def test_reasons_stand_beside_their_codes_in_both_languages() -> None:
    document = report.to_document(samples.unassessable(), samples.KIT)
    assert document["answers"][0]["reason"] == {
        "code": "transcript.low_confidence",
        "detail": {"confidence": "0.41"},
        "text": {
            "zh": "识别可信度 0.41 太低，请听原音。",
            "en": "Recognition confidence 0.41 is too low; please listen to the recording.",
        },
    }


def test_a_report_of_another_kit_file_is_refused() -> None:
    with pytest.raises(ReportError) as caught:
        report.to_document(samples.strong(), replace(samples.KIT, sha256="00" * 32))
    assert caught.value.code == "report.other_kit"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_never_written(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        number(value, 3)


def test_negative_zero_is_written_as_zero() -> None:
    assert repr(number(-0.00001, 4)) == "0.0"


def test_a_file_name_that_is_no_utf8_can_still_be_written() -> None:
    assert printable("答案\udcff.mp4") == "答案\\xff.mp4"


def test_an_invalid_document_is_refused_with_the_field_that_is_wrong() -> None:
    document = report.to_document(samples.strong(), samples.KIT)
    document["overall"]["match_percent"] = 191
    with pytest.raises(ReportError) as caught:
        report.validate(document)
    assert caught.value.code == "report.invalid"
    assert "overall/match_percent" in caught.value.message.zh
    assert "191" in caught.value.message.en


def test_a_report_file_that_is_not_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text('{"schema"', encoding="utf-8")
    with pytest.raises(ReportError) as caught:
        report.read(path)
    assert caught.value.code == "report.unreadable"


def test_every_text_has_both_languages_and_the_same_placeholders() -> None:
    for text in (*TEXTS.values(), *WHY.values()):
        assert text.zh.strip()
        assert text.en.strip()
        fields = [
            sorted(name for _, name, _, _ in string.Formatter().parse(side) if name) for side in (text.zh, text.en)
        ]
        assert fields[0] == fields[1]


def test_every_reason_says_what_to_do_and_every_cue_of_a_quote_has_a_name() -> None:
    without = {code.partition(".")[0] for code in SENTENCES if next_step(code) is None}
    assert without <= {"reference"}, "remarks that call for nothing"
    assert set(level.CATEGORIES) | {"indicator"} <= WHY.keys()
