"""A7: the steps around the face networks, each on made-up numbers: anchors, blending, camera, regions, tiles."""

import math

import numpy as np
import pytest
from turned_heads import turned

from models.vision.detection_anchors import anchor_centres, detections
from models.vision.face import head_angles, tiles
from models.vision.face_geometry import CanonicalFace, face_matrices, read_canonical_face
from models.vision.picture_regions import Region


def test_the_face_detectors_anchors_lie_in_the_middles_of_its_cells():
    """16 x 16 cells with two anchors, then 8 x 8 with six: the 896 of the BlazeFace paper."""
    anchors = anchor_centres(128, (8, 16, 16, 16))
    assert anchors.shape == (896, 2)
    assert anchors[0] == pytest.approx((1 / 32, 1 / 32))
    assert anchors[2] == pytest.approx((3 / 32, 1 / 32))
    assert anchors[511] == pytest.approx((31 / 32, 31 / 32))
    assert anchors[517] == pytest.approx((1 / 16, 1 / 16))
    assert anchors[518] == pytest.approx((3 / 16, 1 / 16))
    assert len(anchor_centres(192, (8, 16, 16, 16))) == 2016
    assert len(anchor_centres(224, (8, 16, 32, 32, 32))) == 2254


def test_overlapping_detections_become_their_mean_by_score_and_others_stay():
    anchors = np.full((4, 2), 0.5)
    numbers = np.zeros((4, 6), dtype=np.float32)
    numbers[:, 2:4] = 20.0
    numbers[1, :2] = 4.0
    numbers[2, :2] = -40.0
    scores = np.array([[0.0], [np.log(3.0)], [2.0], [-1.0]], dtype=np.float32)
    alone, pair = detections(numbers, scores, anchors, 100, 0.5)
    assert alone.score == pytest.approx(1 / (1 + math.exp(-2.0)))
    assert alone.box == pytest.approx((0.0, 0.0, 0.2, 0.2))
    assert pair.score == pytest.approx(0.75)
    middle = 0.5 + 0.04 * 0.75 / 1.25
    assert pair.box == pytest.approx((middle - 0.1, middle - 0.1, middle + 0.1, middle + 0.1))
    assert pair.points == pytest.approx(np.full((1, 2), 0.5))
    assert detections(numbers, scores - 10, anchors, 100, 0.5) == []


def canonical() -> CanonicalFace:
    spread = np.random.default_rng(3).normal(size=(40, 3)) * (5.0, 6.0, 3.0)
    return CanonicalFace(spread, np.linspace(0.1, 1.0, 40))


@pytest.mark.parametrize("angles", [(0, 0, 0), (30, 10, -20), (-40, -15, 5)])
def test_a_head_seen_by_the_camera_has_the_angles_it_was_turned_by(angles):
    """The face, turned and set 40 cm away, is projected as the module's camera does; its matrix comes back."""
    face = canonical()
    matrix = turned(*angles, scale=1.0)
    placed = face.points @ matrix[:3, :3].T + (2.0, -1.0, -40.0)
    near = 2 * math.tan(math.radians(63.0) / 2)
    away = -placed[:, 2]
    shares = np.stack(
        [0.5 + placed[:, 0] / away / near, 0.5 - placed[:, 1] / away / near, (away - away.mean()) / 40 / near], axis=1
    )
    found = face_matrices(shares[np.newaxis], face)[0]
    assert head_angles(found) == pytest.approx(angles, abs=0.5)
    assert found[:3, 3] == pytest.approx((2.0, -1.0, -40.0), abs=1.0)


@pytest.mark.parametrize("data", [b"", b"\x0a\x05abc", b"\x0b\x00", bytes(range(200))])
def test_other_bytes_are_no_canonical_face(data):
    with pytest.raises(ValueError, match=r"canonical face|cut off|wire type|weight"):
        read_canonical_face(data)


def test_a_point_of_a_turned_region_comes_back_to_the_picture():
    region = Region(100.0, 50.0, 40.0, 20.0, math.pi / 2)
    corners = region.points(np.array([(0.5, 0.5), (1.0, 0.5), (0.5, 1.0)]))
    assert corners == pytest.approx(np.array([(100, 50), (100, 70), (90, 50)]))
    assert region.points(np.array([(0.5, 0.5, 0.25)]))[0] == pytest.approx((100, 50, 10))
    moved = region.grown(2.0, shift_down=-0.5, square=True)
    assert (moved.x, moved.y, moved.width, moved.height) == pytest.approx((110.0, 50.0, 80.0, 80.0))


@pytest.mark.parametrize(("height", "width"), [(360, 640), (640, 360), (240, 320), (100, 1000)])
def test_tiles_cover_the_picture_and_hold_every_small_face_whole(height, width):
    """Any square of a sixth of the shorter side, and a margin for the detector, lies in one tile of half of it."""
    laid = list(tiles(height, width, 0.5))
    face = min(height, width) / 6 * 1.15
    for x in np.linspace(0, width - face, 37):
        for y in np.linspace(0, height - face, 23):
            assert any(
                left <= x and x + face <= left + side and top <= y and y + face <= top + side
                for left, top, side in laid
            )
