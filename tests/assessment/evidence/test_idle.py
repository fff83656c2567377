"""Sentences that tell nothing of a deed: which are left out, and for what."""

import numpy as np

from interview_engine.assessment.evidence import idle

PRAISE, DEED, PRIVATE = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
MODEL = idle.IdleModel(
    {"text.self_praise": np.array([2.0, 0.0, 0.0, -1.0]), "text.off_topic": np.array([0.0, 0.0, 2.0, -1.0])},
    {
        "en": {"text.self_praise": 0.5, "text.off_topic": 0.5},
        "zh": {"text.self_praise": 1.5, "text.off_topic": 0.5},
    },
)


def test_a_sentence_of_each_kind_is_left_out_for_its_own_reason() -> None:
    found = idle.left_out([None, None, None], np.stack([PRAISE, DEED, PRIVATE]), "en", MODEL)

    assert found == ["text.self_praise", None, "text.off_topic"]


def test_what_was_left_out_before_keeps_its_reason() -> None:
    found = idle.left_out(["text.repetition", None], np.stack([PRAISE, PRAISE]), "en", MODEL)

    assert found == ["text.repetition", "text.self_praise"]


def test_each_language_has_a_cut_of_its_own() -> None:
    assert idle.left_out([None], PRAISE[None], "zh", MODEL) == [None]


def test_no_sentence_is_no_answer() -> None:
    assert idle.left_out([], np.zeros((0, 3)), "en", MODEL) == []


def test_the_probes_that_ship_are_of_the_width_of_a_sentence_vector() -> None:
    shipped = idle.model()

    assert {code: probe.shape for code, probe in shipped.probes.items()} == dict.fromkeys(idle.KINDS, (385,))
    assert set(shipped.cuts) == {"en", "zh"}
