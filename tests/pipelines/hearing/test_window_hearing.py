"""A window that echoes, loops, or is heard in part is heard again; in doubt the clearer language stays (A1, A2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scripted_hearing import ScriptedRecogniser, ScriptedVad, codes, hear, say

from interview_engine.assessment.kits.kit import Phrases
from models.speech.recogniser import DecodeRequest, EncodedWindow, Heard, HeardWord
from pipelines.hearing.recogniser_prompt import STYLE
from pipelines.hearing.word_times import MIN_CONFIDENCE


def test_an_echo_of_the_prompt_is_heard_again_without_it() -> None:
    def script(language: str, prompt: str, avoid_repeats: bool) -> Sequence[HeardWord]:
        return say("以下是普通话的句子以下是普通话的句子") if prompt else say("我在前公司负责投诉。")

    transcript = hear(ScriptedRecogniser(script, {"zh": 1.0}))
    assert transcript.text == "我在前公司负责投诉。"
    assert transcript.reason is None


def test_an_echo_that_hides_nothing_clear_is_its_own_reason() -> None:
    def script(language: str, prompt: str, avoid_repeats: bool) -> Sequence[HeardWord]:
        return say(STYLE["zh"] * 2) if prompt else say("某某没法听", MIN_CONFIDENCE - 0.1)

    transcript = hear(ScriptedRecogniser(script, {"zh": 1.0}))
    assert transcript.reason is not None
    assert transcript.reason.code == "transcript.prompt_echo"
    assert transcript.text == ""


def test_an_echo_in_front_of_an_answer_is_dropped_and_the_answer_kept() -> None:
    transcript = hear(
        ScriptedRecogniser(lambda *_: say("以下是普通话的句子。我在前公司负责处理客户的投诉。"), {"zh": 1.0})
    )
    assert transcript.text == "我在前公司负责处理客户的投诉。"
    assert codes(transcript) == ["transcript.prompt_echo"]
    assert transcript.reason is None


def test_an_echo_of_the_vocabulary_is_caught_as_well() -> None:
    vocabulary = Phrases((), ("customer complaint", "refund", "satisfaction score", "escalation"))

    def script(language: str, prompt: str, avoid_repeats: bool) -> Sequence[HeardWord]:
        return say("Customer complaint, refund, satisfaction score, escalation.") if prompt else say("mumble", 0.1)

    transcript = hear(ScriptedRecogniser(script), vocabulary=vocabulary)
    assert transcript.reason is not None
    assert transcript.reason.code == "transcript.prompt_echo"


def test_someone_who_really_says_the_vocabulary_is_kept() -> None:
    vocabulary = Phrases((), ("customer complaint", "refund", "satisfaction score", "escalation"))
    spoken = "Customer complaint, refund, satisfaction score, escalation."
    transcript = hear(ScriptedRecogniser(lambda *_: say(spoken)), vocabulary=vocabulary)
    assert transcript.text == spoken
    assert transcript.reason is None


class Hasty(ScriptedRecogniser):
    """Stops after the first words of a window; `ending` says what it makes of the rest out of the same encoding."""

    def __init__(self, ending: Sequence[HeardWord]) -> None:
        super().__init__(lambda *_: say("I led the team", until_s=3.0))
        self.ending = ending
        self.encoded = 0

    def encode(self, windows: Sequence[NDArray[np.float32]]) -> list[EncodedWindow]:
        self.encoded += len(windows)
        return super().encode(windows)

    def later(self, window: EncodedWindow, from_s: float) -> EncodedWindow | None:
        return EncodedWindow(window.language_probabilities, window.duration_s - from_s, "the end")

    def decode(self, requests: Sequence[DecodeRequest]) -> list[Heard]:
        if requests[0].window.state == "the end":
            return [Heard(tuple(self.ending), -0.2, 0.0)]
        if self.encoded > 1:
            return [Heard(tuple(say("and we delivered", until_s=6.4)), -0.2, 0.0)]
        return super().decode(requests)


def test_what_was_left_out_is_heard_from_the_same_encoding() -> None:
    recogniser = Hasty(say("and we delivered", until_s=6.4))
    transcript = hear(recogniser)
    assert transcript.text == "I led the team and we delivered"
    assert recogniser.encoded == 1
    assert 2.5 < transcript.words[4].start_s < 4.0


def test_a_rest_whose_beginning_is_passed_over_is_encoded_anew() -> None:
    late = [HeardWord(" delivered", 4.0, 5.0, 0.9)]
    recogniser = Hasty(late)
    transcript = hear(recogniser)
    assert transcript.text == "I led the team and we delivered"
    assert recogniser.encoded == 2


LAST = (HeardWord(" and", 6.0, 6.9, 0.9), HeardWord(" then", 7.0, 7.9, 0.9), HeardWord(" sold", 8.0, 9.4, 0.9))


class Skipping(ScriptedRecogniser):
    """Passes over the middle of a window; `again` says what it hears from there."""

    def __init__(self, again: Sequence[HeardWord]) -> None:
        super().__init__(lambda *_: [*say("I led", until_s=2.0), *LAST])
        self.again = again

    def later(self, window: EncodedWindow, from_s: float) -> EncodedWindow | None:
        assert 1.5 < from_s < 2.5
        return EncodedWindow(window.language_probabilities, window.duration_s - from_s, "from there")

    def encode(self, windows: Sequence[NDArray[np.float32]]) -> list[EncodedWindow]:
        return [
            replace(state, state="from there" if state.duration_s < 9.0 else None) for state in super().encode(windows)
        ]

    def decode(self, requests: Sequence[DecodeRequest]) -> list[Heard]:
        if requests[0].window.state == "from there":
            return [Heard(tuple(self.again), -0.2, 0.0)]
        return super().decode(requests)


def test_what_was_passed_over_inside_a_window_is_heard_from_there() -> None:
    transcript = hear(Skipping(say("a team of five people and then sold", until_s=7.5)))
    assert transcript.text == "I led a team of five people and then sold"


def test_a_long_number_whose_end_was_found_too_early_is_not_heard_again() -> None:
    number = HeardWord(" 13740052246", 0.5, 1.2, 0.9)
    after = HeardWord(" called", 2.6, 3.0, 0.9)

    number_said = ScriptedRecogniser(lambda *_: [number, after, *LAST])
    hear(number_said)
    name_said = ScriptedRecogniser(lambda *_: [replace(number, text=" Daniel"), after, *LAST])
    hear(name_said)
    assert len(number_said.calls) < len(name_said.calls)


def test_what_was_heard_after_a_skip_stands_when_no_more_is_heard_from_there() -> None:
    transcript = hear(Skipping([HeardWord(" sold", 6.0, 7.4, 0.9)]))
    assert transcript.text == "I led and then sold"
    transcript = hear(Skipping([]))
    assert transcript.text == "I led and then sold"


def test_a_beginning_that_was_passed_over_is_heard_on_its_own() -> None:
    class Late(ScriptedRecogniser):
        def decode(self, requests: Sequence[DecodeRequest]) -> list[Heard]:
            early = requests[0].window.duration_s < 9.0
            return [Heard(tuple(say("I led a team", until_s=5.6)) if early else LAST, -0.2, 0.0)]

    assert hear(Late(lambda *_: [])).text == "I led a team and then sold"


def test_a_loop_is_heard_again_without_repeats() -> None:
    def script(language: str, prompt: str, avoid_repeats: bool) -> Sequence[HeardWord]:
        return say("I led the team") if avoid_repeats else say("no " * 20)

    recogniser = ScriptedRecogniser(script)
    transcript = hear(recogniser)
    assert transcript.text == "I led the team"
    assert [(bool(prompt), avoid) for _, prompt, avoid in recogniser.calls] == [
        (True, False),
        (True, True),
    ]


def test_an_echo_that_becomes_a_loop_is_heard_three_times_at_most() -> None:
    def script(language: str, prompt: str, avoid_repeats: bool) -> Sequence[HeardWord]:
        if prompt:
            return say("以下是普通话的句子以下是普通话的句子")
        return say("比赛结束了") if avoid_repeats else say("比赛" * 30)

    recogniser = ScriptedRecogniser(script, {"zh": 1.0})
    assert hear(recogniser).text == "比赛结束了"
    assert [(bool(prompt), avoid) for _, prompt, avoid in recogniser.calls] == [
        (True, False),
        (False, False),
        (False, True),
    ]


def test_nothing_is_decoded_twice_in_the_same_way() -> None:
    recogniser = ScriptedRecogniser(lambda *_: say("以下是普通话的句子以下是普通话的句子"), {"zh": 1.0})
    hear(recogniser)
    assert len(recogniser.calls) == len(set(recogniser.calls)) == 2


def test_a_loop_in_one_language_is_not_given_up_for_words_that_hardly_fit_in_the_other() -> None:
    def script(language: str, prompt: str, avoid_repeats: bool) -> Sequence[HeardWord]:
        if language == "zh":
            return say("这就是要扶货的", 0.3)
        return say("It was an awful thing", 0.7) if avoid_repeats else say("car " * 30, 0.9)

    assert hear(ScriptedRecogniser(script, {"zh": 0.6, "en": 0.4})).text == "It was an awful thing"


def test_a_loop_that_stays_unclear_is_its_own_reason() -> None:
    transcript = hear(ScriptedRecogniser(lambda *_: say("yw'n " * 30, 0.3)))
    assert transcript.reason is not None
    assert transcript.reason.code == "transcript.phrase_loop"
    assert "transcript.phrase_loop" in codes(transcript)


def test_a_window_in_doubt_keeps_the_words_that_fit_the_sound_better() -> None:
    def script(language: str, prompt: str, avoid_repeats: bool) -> Sequence[HeardWord]:
        return say("大波卡黑黑色", 0.3) if language == "zh" else say("It was an awful thing", 0.8)

    transcript = hear(ScriptedRecogniser(script, {"zh": 0.6, "en": 0.4}))
    assert transcript.text == "It was an awful thing"
    assert transcript.language == "en"


@pytest.mark.parametrize(("more", "language"), [(0.0001, "en"), (0.01, "en"), (0.03, "zh")])
def test_a_second_language_has_to_be_heard_more_clearly_by_a_margin(more: float, language: str) -> None:
    """Libraries change the last bits of a probability; no verdict hangs on them."""

    def script(spoken: str, prompt: str, avoid_repeats: bool) -> Sequence[HeardWord]:
        return say("大波卡黑黑色", 0.6 + more) if spoken == "zh" else say("It was an awful thing", 0.6)

    assert hear(ScriptedRecogniser(script, {"zh": 0.6, "en": 0.4})).language == language


def test_a_language_that_loops_is_given_up_where_the_other_makes_sound_text() -> None:
    def script(language: str, prompt: str, avoid_repeats: bool) -> Sequence[HeardWord]:
        return say("比赛" * 30, 0.9) if language == "zh" else say("It was an awful thing", 0.6)

    recogniser = ScriptedRecogniser(script, {"zh": 0.6, "en": 0.4})
    transcript = hear(recogniser)
    assert transcript.text == "It was an awful thing"
    assert [language for language, _, _ in recogniser.calls] == ["en", "zh"]


@pytest.mark.parametrize(("mandarin", "first"), [(0.6, "en"), (0.8, "zh")])
@pytest.mark.parametrize(("clarity", "asked"), [(0.7, 1), (0.5, 2)])
def test_the_second_language_is_asked_only_where_the_first_is_unclear(
    mandarin: float, first: str, clarity: float, asked: int
) -> None:
    """Words that fit in both: a translation is often heard more clearly than what was said."""

    def script(language: str, prompt: str, avoid_repeats: bool) -> Sequence[HeardWord]:
        return say("大家好" if language == "zh" else "Hello all", clarity if language == first else 0.9)

    recogniser = ScriptedRecogniser(script, {"zh": mandarin, "en": 1 - mandarin})
    transcript = hear(recogniser)
    assert [language for language, _, _ in recogniser.calls] == [first, "en" if first == "zh" else "zh"][:asked]
    assert (transcript.language == first) == (asked == 1)


def test_speech_after_the_last_word_is_heard_again_on_its_own() -> None:
    """Seen on a clip that changes from Mandarin to English: the decoding stopped at the change."""
    heard = iter([say("大家好", until_s=4.2), say("Hello, my name is Anna.", until_s=5.0)])
    transcript = hear(ScriptedRecogniser(lambda *_: next(heard), {"zh": 1.0}), vad=ScriptedVad((4.0, 5.0)))
    assert transcript.text == "大家好 Hello, my name is Anna."
    assert transcript.words[3].start_s > 4.4


LONG = HeardWord(" because", 2.0, 5.6, 0.3)


class Stretching(ScriptedRecogniser):
    """Gives a clause that it passes over to the word after it; alone it hears the clause and a word on either side."""

    def __init__(self, word: HeardWord) -> None:
        super().__init__(lambda *_: [*say("I led", until_s=2.0), word, *LAST])
        self.asked: list[float] = []

    def decode(self, requests: Sequence[DecodeRequest]) -> list[Heard]:
        self.asked += [request.window.duration_s for request in requests]
        if requests[0].window.duration_s > 6.0:
            return super().decode(requests)
        clause = say("a team of five", until_s=3.0)
        later = [replace(word, start_s=word.start_s + 0.6, end_s=word.end_s + 0.6) for word in clause]
        beside = HeardWord(" led", 0.0, 0.4, 0.9), HeardWord(" because", 3.75, 4.2, 0.9)
        return [Heard((beside[0], *later, beside[1]), -0.2, 0.0)]


def test_a_clause_that_a_long_unsure_word_covers_is_heard_on_its_own() -> None:
    recogniser = Stretching(LONG)
    transcript = hear(recogniser)
    assert transcript.text == "I led a team of five because and then sold"
    assert [word.start_s for word in transcript.words] == sorted(word.start_s for word in transcript.words)
    assert len(recogniser.asked) == 2


def test_noise_that_is_given_long_unsure_words_is_not_heard_again() -> None:
    recogniser = ScriptedRecogniser(lambda *_: say("thank you", 0.2))
    assert hear(recogniser).text == ""
    assert len(recogniser.calls) == 1


def test_a_long_word_that_is_sure_and_a_long_number_cover_nothing() -> None:
    for word in (replace(LONG, probability=0.9), replace(LONG, text=" 1374005")):
        recogniser = Stretching(word)
        assert "a team of five" not in hear(recogniser).text
