"""A7: hands by our own steps around the networks are those of MediaPipe's Hand Landmarker in IMAGE mode."""

import os
from pathlib import Path

import numpy as np
import pytest

from models.vision.hands import hands_seen
from models.vision.load import load_hands
from models.vision.networks.hands import _same
from models.weights.registry import WeightStore, default_root
from pipelines.media.ingest import grab_frames

CLIPS = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[4] / "shared" / "data")) / "B_video"
PLACES = {
    "webcam_noaudio_1.webm": (42.5, 43.0, 44.0, 45.0, 45.5, 46.0),
    "latentsync_demo1.mp4": (0.4, 1.0, 1.5, 2.3, 3.0, 4.0),
    "googlework_short.mp4": (21.0, 25.0, 26.0, 27.0),
    "hdtf_aoc.mp4": (1.0, 3.0),
}
"""Recordings and seconds with one hand, with two, and (the last) with none."""

needs_models = pytest.mark.skipif(
    not (default_root() / "hand-landmarker").is_dir(),
    reason="the weights are not here (interview-engine models pull)",
)
needs_clips = pytest.mark.skipif(not CLIPS.is_dir(), reason="the test recordings (SHARED_DATA) are not here")
pytestmark = pytest.mark.xdist_group("watch")


@pytest.fixture(scope="module")
def hands():
    return load_hands(WeightStore(default_root()))


@needs_models
@needs_clips
def test_hands_are_those_of_mediapipe(hands):
    reference = load_hands(WeightStore(default_root()), "mediapipe")
    compared, worst = 0, 0.0
    for clip, times in PLACES.items():
        pictures = [frame.rgb for frame in grab_frames(CLIPS / clip, list(times), height=360)]
        for rgb, ours in zip(pictures, hands.landmarks(pictures), strict=True):
            theirs = reference.landmarks(rgb)
            assert len(ours) == len(theirs), clip
            worst = max([worst, *(np.abs(one - other).max() for one, other in zip(ours, theirs, strict=True))])
            compared += len(ours)
            for seen, wanted in zip(hands.find([rgb])[0], reference.find([rgb])[0], strict=True):
                assert (seen.x, seen.y) == pytest.approx((wanted.x, wanted.y), abs=1e-3)
    reference.close()
    print(compared, worst)
    assert compared >= 12
    assert worst <= 0.3


@needs_models
@needs_clips
def test_a_picture_gives_the_same_hands_alone_in_a_batch_and_again(hands):
    pictures = [frame.rgb for frame in grab_frames(CLIPS / "latentsync_demo1.mp4", [0.4, 1.0], height=360)]
    together = hands.find(pictures)
    assert any(together)
    assert [hands.find([rgb])[0] for rgb in pictures] == together
    assert load_hands(WeightStore(default_root())).find(pictures) == together


@needs_models
def test_no_picture_no_hand(hands):
    assert hands.find([]) == []
    assert hands.find([np.full((180, 320, 3), 90, dtype=np.uint8)]) == [()]


def test_two_findings_of_one_hand_are_one_and_two_hands_are_two():
    hand = np.random.default_rng(1).uniform(0, 50, (21, 2))
    assert _same(hand, hand + 1.0)
    assert not _same(hand, hand + 60.0)
    half = hand.copy()
    half[:12] += 40.0
    assert not _same(hand, half)


def test_a_hand_is_the_middle_of_its_palm_in_picture_heights_from_left_to_right():
    left, right = np.full((21, 2), 50.0), np.full((21, 2), 150.0)
    right[[4, 8, 12, 16, 20]] = 10.0
    found = hands_seen([right, left], 100)
    assert [(hand.x, hand.y) for hand in found] == [(0.5, 0.5), (1.5, 1.5)]
