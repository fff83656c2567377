"""A7: faces, gaze, head and hands become cues by stated rules, described and never judged."""

import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seen import face, seen

from interview_engine.assessment.delivery.movement_rules import swings
from interview_engine.assessment.delivery.observations import Box, Observation, PoseSeen
from interview_engine.assessment.delivery.visual_rules import summarise, visual_signals


def times(seconds: float, rate: float = 5.0) -> list[float]:
    return [index / rate for index in range(round(seconds * rate))]


def breath(time_s: float) -> float:
    """The tenths of a degree by which nobody's head is still; only a photograph's is."""
    return 0.2 * (round(time_s * 5) % 2)


def nodding(count: int, rate: float, hertz: float = 1.0, degrees: float = 8.0, angle: str = "pitch"):
    """Rest, `count` full swings, rest."""
    rows = []
    for time_s in times(count / hertz + 12, rate):
        phase = (time_s - 5.0) * hertz
        swing = -degrees * (1 - math.cos(2 * math.pi * phase)) / 2 if 0 <= phase < count else 0.0
        rows.append(seen(time_s, face(**{angle: 5.0 + swing})))
    return rows


def test_no_observations_give_no_cues():
    assert summarise([]) is None


@pytest.fixture(scope="module")
def still():
    """Somebody who sits still and looks ahead for 20 s."""
    return summarise([seen(time_s) for time_s in times(20)])


def test_a_still_person_who_looks_ahead_is_one_face_that_is_always_there(still):
    assert still.face_present_share == 1.0
    assert still.face_absent_spans == ()
    assert still.faces_max == 1
    assert still.eye_contact_proxy_share == 1.0
    assert still.off_camera_spans == ()


def test_a_still_person_moves_neither_head_nor_face(still):
    assert (still.nods_per_min, still.shakes_per_min) == (0.0, 0.0)
    assert still.smile_share == 0.0
    assert still.head_pose.yaw_median == 3.0
    assert still.head_pose.yaw_iqr == 0.0


def test_a_still_person_neither_leans_nor_shows_hands(still):
    assert still.lean == 0.0
    assert still.hands_visible_share == 0.0


def test_blinks_are_not_counted_at_five_frames_a_second(still):
    assert still.frames_per_second == pytest.approx(5.0)
    assert still.blinks_per_min is None


def test_a_still_person_gives_no_integrity_signal():
    assert visual_signals(summarise([seen(t, face(roll=breath(t))) for t in times(20)])) == ()


def test_without_a_face_all_face_measures_are_empty():
    cues = summarise([seen(time_s, None, pose=None) for time_s in times(20)])
    assert cues.face_present_share == 0.0
    assert [(span.start_s, span.end_s) for span in cues.face_absent_spans] == [(0.0, pytest.approx(20.0))]
    assert cues.head_pose is None
    assert cues.eye_contact_proxy_share is None
    assert (cues.nods_per_min, cues.shakes_per_min, cues.lean, cues.gestures_per_min) == (None, None, None, None)
    assert [signal.reason.code for signal in visual_signals(cues)] == ["integrity.no_face"]


def test_absence_and_company_have_spans():
    rows = [
        seen(t, None if 4 <= t < 6 else face(roll=breath(t)), faces=0 if 4 <= t < 6 else 2 if 10 <= t < 12 else 1)
        for t in times(20)
    ]
    cues = summarise(rows)
    assert [(s.start_s, s.end_s) for s in cues.face_absent_spans] == [(4.0, pytest.approx(6.0))]
    assert [(s.start_s, s.end_s) for s in cues.many_faces_spans] == [(10.0, pytest.approx(12.0))]
    assert cues.faces_max == 2
    signal = visual_signals(cues)[0]
    assert signal.reason.code == "integrity.second_face"
    assert "10.0–12.0 s" in signal.reason.text("zh")
    assert signal.spans == cues.many_faces_spans


@pytest.mark.parametrize("rate", [5.0, 15.0])
@pytest.mark.parametrize("count", [0, 1, 6])
def test_nods_are_counted(rate, count):
    cues = summarise(nodding(count, rate))
    assert cues.nods_per_min * (count + 12) / 60 == pytest.approx(count, abs=0.1)
    assert cues.shakes_per_min == 0.0


@pytest.mark.parametrize("rate", [5.0, 15.0])
def test_shakes_are_counted_and_a_glance_aside_is_none(rate):
    cues = summarise(nodding(4, rate, degrees=12, angle="yaw"))
    assert cues.shakes_per_min * 16 / 60 == pytest.approx(4, abs=0.1)
    assert cues.nods_per_min == 0.0
    glance = summarise(nodding(1, rate, degrees=20, angle="yaw"))
    assert glance.shakes_per_min == 0.0


def test_slow_and_small_head_movements_are_neither():
    assert summarise(nodding(3, 5.0, hertz=0.2, degrees=20)).nods_per_min == 0.0
    assert summarise(nodding(6, 5.0, degrees=3)).nods_per_min == 0.0


def test_a_cut_to_another_person_is_no_movement():
    elsewhere = face(pitch=-30.0, box=Box(0.0, 0.0, 0.1, 0.2))
    rows = [seen(t, elsewhere if int(t * 5) % 4 == 2 else face()) for t in times(20)]
    assert summarise(rows).nods_per_min == 0.0


def test_rates_a_minute_need_ten_seconds():
    cues = summarise([seen(time_s, hands=((0.3, 0.8),)) for time_s in times(9.8)])
    assert (cues.nods_per_min, cues.shakes_per_min, cues.gestures_per_min) == (None, None, None)
    cues = summarise([seen(time_s, hands=((0.3, 0.8),)) for time_s in times(10)])
    assert (cues.nods_per_min, cues.shakes_per_min, cues.gestures_per_min) == (0.0, 0.0, 0.0)


def test_one_frame_a_second_is_too_slow_to_count():
    cues = summarise([seen(float(time_s)) for time_s in range(60)])
    assert (cues.nods_per_min, cues.shakes_per_min, cues.blinks_per_min) == (None, None, None)
    assert cues.face_present_share == 1.0


@pytest.mark.parametrize("level", [0.05, 0.4])
def test_blinks_are_counted_over_the_persons_own_level_at_fifteen_frames_a_second(level):
    rows = [
        seen(t, face(eyes_shut=level + (0.45 if any(b <= t < b + 0.2 for b in (2, 5, 9, 14)) else 0.0)))
        for t in times(20, 15)
    ]
    cues = summarise(rows)
    assert cues.blinks_per_min == pytest.approx(4 * 3)
    assert cues.eye_contact_proxy_share == 1.0


def test_eyes_shut_for_a_second_are_no_blink_and_off_camera():
    rows = [seen(t, face(eyes_shut=0.9 if 5 <= t < 6 else 0.1)) for t in times(20, 15)]
    cues = summarise(rows)
    assert cues.blinks_per_min == 0.0
    assert [(s.start_s, s.end_s) for s in cues.off_camera_spans] == [(5.0, pytest.approx(6.0, abs=0.07))]


def test_looking_aside_with_head_or_eyes_is_off_camera_and_turning_the_head_alone_is_not():
    aside = summarise([seen(t, face(yaw=30.0 if 5 <= t < 8 else 3.0)) for t in times(20)])
    assert [(s.start_s, s.end_s) for s in aside.off_camera_spans] == [(5.0, pytest.approx(8.0))]
    assert aside.eye_contact_proxy_share == pytest.approx(0.85)
    down = summarise([seen(t, face(eye_up=-1.0 if 5 <= t < 8 else -0.1)) for t in times(20)])
    assert len(down.off_camera_spans) == 1
    held = summarise(
        [seen(t, face(yaw=23.0 if 5 <= t < 8 else 3.0, eye_left=-0.7 if 5 <= t < 8 else 0.1)) for t in times(20)]
    )
    assert held.off_camera_spans == ()


def test_a_glance_under_half_a_second_is_no_span():
    cues = summarise([seen(t, face(yaw=40.0 if t in (5.0, 5.2) else 3.0)) for t in times(20)])
    assert cues.off_camera_spans == ()
    assert cues.eye_contact_proxy_share == pytest.approx(0.98)


def test_a_face_too_small_for_its_eyes_has_no_eye_contact_measure():
    cues = summarise([seen(t, face(width_px=40.0)) for t in times(20)])
    assert cues.eye_contact_proxy_share is None
    assert cues.off_camera_spans == ()
    assert summarise([seen(t) for t in times(1)]).eye_contact_proxy_share is None


def test_smiles_are_over_the_persons_own_baseline():
    assert summarise([seen(t, face(smile=0.7 if t >= 5 else 0.1)) for t in times(20)]).smile_share == pytest.approx(
        0.75
    )
    assert summarise([seen(t, face(smile=0.2)) for t in times(20)]).smile_share == 0.0
    assert summarise([seen(t, face(smile=0.8)) for t in times(20)]).smile_share == 1.0


@pytest.mark.parametrize("rate", [5.0, 15.0])
def test_the_spread_lips_of_a_vowel_are_no_smile(rate):
    rows = [seen(t, face(smile=0.75 if t % 1.0 < 0.4 else 0.05)) for t in times(20, rate)]
    assert summarise(rows).smile_share == 0.0


def test_corners_that_are_hardly_raised_are_no_smile():
    assert summarise([seen(t, face(smile=0.42 if t >= 5 else 0.05)) for t in times(20)]).smile_share == 0.0


def test_without_a_face_there_is_no_share_of_smiles():
    assert summarise([seen(t, None) for t in times(20)]).smile_share is None


def test_behind_a_mask_smiles_are_not_measured_and_the_reader_is_told():
    cues = summarise([seen(t, face(lips=0.001, smile=0.9)) for t in times(20)])
    assert cues.smile_share is None
    signal = next(one for one in visual_signals(cues) if one.reason.code == "quality.mouth_covered")
    assert [(span.start_s, span.end_s) for span in signal.spans] == [(0.0, pytest.approx(20.0))]


def test_a_hand_before_the_mouth_takes_only_its_own_time_out_of_the_share():
    rows = [seen(t, face(lips=0.0 if 4 <= t < 8 else 0.2, smile=0.9 if t < 10 else 0.1)) for t in times(20)]
    cues = summarise(rows)
    assert cues.smile_share == pytest.approx(6 / 16)
    assert [(span.start_s, span.end_s) for span in cues.mouth_covered_spans] == [(4.0, pytest.approx(8.0))]


@pytest.mark.parametrize(
    "changed", [{"lips": None}, {"lips": 0.0, "width_px": 40.0}], ids=["a grey picture", "a small face"]
)
def test_a_mouth_that_cannot_be_judged_is_not_called_covered(changed):
    assert summarise([seen(t, face(**changed)) for t in times(20)]).mouth_covered_spans == ()


def test_a_hand_that_passes_is_no_cover():
    rows = [seen(t, face(lips=0.0 if t % 4 < 0.7 else 0.2)) for t in times(20)]
    assert summarise(rows).mouth_covered_spans == ()


def waving(reach: float, moves: int) -> list[Observation]:
    """A hand that rests, then goes there and back `moves` times in steps of a fifth of a second."""
    rows = []
    for index, time_s in enumerate(times(20)):
        step = index - 25
        there = step >= 0 and step < 4 * moves and step % 4 in (1, 2)
        rows.append(seen(time_s, hands=((0.5 + (reach if there else 0.0), 0.8),)))
    return rows


def test_hand_strokes_are_counted_and_measured_in_shoulder_widths():
    cues = summarise(waving(0.2, 5))
    assert cues.gestures_per_min == pytest.approx(10 * 3)
    assert cues.gesture_amplitude == pytest.approx(0.4)
    assert cues.hands_visible_share == 1.0
    assert [(s.start_s, s.end_s) for s in cues.hands_visible_spans] == [(0.0, pytest.approx(20.0))]
    still = summarise(waving(0.05, 5))
    assert (still.gestures_per_min, still.gesture_amplitude) == (0.0, None)


def test_two_hands_that_cross_samples_keep_their_identity():
    rows = [seen(t, hands=((0.3, 0.8), (0.7, 0.8))) for t in times(20)]
    assert summarise(rows).gestures_per_min == 0.0


def test_without_shoulders_there_is_no_scale_for_gestures():
    rows = [seen(t, hands=((0.3 + 0.2 * (int(t * 5) % 2), 0.8),), pose=PoseSeen(None, True)) for t in times(20)]
    cues = summarise(rows)
    assert (cues.gestures_per_min, cues.gesture_amplitude, cues.lean) == (None, None, None)
    assert cues.hands_visible_share == 1.0


def test_lean_is_the_spread_of_shoulder_width():
    rows = [seen(t, pose=PoseSeen(0.5 if t < 10 else 0.6, False)) for t in times(20)]
    assert summarise(rows).lean == pytest.approx(0.1 / 0.55)


def test_nods_that_hang_on_the_size_of_a_movement_are_not_counted():
    small, large = nodding(4, 5.0, degrees=5.4), nodding(4, 5.0, degrees=12.0)
    assert summarise(small).nods_per_min is None
    assert summarise(large).nods_per_min is not None
    assert summarise(nodding(1, 5.0, degrees=5.4)).nods_per_min is not None, "one more or less is no matter"


def test_a_face_in_few_pictures_has_no_movements():
    rows = [seen(t, face() if t < 15 else None) for t in times(40)]
    cues = summarise(rows)
    assert (cues.nods_per_min, cues.shakes_per_min) == (None, None)


def test_a_reading_pattern_needs_long_repeated_looks_away():
    def looking_away(*spans: tuple[float, float]):
        yaws = [30.0 if any(a <= t < b for a, b in spans) else 0.0 for t in times(30)]
        return summarise([seen(t, face(yaw=yaw, roll=breath(t))) for t, yaw in zip(times(30), yaws, strict=True)])

    codes = [signal.reason.code for signal in visual_signals(looking_away((5, 9), (15, 19)))]
    assert codes == ["integrity.reading_pattern"]
    assert visual_signals(looking_away((5, 13))) == ()
    assert visual_signals(looking_away((5, 7), (15, 17))) == ()
    assert visual_signals(looking_away(*((a, a + 1.0) for a in range(2, 28, 3)))) == ()


def test_swings_are_the_zigzag_of_the_series():
    import numpy as np

    found = swings(np.arange(8) / 5, np.array([0.0, 1.0, 0.0, -7.0, -6.0, 2.0, 3.0, -9.0]))
    assert [round(swing.change) for swing in found] == [-8, 10, -12]


FACES = st.builds(
    face,
    yaw=st.floats(-90, 90),
    pitch=st.floats(-90, 90),
    roll=st.floats(-90, 90),
    eye_left=st.floats(-1, 1),
    eye_up=st.floats(-1, 1),
    eyes_shut=st.floats(0, 1),
    smile=st.floats(0, 1),
    width_px=st.floats(5, 400),
)
HANDS = st.lists(st.tuples(st.floats(0, 2), st.floats(0, 1)), max_size=2).map(tuple)


@st.composite
def streams(draw):
    gaps = draw(st.lists(st.floats(0.01, 3.0), min_size=1, max_size=60))
    time_s, rows = draw(st.floats(0, 5)), []
    for gap in gaps:
        who = draw(st.none() | FACES)
        shoulders = draw(st.none() | st.floats(0.05, 2.0))
        pose = draw(st.sampled_from([None, PoseSeen(shoulders, True)]))
        extra = draw(st.integers(0, 2))
        rows.append(seen(time_s, who, faces=0 if who is None else 1 + extra, hands=draw(HANDS), pose=pose))
        time_s += gap
    return rows


@settings(max_examples=60, deadline=None)
@given(streams())
def test_whatever_is_seen_the_cues_keep_their_ranges(rows):
    cues = summarise(rows)
    for share in (cues.face_present_share, cues.smile_share, cues.hands_visible_share, cues.eye_contact_proxy_share):
        assert share is None or 0.0 <= share <= 1.0
    for rate in (cues.nods_per_min, cues.shakes_per_min, cues.blinks_per_min, cues.gestures_per_min, cues.lean):
        assert rate is None or (rate >= 0.0 and math.isfinite(rate))
    for spans in (cues.face_absent_spans, cues.many_faces_spans, cues.off_camera_spans, cues.hands_visible_spans):
        assert all(span.start_s < span.end_s for span in spans)
        assert all(before.end_s <= after.start_s + 1e-9 for before, after in itertools.pairwise(spans))
    assert cues.sampled_frames == len(rows)
    assert summarise(rows) == cues
    for signal in visual_signals(cues):
        assert signal.reason.text("zh")


@settings(max_examples=40, deadline=None)
@given(st.floats(-40, 40), st.floats(-40, 40), st.integers(0, 1000))
def test_the_proxy_compares_people_with_themselves(yaw, pitch, seed):
    chance = random.Random(seed)
    offsets = [(chance.gauss(0, 12), chance.gauss(0, 8)) for _ in times(20)]

    def person(base_yaw, base_pitch):
        return summarise(
            [
                seen(t, face(yaw=base_yaw + left, pitch=base_pitch + up))
                for t, (left, up) in zip(times(20), offsets, strict=True)
            ]
        )

    here, there = person(0.0, 0.0), person(yaw, pitch)
    assert there.eye_contact_proxy_share == pytest.approx(here.eye_contact_proxy_share, abs=0.02)
