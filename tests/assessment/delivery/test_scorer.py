"""Delivery by its stated formula over measured cues (A11): full inside the band, linear outside, no guess."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.delivery.scorer import (
    BAND_FLOOR,
    DeliveryAnswer,
    delivery_findings,
    score_delivery,
    share_of,
)
from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.delivery.speech_cues import FilledPause, Loudness, Pitch, SpeechCues
from interview_engine.assessment.delivery.visual_cues import VisualCues
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import Competency, DeliveryMeasure
from interview_engine.assessment.scoring import Score
from interview_engine.i18n import LocalizedText

RATE = DeliveryMeasure("speech_rate_per_min", 120.0, 180.0, 60.0, 60.0)
PAUSES = DeliveryMeasure("pause_share", 0.1, 0.3, 0.1, 40.0)


def speech(rate: float = 150.0, pause_share: float = 0.2, speaking_s: float = 60.0) -> SpeechCues:
    return SpeechCues(
        unit="words",
        units=100,
        speech_rate_per_min=rate,
        articulation_rate_per_min=rate,
        overall_rate_per_min=rate,
        speaking_spans=(Span(0.0, speaking_s),),
        pauses=(),
        pause_share=pause_share,
        time_to_first_word_s=0.0,
        longest_monologue_s=speaking_s,
        speech_band="conversational",
        filled_pauses=(FilledPause("um", 1.0, 1.3), FilledPause("uh", 2.0, 2.3)),
        pitch=Pitch(180.0, 4.0, ()),
        loudness=Loudness(-25.0, 12.0, ()),
    )


def visual(hands: float = 0.5, face: float = 1.0) -> VisualCues:
    return VisualCues(
        sampled_frames=300,
        frames_per_second=5.0,
        face_present_share=face,
        face_absent_spans=(),
        faces_max=1,
        many_faces_spans=(),
        head_pose=None,
        eye_contact_proxy_share=0.8,
        off_camera_spans=(),
        nods_per_min=None,
        shakes_per_min=None,
        blinks_per_min=None,
        smile_share=0.1,
        hands_visible_share=hands,
        hands_visible_spans=(),
        gestures_per_min=None,
        gesture_amplitude=None,
        lean=None,
    )


def competency(*measures: DeliveryMeasure) -> Competency:
    text = LocalizedText("表达", "Delivery")
    return Competency("delivery", "role", text, text, 10.0, 3.0, (), (text,) * 5, measures)


def value(*answers: DeliveryAnswer, measures: tuple[DeliveryMeasure, ...] = (RATE, PAUSES)) -> Score:
    result = score_delivery(competency(*measures), answers)
    assert result.score is not None
    return result.score


def test_everything_inside_the_bands_is_full_marks() -> None:
    assert value((speech(), None, "en")).value == 10.0


def test_outside_a_band_the_marks_fall_in_a_straight_line() -> None:
    """210 is half of the fall-off above 180: half of 60 %, and pauses in full: 7 of 10."""
    assert value((speech(rate=210.0), None, "en")).value == pytest.approx(7.0)
    assert value((speech(rate=90.0), None, "en")).value == pytest.approx(7.0)
    assert value((speech(rate=400.0), None, "en")).value == pytest.approx(4.0)
    assert value((speech(rate=400.0, pause_share=0.9), None, "en")).value == 0.0


def test_a_measure_that_could_not_be_taken_is_left_out_not_counted_as_nothing() -> None:
    hands = DeliveryMeasure("hands_visible_share", 0.2, 1.0, 0.2, 50.0)
    rate = replace(RATE, weight=50.0)
    voice_only = value((speech(), None, "en"), measures=(rate, hands))
    assert voice_only.value == 10.0
    findings = delivery_findings(competency(rate, hands), [(speech(), None, "en")])
    assert [(finding.value, finding.points) for finding in findings] == [(150.0, 10.0), (None, 0.0)]


def test_without_any_recording_it_cannot_be_assessed() -> None:
    for answers in ([], [(None, None, "zh")], [(speech(speaking_s=1.0), None, "en")]):
        result = score_delivery(competency(RATE, PAUSES), answers)
        assert (result.status, result.score, result.level_distribution) == ("cannot_assess", None, ())
        assert result.reason is not None
        assert result.reason.code == "competency.no_recording"
        assert result.is_delivery


def test_a_language_has_its_own_rate() -> None:
    english, mandarin = replace(RATE, language="en"), replace(RATE, low=200.0, high=260.0, language="zh")
    both = (english, mandarin, PAUSES)
    assert value((speech(rate=150.0), None, "en"), measures=both).value == 10.0
    assert value((speech(rate=230.0), None, "zh"), measures=both).value == 10.0
    findings = delivery_findings(competency(*both), [(speech(), None, "en")])
    assert [finding.measure for finding in findings] == [english, PAUSES]
    assert sum(finding.points for finding in findings) == pytest.approx(10.0)


def test_policy_without_voice_cues_leaves_pitch_and_loudness_out() -> None:
    pitch = DeliveryMeasure("pitch_interquartile_semitones", 2.5, 9.0, 2.5, 40.0)
    quiet = replace(speech(), pitch=None, loudness=None)
    findings = delivery_findings(competency(RATE, pitch), [(quiet, None, "en")])
    assert findings[1].value is None
    assert findings[0].points == 10.0


def test_no_face_gives_no_face_measure() -> None:
    contact = DeliveryMeasure("eye_contact_proxy_share", 0.5, 1.0, 0.3, 100.0)
    assert score_delivery(competency(contact), [(None, visual(face=0.05), "en")]).status == "cannot_assess"
    assert value((None, visual(), "en"), measures=(contact,)).value == 10.0


def test_filled_pauses_are_counted_a_minute_of_the_answer() -> None:
    fillers = DeliveryMeasure("filled_pauses_per_min", 0.0, 1.0, 2.0, 100.0)
    finding = delivery_findings(competency(fillers), [(speech(speaking_s=60.0), None, "en")])[0]
    assert finding.value == pytest.approx(2.0)
    assert finding.share == pytest.approx(0.5)


def test_the_band_widens_with_the_spread_between_answers_and_never_vanishes() -> None:
    steady = value((speech(), None, "en"), (speech(), None, "en"))
    mixed = value((speech(rate=230.0), None, "en"), (speech(), None, "en"))
    assert (steady.low, steady.high) == (10.0 - BAND_FLOOR, 10.0)
    assert mixed.high - mixed.low > 2 * BAND_FLOOR


def test_answers_weigh_as_long_as_they_were_spoken() -> None:
    long_good, short_bad = (speech(speaking_s=90.0), None, "en"), (speech(rate=400.0, speaking_s=10.0), None, "en")
    finding = delivery_findings(competency(RATE), [long_good, short_bad])[0]
    assert finding.share == pytest.approx(0.9)
    assert finding.answers == 2


def test_the_shipped_teacher_kit_can_be_scored_in_both_languages() -> None:
    kit = load_kit(shipped_kits()["online-teacher"])
    delivery = next(competency for competency in kit.competencies if competency.is_delivery)
    for language, rate in (("zh", 200.0), ("en", 150.0)):
        result = score_delivery(delivery, [(speech(rate=rate), visual(), language)])
        assert result.status == "assessed"


@given(st.floats(-1e3, 1e3), st.floats(0, 100), st.floats(0, 100), st.floats(0.01, 100))
def test_a_share_is_between_nothing_and_all_and_falls_with_distance(
    at: float, low: float, width: float, falloff: float
) -> None:
    measure = DeliveryMeasure("pause_share", low, low + width, falloff, 100.0)
    share = share_of(measure, at)
    assert 0.0 <= share <= 1.0
    middle = low + width / 2
    assert share_of(measure, middle + 1.1 * (at - middle)) <= share + 1e-9


answers_ = st.lists(
    st.builds(
        lambda rate, share, length, language: (speech(rate, share, length), None, language),
        st.floats(20, 500),
        st.floats(0, 0.95),
        st.floats(0.5, 200),
        st.sampled_from(["zh", "en"]),
    ),
    max_size=6,
)


@given(answers_, st.randoms())
def test_any_answers_give_a_score_inside_its_band_whatever_their_order(
    answers: list[DeliveryAnswer], random: object
) -> None:
    result = score_delivery(competency(RATE, PAUSES), answers)
    shuffled = list(answers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert score_delivery(competency(RATE, PAUSES), shuffled) == result
    findings = delivery_findings(competency(RATE, PAUSES), answers)
    if result.score is None:
        assert all(finding.value is None for finding in findings)
        return
    assert 0.0 <= result.score.low <= result.score.value <= result.score.high <= 10.0
    assert sum(finding.points for finding in findings) == pytest.approx(result.score.value)
    assert sum(result.level_distribution) == pytest.approx(1.0)
    mean = np.dot(result.level_distribution, (1, 2, 3, 4, 5))
    assert mean == pytest.approx(result.score.level, abs=1e-3)
