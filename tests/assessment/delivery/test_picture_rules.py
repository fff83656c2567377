"""Cuts and still pictures, as signals for a person (A7)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from seen import face

from interview_engine.assessment.delivery.observations import Box, Likeness, Observation
from interview_engine.assessment.delivery.picture_rules import face_changes, scene_changes, stands_still
from interview_engine.assessment.delivery.sampling import Timeline
from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.delivery.visual_rules import summarise, visual_signals


def seen(
    count: int, unlike: tuple[int, ...] = (), step: float = 1.0, faces: int = 1, back: tuple[int, ...] = ()
) -> list[Observation]:
    """Pictures, five a second, of a head that turns to and fro by `step` degrees; some unlike the one before, of these
    some like the scene that was left."""
    return [
        Observation(
            index / 5,
            faces,
            replace(face(), yaw=step * (index % 2)) if faces else None,
            (),
            None,
            False,
            Likeness(0.1 if index in unlike else 0.95, 0.9 if index in back else 0.1),
        )
        for index in range(count)
    ]


def codes(rows: list[Observation]) -> list[str]:
    cues = summarise(rows)
    assert cues is not None
    return [signal.reason.code for signal in visual_signals(cues)]


def test_a_cut_to_another_scene_is_a_signal_with_its_place() -> None:
    rows = seen(60, unlike=(25,))
    assert scene_changes(rows) == (Span(4.5, 5.5),)
    assert codes(rows) == ["integrity.scenes"]
    assert codes(seen(60)) == []


def test_a_hand_before_the_camera_is_no_cut() -> None:
    assert scene_changes(seen(60, unlike=(25, 28), back=(28,))) == ()
    assert scene_changes(seen(60, unlike=(25, 26, 30), back=(30,))) == ()
    assert len(scene_changes(seen(100, unlike=(25, 50, 75)))) == 3


def test_two_cuts_soon_after_one_another_are_both_told() -> None:
    assert len(scene_changes(seen(60, unlike=(25, 28)))) == 2


def test_a_cut_soon_after_a_hand_has_passed_is_told() -> None:
    assert scene_changes(seen(60, unlike=(25, 27, 29), back=(27,))) == (Span(5.3, 6.3),)


def test_a_scene_that_returns_later_was_left() -> None:
    assert len(scene_changes(seen(60, unlike=(25, 40), back=(40,)))) == 2


def test_a_photograph_is_a_signal_and_a_person_who_sits_still_is_not() -> None:
    assert codes(seen(60, step=0.02)) == ["integrity.still_picture"]
    assert codes(seen(60, step=0.5)) == []
    assert codes(seen(20, step=0.0)) == []


LOOKS = [np.random.default_rng(seed).integers(-127, 127, 224, dtype=np.int8) for seed in (1, 2)]


def faces(*people: int | None, jolt: int | None = None, elsewhere: int | None = None) -> list[Observation]:
    """Faces five a second, of one person or another or none, each second of whom is one number; a little noise."""
    noise = np.random.default_rng(3)
    rows = []
    for index in range(5 * len(people)):
        person = people[index // 5]
        seen_face = None
        if person is not None:
            look = np.clip(LOOKS[person] * 0.8 + noise.normal(0, 12, 224), -127, 127).astype(np.int8).tobytes()
            seen_face = face(look=look, yaw=float(index % 2))
            if elsewhere is not None and index >= elsewhere:
                seen_face = replace(seen_face, box=Box(0.1, 0.3, 0.3, 0.7))
        likeness = Likeness(0.7 if index == jolt else 1.0, 1.0)
        rows.append(Observation(index / 5, int(person is not None), seen_face, (), None, False, likeness))
    return rows


def changed(rows: list[Observation]) -> list[tuple[float, float]]:
    return [(span.start_s, span.end_s) for span in face_changes(rows, Timeline([row.time_s for row in rows]))]


def test_another_face_after_an_empty_seat_is_a_signal_with_its_place() -> None:
    rows = faces(0, 0, 0, 0, None, 1, 1, 1)
    assert changed(rows) == [(3.8, 5.0)]
    assert "integrity.face_changed" in codes(rows)


def test_who_comes_back_to_the_seat_is_the_same() -> None:
    assert changed(faces(0, 0, 0, 0, None, 0, 0, 0)) == []


def test_two_who_change_places_in_one_jump_of_the_picture_or_of_the_face_are_told() -> None:
    assert len(changed(faces(0, 0, 0, 1, 1, 1, jolt=15))) == 1
    assert len(changed(faces(0, 0, 0, 1, 1, 1, elsewhere=15))) == 1


def test_a_look_that_changes_without_a_break_is_a_hand_before_the_face() -> None:
    assert changed(faces(0, 0, 0, 1, 1, 1)) == []


def test_a_face_seen_for_less_than_a_second_is_not_compared() -> None:
    assert changed(faces(0, 0, 0, None, 1)[:-1]) == []


def test_a_change_of_face_at_a_cut_is_told_as_the_cut() -> None:
    rows = faces(0, 0, 0, 0, 1, 1, 1, 1)
    rows[20] = replace(rows[20], likeness=Likeness(0.1, 1.0))
    assert changed(rows) == []
    assert "integrity.scenes" in codes(rows)


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-40, 40)), min_size=1, max_size=40))
def test_any_pictures_give_spans_in_order(rows: list[tuple[float, float]]) -> None:
    pictures = [
        Observation(index / 5, 1, replace(face(), pitch=pitch), (), None, False, Likeness(likeness, -likeness))
        for index, (likeness, pitch) in enumerate(rows)
    ]
    spans = scene_changes(pictures)
    assert all(0.0 <= span.start_s < span.end_s for span in spans)
    assert [span.start_s for span in spans] == sorted(span.start_s for span in spans)
    still = stands_still(pictures, Timeline([row.time_s for row in pictures]))
    assert not still or np.ptp([pitch for _, pitch in rows]) < 40
