"""Rates and pauses (A5): exact where words and speech are known, and sane for any input."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.delivery.spans import Span, clip, gaps, merge, total_s
from interview_engine.assessment.delivery.speech_cues import SpeechCues
from interview_engine.assessment.delivery.speech_rules import RateBand, RateBands, describe_rate, speech_measures
from interview_engine.assessment.transcript import Word

DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3].parent / "shared" / "data"))


def measure(words: list[Word], speech: list[Span], language: str = "en", duration_s: float | None = None) -> SpeechCues:
    cues = speech_measures(words, speech, language, duration_s=duration_s)
    assert cues is not None
    return cues


@pytest.fixture
def known() -> SpeechCues:
    """Six words in 3 s of speech, with a pause of 1 s (of which 0.5 s counts in the speech rate) and a gap of 0.4 s."""
    words = [Word("w", 1.0 + 0.5 * index, 1.5 + 0.5 * index, 1.0) for index in range(2)]
    words += [Word("w", 3.0 + 0.3 * index, 3.3 + 0.3 * index, 1.0) for index in range(2)]
    words += [Word("w", 4.0 + 0.7 * index, 4.7 + 0.7 * index, 1.0) for index in range(2)]
    return measure(words, [Span(1.0, 2.0), Span(3.0, 3.6), Span(4.0, 5.4)])


def test_a_clip_of_known_words_and_times_gives_its_rates(known: SpeechCues) -> None:
    assert known.units == 6
    assert known.overall_rate_per_min == pytest.approx(60 * 6 / 4.4)
    assert known.speech_rate_per_min == pytest.approx(60 * 6 / (3.4 + 0.5))
    assert known.articulation_rate_per_min == pytest.approx(60 * 6 / 3.0)


def test_a_clip_of_known_words_and_times_gives_its_pauses_and_turns(known: SpeechCues) -> None:
    assert known.pauses == (Span(2.0, 3.0),)
    assert known.pause_share == pytest.approx(1.0 / 4.4)
    assert known.speaking_spans == (Span(1.0, 2.0), Span(3.0, 5.4))
    assert known.longest_monologue_s == pytest.approx(2.4)
    assert known.time_to_first_word_s == 1.0


def recorder_off(*off: Span) -> SpeechCues:
    """Two words, 30.3 s in which nobody speaks, two words; nothing was recorded in the spans given."""
    words = [Word("w", 1.0 + 0.5 * index, 1.5 + 0.5 * index, 1.0) for index in range(2)]
    words += [Word("w", 32.3 + 0.5 * index, 32.8 + 0.5 * index, 1.0) for index in range(2)]
    cues = speech_measures(words, [Span(1.0, 2.0), Span(32.3, 33.3)], "en", unrecorded=off)
    assert cues is not None
    return cues


def test_a_pause_of_the_recorder_is_no_pause_of_the_speaker() -> None:
    cues = recorder_off(Span(2.1, 32.1))
    assert cues.pauses == ()
    assert cues.pause_share == 0.0
    assert cues.overall_rate_per_min == pytest.approx(60 * 4 / 2.3)
    assert cues.speech_rate_per_min == pytest.approx(60 * 4 / 2.3)
    assert cues.speaking_spans == (Span(1.0, 2.1), Span(32.1, 33.3))


def test_what_was_not_recorded_before_the_first_word_is_no_hesitation() -> None:
    late = recorder_off(Span(0.0, 0.75))
    assert late.time_to_first_word_s == pytest.approx(0.25)
    assert late.pauses == (Span(2.0, 32.3),)


def test_a_pace_is_named_from_ten_seconds_of_speech_on() -> None:
    for seconds, band in ((9.9, None), (10.1, "conversational")):
        words = [Word("w", index * seconds / 30, (index + 1) * seconds / 30, 1.0) for index in range(30)]
        assert measure(words, [Span(0.0, seconds)]).speech_band == band


def test_mandarin_counts_characters_and_english_words() -> None:
    assert measure([Word("三百二十", 0.5, 1.5, 1.0)], [Span(0.5, 1.5)], "zh").units == 4
    assert measure([Word("hello", 0.5, 1.5, 1.0)], [Span(0.5, 1.5)]).unit == "words"


def test_silences_come_from_the_sound_not_from_loose_word_times() -> None:
    """A recogniser stretches "and" over a pause; the pause is there all the same."""
    words = [Word("well", 0.0, 0.6, 1.0), Word("and", 0.6, 2.4, 1.0), Word("so", 2.4, 3.0, 1.0)]
    assert measure(words, [Span(0.0, 0.9), Span(2.2, 3.0)]).pauses == (Span(0.9, 2.2),)


def test_the_first_word_begins_where_the_voice_does() -> None:
    words = [Word("so", 0.7, 1.4, 1.0), Word("yes", 1.4, 2.2, 1.0)]
    cues = measure(words, [Span(1.05, 1.9)])
    assert (cues.time_to_first_word_s, cues.speaking_spans[-1].end_s) == (1.05, 1.9)


def test_a_filler_before_the_first_word_is_not_the_first_word() -> None:
    words = [Word("um", 0.2, 0.6, 1.0), Word("yes", 0.65, 1.2, 1.0), Word("uh", 1.25, 1.5, 1.0)]
    cues = measure(words, [Span(0.2, 1.5)])
    assert cues.units == 1
    assert cues.time_to_first_word_s == 0.65
    assert [pause.text for pause in cues.filled_pauses] == ["um", "uh"]


def test_nothing_to_measure_is_none_and_not_zero() -> None:
    speech = [Span(0.0, 1.0)]
    assert speech_measures([], speech, "en") is None
    assert speech_measures([Word("written", 0.0, 0.0, 1.0)], speech, "en") is None
    assert speech_measures([Word("heard", 0.2, 0.6, 1.0)], [], "en") is None
    assert speech_measures([Word("um", 0.2, 0.6, 1.0)], speech, "en") is None
    assert speech_measures([Word("late", 9.0, 9.5, 1.0)], speech, "en", duration_s=1.0) is None
    assert speech_measures([Word("elsewhere", 9.0, 9.5, 1.0)], speech, "en") is None


def test_one_word_has_a_rate_and_no_pause() -> None:
    cues = measure([Word("yes", 0.5, 0.9, 1.0)], [Span(0.5, 0.9)], duration_s=2.0)
    assert (cues.units, cues.pauses, cues.pause_share) == (1, (), 0.0)
    assert cues.speech_rate_per_min == pytest.approx(150.0)


def test_a_word_past_the_end_of_the_sound_is_cut_to_it() -> None:
    words = [Word("one", 0.0, 0.5, 1.0), Word("two", 0.5, 3.0, 1.0), Word("ghost", 2.0, 2.5, 1.0)]
    cues = measure(words, [Span(0.0, 1.0)], duration_s=1.0)
    assert cues.units == 2
    assert cues.speaking_spans == (Span(0.0, 1.0),)


def test_the_convention_names_rates_and_can_be_changed() -> None:
    assert [describe_rate(rate, "zh") for rate in (120, 150, 151, 180, 181)] == [
        "unhurried",
        "unhurried",
        "conversational",
        "conversational",
        "fast",
    ]
    assert [describe_rate(rate, "en") for rate in (140, 190, 230)] == ["unhurried", "conversational", "fast"]
    slow = RateBands(characters=RateBand(60.0, 90.0))
    assert describe_rate(120, "zh", slow) == "fast"


@pytest.mark.parametrize("name", ["acoustic_corpus", "cold_corpus"])
def test_the_aligned_recordings_give_their_own_rates_exactly(name: str) -> None:
    from bench.speech_truths import text_grid_words

    grid = DATA / f"C_audio/mfa/{name}.TextGrid"
    if not grid.is_file():
        pytest.skip("the shared MFA alignments are not here (set SHARED_DATA)")
    words = list(text_grid_words(grid))
    counted = [word for word in words if word.text not in ("um", "uh")]
    first_s, last_s = counted[0].start_s, counted[-1].end_s
    edges = [first_s] + [edge for word in words for edge in (word.start_s, word.end_s)] + [last_s]
    silent = [b - a for a, b in zip(edges[::2], edges[1::2], strict=True) if a >= first_s and b <= last_s]
    cues = measure(words, [Span(word.start_s, word.end_s) for word in words])
    assert cues.units == len(counted)
    shortened = sum(max(0.0, length - 0.5) for length in silent)
    broken = sum(length for length in silent if length > 0.25)
    assert cues.speech_rate_per_min == pytest.approx(60 * len(counted) / (last_s - first_s - shortened))
    assert cues.articulation_rate_per_min == pytest.approx(60 * len(counted) / (last_s - first_s - broken))
    assert cues.overall_rate_per_min == pytest.approx(60 * len(counted) / (last_s - first_s))
    assert len(cues.pauses) == 4


def spoken_with(silences: list[float]) -> SpeechCues:
    """Words of 0.4 s each, a silence between each two."""
    starts = [0.0]
    for silence in silences:
        starts.append(starts[-1] + 0.4 + silence)
    words = [Word("w", start_s, start_s + 0.4, 1.0) for start_s in starts]
    return measure(words, [Span(word.start_s, word.end_s) for word in words])


@given(st.lists(st.floats(0.01, 2.0), min_size=1, max_size=12), st.floats(0.0, 0.1))
def test_a_little_more_silence_moves_the_speech_rate_a_little_and_never_up(
    silences: list[float], more_s: float
) -> None:
    """Longer pauses cannot make anybody speak faster, and no length of silence is a step."""
    before, after = spoken_with(silences), spoken_with([silence + more_s for silence in silences])
    seconds = [60 * cues.units / cues.speech_rate_per_min for cues in (before, after)]
    assert -1e-9 <= seconds[1] - seconds[0] <= more_s * len(silences) + 1e-9


def test_a_pause_just_over_the_limit_counts_like_one_just_under_it() -> None:
    under, over = spoken_with([0.499] * 9), spoken_with([0.501] * 9)
    assert (len(under.pauses), len(over.pauses)) == (0, 9)
    assert over.speech_rate_per_min == pytest.approx(under.speech_rate_per_min, rel=0.002)


times = st.floats(0, 120, allow_nan=False)
spans = st.builds(lambda start_s, length_s: Span(start_s, start_s + length_s), times, st.floats(0, 20))
spoken = st.builds(
    lambda text, start_s, length_s: Word(text, start_s, start_s + length_s, 1.0),
    st.sampled_from(["one", "um", "二十", "嗯", "那个", ",", "25"]),
    times,
    st.floats(0, 5),
)


@given(st.lists(spoken, max_size=20), st.lists(spans, max_size=12), st.sampled_from(["zh", "en"]), times)
def test_any_words_and_spans_give_sane_measures(
    words: list[Word], speech: list[Span], language: str, duration_s: float
) -> None:
    cues = speech_measures(words, speech, language, duration_s=duration_s)
    if cues is None:
        return
    assert cues.units > 0
    assert 0 < cues.overall_rate_per_min <= cues.speech_rate_per_min + 1e-6
    assert cues.speech_rate_per_min <= cues.articulation_rate_per_min + 1e-6
    assert 0.0 <= cues.pause_share < 1.0
    assert 0.0 <= cues.time_to_first_word_s <= duration_s
    assert all(pause.duration_s > 0.5 for pause in cues.pauses)
    assert 0.0 < cues.longest_monologue_s <= total_s(cues.speaking_spans) + 1e-9
    assert cues.speaking_spans[-1].end_s <= duration_s


@given(st.lists(spoken, max_size=10), st.lists(spans, max_size=8), st.randoms())
def test_the_order_of_words_and_spans_plays_no_part(words: list[Word], speech: list[Span], random: object) -> None:
    shuffled, reversed_speech = list(words), speech[::-1]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = speech_measures(words, speech, "en"), speech_measures(shuffled, reversed_speech, "en")
    if one is None or other is None:
        assert one is other
        return
    assert one.speech_rate_per_min == other.speech_rate_per_min
    assert one.pauses == other.pauses


@given(st.lists(spans, max_size=10), spans)
def test_spans_and_gaps_fill_the_extent(some: list[Span], extent: Span) -> None:
    merged = clip(merge(some), extent)
    between = gaps(merged, extent)
    assert total_s(merged) + total_s(between) == pytest.approx(extent.duration_s, abs=1e-9)
    assert list(merged) == sorted(merged)
