"""Speech to text: verbatim spans with times, guards with their own reasons, on scripted and on real recordings."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_hearing import ScriptedRecogniser, ScriptedVad, codes, hear, say

from interview_engine.assessment.kits.kit import Phrases
from interview_engine.assessment.media import SAMPLE_RATE, Audio
from interview_engine.assessment.transcript import Transcript
from models.speech.faster_whisper_recogniser import FasterWhisperRecogniser
from models.speech.load import load_recogniser
from models.speech.recogniser import HeardWord, join_pieces
from models.speech.vad import SileroVoiceActivity
from models.weights.registry import WeightStore, default_root
from pipelines.hearing.recogniser_prompt import STYLE, VOCABULARY_WORDS, prompt_for
from pipelines.hearing.transcribe import transcribe, under_music, written
from pipelines.hearing.word_times import MIN_CONFIDENCE
from pipelines.media.ingest import open_recording

DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3].parent / "shared" / "data"))
NO_WORDS = Phrases((), ())


def assert_verbatim_and_ordered(transcript: Transcript, length_s: float) -> None:
    for parts in (transcript.segments, transcript.words):
        position = 0
        for part in parts:
            position = transcript.text.index(part.text, position) + len(part.text)
        times = [time for part in parts for time in (part.start_s, part.end_s)]
        assert all(before <= after for before, after in itertools.pairwise(times))
        assert all(0 <= time <= length_s for time in times)


PIECES = [
    " I",
    " led",
    "you",
    "好",
    "的",
    ",",
    ".",
    "。",
    "《",
    " ",
    "\ufffd",
    "４",
    "鳥",
    " 20",
    "%",
    "'s",
    "?",
    "\u200b",
    "ﬁ",
    "👍",
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(PIECES), st.floats(0, 12), st.floats(0, 3), st.floats(0, 1)), max_size=40),
    st.sampled_from(["zh", "en"]),
    st.sampled_from([0.7, 5.0, 31.0]),
)
def test_texts_are_verbatim_spans_in_order_with_times_inside_the_sound(
    words: list[tuple[str, float, float, float]], language: str, seconds: float
) -> None:
    heard = join_pieces([HeardWord(text, start, start + length, p) for text, start, length, p in words])
    transcript = hear(ScriptedRecogniser(lambda *_: heard, {language: 1.0}), seconds)
    assert_verbatim_and_ordered(transcript, round(seconds * SAMPLE_RATE) / SAMPLE_RATE)
    assert 0 <= transcript.confidence <= 1
    assert "\ufffd" not in transcript.text
    assert "鳥" not in transcript.text


def test_silence_is_no_speech_and_the_recogniser_is_never_asked() -> None:
    recogniser = ScriptedRecogniser(lambda *_: say("Thanks for watching!"))
    transcript = hear(recogniser, vad=ScriptedVad(speech=False))
    assert transcript.reason is not None
    assert transcript.reason.code == "audio.no_speech"
    assert recogniser.calls == []


def test_a_sample_rate_that_carries_no_speech_is_said_so() -> None:
    audio = Audio(np.zeros(16_000, np.int16), 400, "pcm_s16le")
    transcript = transcribe(audio, ScriptedRecogniser(lambda *_: []), ScriptedVad())
    assert transcript.reason is not None
    assert transcript.reason.code == "audio.too_low_rate"
    assert "400" in transcript.reason.text("zh")


def test_nothing_recognised_is_no_speech() -> None:
    transcript = hear(ScriptedRecogniser(lambda *_: []))
    assert transcript.reason is not None
    assert transcript.reason.code == "audio.no_speech"


@pytest.mark.parametrize(
    ("text", "language"),
    [("Thanks for watching!", "en"), ("请不吝点赞订阅转发打赏支持明镜与点点栏目", "zh"), ("字幕by索兰娅", "zh")],
)
def test_stock_phrases_are_dropped_with_their_reason(text: str, language: str) -> None:
    transcript = hear(ScriptedRecogniser(lambda *_: say(text), {language: 1.0}))
    assert transcript.text == ""
    assert transcript.reason is not None
    assert transcript.reason.code == "transcript.hallucination"
    assert [segment.text for segment, _ in transcript.dropped] != []


def test_a_stock_phrase_after_an_answer_leaves_the_answer() -> None:
    answer = "I called the customer and solved it the same day."
    transcript = hear(ScriptedRecogniser(lambda *_: say(f"{answer} Thanks for watching!")))
    assert transcript.text == answer
    assert transcript.reason is None
    assert codes(transcript) == ["transcript.hallucination"]


def test_marks_for_music_are_no_speech() -> None:
    transcript = hear(ScriptedRecogniser(lambda *_: [HeardWord(" ♪♪", 0.0, 9.0, 0.9)]))
    assert transcript.reason is not None
    assert transcript.reason.code == "transcript.not_speech"


def test_a_word_that_noise_also_gets_needs_to_be_heard_clearly() -> None:
    assert codes(hear(ScriptedRecogniser(lambda *_: say("Thank you.", 0.2)))) == ["transcript.hallucination"]
    assert hear(ScriptedRecogniser(lambda *_: say("Thank you.", 0.95))).text == "Thank you."


def test_low_confidence_goes_to_a_person_with_the_text_kept() -> None:
    transcript = hear(ScriptedRecogniser(lambda *_: say("we need to feed the lead", MIN_CONFIDENCE - 0.1)))
    assert transcript.reason is not None
    assert transcript.reason.code == "transcript.low_confidence"
    assert transcript.text == "we need to feed the lead"
    assert transcript.reason.detail["confidence"] in transcript.reason.text("en")


def test_the_only_language_of_a_kit_is_what_an_accent_is_decoded_in() -> None:
    recogniser = ScriptedRecogniser(lambda language, *_: say("we led it", 0.8), {"zh": 0.8, "en": 0.2})
    assert hear(recogniser, languages=("en",)).language == "en"
    assert {language for language, _, _ in recogniser.calls} == {"en"}
    mandarin = ScriptedRecogniser(lambda language, *_: say("我们做完了这个项目", 0.9), {"zh": 0.98, "en": 0.02})
    refused = hear(mandarin, languages=("en",))
    assert refused.reason is not None
    assert refused.reason.code == "language.not_covered"


def test_weak_words_in_another_language_than_the_answer_are_doubted() -> None:
    english = say("we led the project and found out that the work had to be done in a week", 0.9, until_s=18.0)
    windows = itertools.chain([english, say("四要", 0.6, until_s=1.0)], itertools.repeat([]))
    transcript = hear(ScriptedRecogniser(lambda *_: next(windows)), 38.0, ScriptedVad((19.0, 21.0)))
    assert transcript.language == "en"
    assert "四" not in transcript.text
    assert set(codes(transcript)) == {"transcript.low_confidence"}


@pytest.mark.parametrize(("share", "probability", "doubted"), [(0.8, 0.7, True), (0.6, 0.7, False), (0.9, 0.9, False)])
def test_under_music_only_clear_words_are_believed(share: float, probability: float, doubted: bool) -> None:
    transcript = hear(ScriptedRecogniser(lambda *_: say("we need to feed the lead", probability)))
    assert (under_music(transcript, share).reason is not None) == doubted


def test_another_language_is_written_down_but_not_covered() -> None:
    recogniser = ScriptedRecogniser(lambda language, *_: say(f"texto em {language}"), {"pt": 0.9, "en": 0.1})
    transcript = hear(recogniser)
    assert recogniser.calls[0][0] == "pt"
    assert transcript.language == "pt"
    assert transcript.reason is not None
    assert transcript.reason.code == "language.not_covered"


def test_a_language_setting_decides_how_to_decode_and_the_text_what_it_is() -> None:
    recogniser = ScriptedRecogniser(lambda *_: say("I led it"), {"zh": 0.9, "en": 0.1})
    transcript = hear(recogniser, language="en")
    assert recogniser.calls[0][0] == "en"
    assert transcript.language == "en"
    assert hear(recogniser, language="zh").language == "en"


def test_english_is_not_covered_by_a_mandarin_kit() -> None:
    transcript = hear(ScriptedRecogniser(lambda *_: say("I led the team")), languages=("zh",))
    assert transcript.reason is not None
    assert transcript.reason.code == "language.not_covered"


def test_digits_alone_are_in_the_language_of_the_sound() -> None:
    assert hear(ScriptedRecogniser(lambda *_: say("13858231743"), {"zh": 1.0})).language == "zh"


def test_a_pause_is_not_given_to_the_word_beside_it() -> None:
    words = [HeardWord(" before", 0.5, 2.0, 0.9), HeardWord(" after", 2.0, 6.2, 0.9)]
    transcript = hear(ScriptedRecogniser(lambda *_: words), 8.0, ScriptedVad((2.0, 5.0), (6.5, 8.0)))
    before, after = transcript.words
    assert before.end_s == pytest.approx(2.0, abs=0.1)
    assert after.start_s == pytest.approx(5.0, abs=0.1)


def test_sentences_end_at_punctuation_and_long_pauses() -> None:
    words = [
        HeardWord(" Mr.", 0.0, 0.4, 0.9),
        HeardWord(" Li", 0.4, 0.8, 0.9),
        HeardWord(" called.", 0.8, 1.2, 0.9),
        HeardWord(" I", 1.3, 1.4, 0.9),
        HeardWord(" listened", 1.4, 2.0, 0.9),
        HeardWord(" and", 4.0, 4.2, 0.9),
        HeardWord(" wrote", 4.2, 4.8, 0.9),
    ]
    transcript = hear(ScriptedRecogniser(lambda *_: words), 5.0, ScriptedVad((2.0, 4.0)))
    assert [segment.text for segment in transcript.segments] == ["Mr. Li called.", "I listened", "and wrote"]


def test_mandarin_is_simplified_with_chinese_punctuation() -> None:
    transcript = hear(
        ScriptedRecogniser(lambda *_: join_pieces(say("這個問題,我們解決了1.5個. OK?")), {"zh": 1.0}), 9.2
    )
    assert transcript.text == "这个问题，我们解决了1.5个。OK?"


def test_numbers_are_kept_as_spoken_and_given_as_digits() -> None:
    transcript = hear(ScriptedRecogniser(lambda *_: say("提升了百分之十五。"), {"zh": 1.0}))
    assert transcript.text == "提升了百分之十五。"
    assert transcript.text_digits == "提升了15%。"


def test_the_role_words_stand_inside_the_style_sentence() -> None:
    vocabulary = Phrases(("投诉", "退款"), ("refund",))
    assert prompt_for("zh", vocabulary) == "以下是普通话的句子，会说到投诉、退款。"
    assert "thinking about refund, uh, for a while." in prompt_for("en", vocabulary)
    assert prompt_for("en", Phrases(("投诉",), ())) == STYLE["en"]
    many = Phrases((), tuple(f"word{number}" for number in range(40)))
    assert prompt_for("en", many).count("word") == VOCABULARY_WORDS
    assert prompt_for("en", Phrases((), ("{braces}",))).count("{braces}") == 1
    assert prompt_for("pt", vocabulary) == ""
    assert prompt_for("zh", NO_WORDS) == STYLE["zh"]


def test_a_written_answer_has_no_times_and_full_confidence() -> None:
    transcript = written("我負責三個項目，提升了百分之二十。")
    assert transcript.language == "zh"
    assert transcript.text == "我負責三個項目，提升了百分之二十。"
    assert transcript.text_digits == "我负责3个项目，提升了20%。"
    assert (transcript.confidence, transcript.segments, transcript.words, transcript.reason) == (1.0, (), (), None)


def test_a_written_answer_in_another_language_is_seen_whatever_the_setting_says() -> None:
    german = "Ich habe das Team geleitet und die Kunden waren sehr zufrieden."
    assert written(german).language == "de"
    assert written(german, "en").language == "de"
    assert written("还行", "zh").language == "zh"


# On real recordings, with the default model.


@pytest.fixture(scope="module")
def recogniser() -> FasterWhisperRecogniser:
    return load_recogniser(WeightStore(default_root()), device="cpu")


@pytest.fixture(scope="module")
def vad() -> SileroVoiceActivity:
    return SileroVoiceActivity(WeightStore(default_root()))


def sound(relative: str) -> Audio:
    path = DATA / relative
    if not path.is_file():
        pytest.skip(f"the shared recording {relative} is not here (set SHARED_DATA)")
    with open_recording(path) as recording:
        audio = recording.media().audio
    assert audio is not None
    return audio


@pytest.mark.slow
def test_a_known_speech_is_recognised_the_same_way_twice(
    recogniser: FasterWhisperRecogniser, vad: SileroVoiceActivity
) -> None:
    audio = sound("C_audio/jfk/jfk.flac")
    first = transcribe(audio, recogniser, vad)
    assert first.language == "en"
    assert "ask what you can do for your country" in first.text
    assert_verbatim_and_ordered(first, len(audio.samples) / SAMPLE_RATE)
    assert transcribe(audio, recogniser, vad) == first


@pytest.mark.slow
def test_a_mandarin_sentence_is_simplified_and_timed(
    recogniser: FasterWhisperRecogniser, vad: SileroVoiceActivity
) -> None:
    audio = sound("C_audio/cosyvoice/zero_shot_prompt.wav")
    transcript = transcribe(audio, recogniser, vad)
    assert transcript.language == "zh"
    # Whether a comma stands in it hangs on the last bit of the numbers.
    assert "希望你以后能够做的比我还好" in transcript.text.replace("，", "")
    assert_verbatim_and_ordered(transcript, len(audio.samples) / SAMPLE_RATE)


@pytest.mark.slow
def test_both_languages_of_one_answer_are_heard(recogniser: FasterWhisperRecogniser, vad: SileroVoiceActivity) -> None:
    transcript = transcribe(sound("B_video/zh_en_noface.mp4"), recogniser, vad)
    assert "大家好" in transcript.text
    assert "This is a video for testing" in transcript.text
    assert transcript.reason is None


@pytest.mark.slow
def test_fillers_are_written_down_at_their_times(recogniser: FasterWhisperRecogniser, vad: SileroVoiceActivity) -> None:
    """The recording's own alignment has uh at 1.24, 3.69, 7.02 and 17.78 s and um at 9.89 s."""
    transcript = transcribe(sound("C_audio/mfa/cold_corpus.wav"), recogniser, vad)
    fillers = [word.start_s for word in transcript.words if word.text.lower().strip(",.") in ("uh", "um")]
    for spoken_s in (1.24, 3.69, 7.02, 9.89, 17.78):
        assert any(abs(found_s - spoken_s) < 0.6 for found_s in fillers), (spoken_s, fillers)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clip", "code"),
    [
        ("C_audio/silence/silence.wav", "audio.too_low_rate"),
        ("C_audio/silence/silence2sec.wav", "audio.no_speech"),
        ("B_video/webcam_glasses_near_silent.mp4", "audio.no_speech"),
        ("B_video/no_face_animation.mp4", "audio.no_speech"),
        ("B_video/latentsync_demo1.mp4", "language.not_covered"),
    ],
)
def test_recordings_without_a_usable_answer_end_with_their_reason(
    clip: str, code: str, recogniser: FasterWhisperRecogniser, vad: SileroVoiceActivity
) -> None:
    transcript = transcribe(sound(clip), recogniser, vad)
    assert transcript.reason is not None
    assert transcript.reason.code == code


@pytest.mark.slow
def test_a_sentence_that_one_word_was_stretched_over_is_heard(
    recogniser: FasterWhisperRecogniser, vad: SileroVoiceActivity
) -> None:
    """Nine read sentences with .3 s between them: "Because" stood over "starts at the same time" with a probability
    of .36, and the sentence was lost without a reason."""
    names = (
        *("020890003", "020890112", "000360210", "096060009", "024270057"),
        *("010330129", "010330147", "096060008", "020890219"),
    )
    parts = [np.asarray(sound(f"C_audio/speechocean762_train/{name}.wav").samples) for name in names]
    silence = np.zeros(round(0.3 * SAMPLE_RATE), np.int16)
    joined = np.concatenate([piece for part in parts for piece in (part, silence)])
    transcript = transcribe(Audio(joined, SAMPLE_RATE, "pcm"), recogniser, vad)
    assert "starts at the same time" in transcript.text.lower()
    assert transcript.text.lower().count("each team") == 1
    assert_verbatim_and_ordered(transcript, len(joined) / SAMPLE_RATE)
