"""How the vision benchmark counts: labels by half seconds, hands matched one to one, faces apart in pixels."""

from collections import defaultdict

import pytest
from seen import face

from bench.vision import LABELS, _face_gaps, _hand_gaps, f1, read_labels
from interview_engine.assessment.delivery.observations import Box, HandSeen


def test_labels_are_read_by_half_seconds():
    found = read_labels(LABELS)["webcam_noaudio_1.webm"]
    assert found["hands"][87] == "1"
    assert found["hands"][91] == "-"
    assert 86 not in found["hands"]
    assert max(found["judged"]) == 106


def test_f1_is_one_where_there_was_nothing_to_find():
    assert f1(0, 0, 0) == 1.0
    assert f1(8, 2, 2) == pytest.approx(0.8)
    assert f1(0, 1, 1) == 0.0


def test_hands_are_matched_one_to_one_to_the_nearest():
    counts = {"both": 0, "ours": 0, "theirs": 0}
    ours = (HandSeen(0.2, 0.5), HandSeen(0.9, 0.5), HandSeen(1.5, 0.5))
    theirs = (HandSeen(0.91, 0.5), HandSeen(0.2, 0.52))
    assert sorted(_hand_gaps(counts, ours, theirs)) == pytest.approx([0.01, 0.02])
    assert counts == {"both": 2, "ours": 1, "theirs": 0}
    assert list(_hand_gaps(counts, (), theirs)) == []
    assert counts["theirs"] == 2


def test_faces_apart_are_measured_at_their_furthest_edge_in_pixels():
    gaps = defaultdict(list)
    one, other = face(box=Box(0.4, 0.3, 0.6, 0.7)), face(box=Box(0.41, 0.3, 0.6, 0.72))
    _face_gaps(gaps, one, other, height=360, width=640)
    assert gaps["face's outermost landmarks, px"] == pytest.approx([0.02 * 360])
    assert gaps["head angles, degrees"] == [0.0]
