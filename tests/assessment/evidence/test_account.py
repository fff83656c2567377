"""The level of an account is the sum of its parts, and a grave wrong deed limits it (A13, A26)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hashing_embedder import HashingEmbedder

from interview_engine.assessment.evidence import account, deeds
from interview_engine.assessment.evidence.conduct import is_grave
from interview_engine.assessment.evidence.reading import Reading, read
from interview_engine.assessment.evidence.rubric import Encoder, KitIndex, build
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.scoring import AnswerText

TOLD = (
    "A customer complained that her order had not arrived. I checked the order and found the house number was wrong. "
    "Then I shouted at her until she hung up. I wrote the ticket up as solved."
)


@cache
def index() -> KitIndex:
    return build(load_kit(shipped_kits()["customer-service"]), "en", Encoder(HashingEmbedder()))


@cache
def reading() -> Reading:
    return read(AnswerText("q2", "en", TOLD), index(), Encoder(HashingEmbedder()))


def _with(against: tuple[float, float, float], at: int, logit: float) -> Reading:
    """The reading with these chances, sentence `at` having this logit of a wrong deed and the others none."""
    pieces = [
        replace(piece, deed=deeds.Deed(0.1, (logit if place == at else -6.0, -6.0, -6.0)))
        for place, piece in enumerate(reading().pieces)
    ]
    return replace(reading(), pieces=tuple(pieces), against=deeds.Against(against))


@pytest.mark.parametrize("chance", [0.0, 0.4, 1.0])
def test_the_level_is_the_sum_of_its_parts(chance: float) -> None:
    told = _with((chance, 0.0, 0.0), 2, 3.0)
    row = [piece.weight for piece in told.pieces]
    found = account.measure(told, row, 1, account.constants(), deeds.model())
    parts = sum(part.points for part in found.cues) + sum(found.told) + sum(fall for fall, _ in found.against)
    assert found.s == pytest.approx(found.rest + parts)


def test_a_sure_wrong_deed_brings_the_level_down_to_the_floor_however_well_it_is_told() -> None:
    row = [piece.weight for piece in reading().pieces]
    found = account.measure(_with((1.0, 0.0, 0.0), 2, 5.0), row, 4, account.constants(), deeds.model())
    assert found.s <= deeds.model().floor + 1e-9
    assert found.points(2)["wrong_deed"] < 0
    assert "wrong_deed" not in found.points(1)


def test_a_phrase_of_a_grave_counter_indicator_settles_a_likely_wrong_deed_and_never_one_that_is_not() -> None:
    entry = next(one for one in index().competencies if one.competency.id == "complaint-handling")
    assert any(counter.grave for counter in entry.counters)
    shouted = next(place for place, piece in enumerate(reading().pieces) if "shouted" in piece.sentence.text)
    fitted = replace(deeds.model(), grave=0.99)
    assert is_grave(_with((0.6, 0.0, 0.0), shouted, 0.5), entry, fitted)
    assert not is_grave(_with((0.6, 0.0, 0.0), shouted, -3.0), entry, fitted)
    assert not is_grave(_with((0.2, 0.0, 0.0), shouted, 0.5), entry, fitted)


def test_shares_of_sentences_follow_their_words() -> None:
    told = _with((0.0, 0.0, 0.0), 0, -6.0)
    row = [1.0] * len(told.pieces)
    words = np.array([piece.words for piece in told.pieces])
    assert account.points_told(told, row) == pytest.approx(tuple(0.1 * words / words.sum()))
