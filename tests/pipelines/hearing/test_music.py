"""Music is told from noise by tones that are held and end (A6): a hiss is never called music."""

from __future__ import annotations

import numpy as np
import pytest

from bench.backgrounds import MUSIC, NOISES, made
from interview_engine.assessment.delivery.spans import Span, total_s
from interview_engine.assessment.media import SAMPLE_RATE, as_integers
from pipelines.hearing.activity import Activity, levelled
from pipelines.hearing.background import kinds_of_background
from pipelines.hearing.music import MUSICAL_SHARE, music_of, tone_shares
from pipelines.hearing.periodicity import periodicity

SECONDS = 8.0
WHOLE = (Span(0.0, SECONDS),)
PAUSES = tuple(Span(start_s, start_s + 0.7) for start_s in (0.2, 1.7, 3.2, 4.7, 6.2))


def sound(kind: str, seed: int = 0) -> np.ndarray:
    return as_integers(made((NOISES | MUSIC)[kind], seed, SECONDS).astype(np.float32))


@pytest.mark.parametrize("spans", [WHOLE, PAUSES], ids=["a whole stretch", "pauses of a speaker"])
@pytest.mark.parametrize("kind", NOISES)
def test_no_noise_is_music(kind: str, spans: tuple[Span, ...]) -> None:
    for seed in range(2):
        music, noise = music_of(sound(kind, seed), spans)
        assert music == ()
        assert total_s(noise) == pytest.approx(total_s(spans))


@pytest.mark.parametrize("spans", [WHOLE, PAUSES], ids=["a whole stretch", "pauses of a speaker"])
@pytest.mark.parametrize("kind", MUSIC)
def test_music_is_music(kind: str, spans: tuple[Span, ...]) -> None:
    for seed in range(2):
        music, noise = music_of(sound(kind, seed), spans)
        assert noise == ()
        assert total_s(music) == pytest.approx(total_s(spans))


def test_music_over_a_hissing_tape_is_music() -> None:
    mixed = as_integers((made(MUSIC["piano"], 1, SECONDS) + made(NOISES["tape hiss"], 1, SECONDS)).astype(np.float32))
    assert music_of(mixed, WHOLE)[1] == ()


def test_music_that_ends_is_told_from_the_noise_behind_it() -> None:
    half = int(SECONDS / 2) * SAMPLE_RATE
    both = np.concatenate([sound("strings")[:half], sound("white noise")[half:]])
    assert music_of(both, WHOLE) == ((Span(0.0, 4.0),), (Span(4.0, 8.0),))


def test_a_tone_that_never_ends_is_a_hum_and_no_music() -> None:
    times = np.arange(int(SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    chord = sum(np.sin(2 * np.pi * hertz * times) for hertz in (220.0, 277.2, 329.6))
    assert music_of(as_integers((0.1 * chord).astype(np.float32)), WHOLE)[0] == ()


def test_stretches_that_are_too_short_are_what_the_others_are() -> None:
    tail = Span(7.6, 7.9)
    assert tone_shares(sound("piano"), [tail]) == [None]
    assert music_of(sound("piano"), (Span(0.0, 4.0), tail))[0] == (Span(0.0, 4.0), tail)
    assert music_of(sound("fan"), (Span(0.0, 4.0), tail))[1] == (Span(0.0, 4.0), tail)
    assert music_of(sound("piano"), ()) == ((), ())
    assert music_of(np.zeros(int(SECONDS * SAMPLE_RATE), np.int16), WHOLE) == ((), WHOLE)
    assert 0.0 < MUSICAL_SHARE < 1.0


def heard(samples: np.ndarray) -> Activity:
    return Activity((), samples, levelled(samples)[1], periodicity(np.zeros(0, np.float32)))


@pytest.mark.parametrize(("kind", "which"), [("guitar", 0), ("tape hiss", 1)])
def test_a_recording_without_a_voice_has_its_background_named(kind: str, which: int) -> None:
    found = kinds_of_background(heard(sound(kind)))
    assert total_s(found[which]) > SECONDS - 1.5
    assert found[1 - which] == ()
    assert kinds_of_background(heard((sound(kind) // 64).astype(np.int16))) == ((), ())
