"""A candidate's correction (row A9): their words count, with the times that were heard, and what was heard stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import KIT, english, strong, unassessable

from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.report import AnswerAssessment
from interview_engine.assessment.transcript import Transcript, Word
from interview_engine.errors import ReportError
from pipelines.folders.answer_file import read_answer_file, write_answer
from pipelines.hearing.correction import changed_share, corrected, with_correction

HEARD = "我先确认了客户的问提。然后查了库存"


def _heard(text: str = HEARD) -> Transcript:
    words = tuple(Word(character, round(0.2 * n, 3), round(0.2 * n + 0.2, 3), 0.9) for n, character in enumerate(text))
    return Transcript("zh", 1.0, 0.9, text, text, (), words)


def _answer(heard: Transcript | None, **more: object) -> AnswerAssessment:
    base = AnswerAssessment("q1", "voice", "q1.m4a", 0.0, 4.0, "assessed", None, heard, None, None)
    return replace(base, **more)  # type: ignore[arg-type]


def test_a_mended_word_takes_the_time_of_the_wrong_one_and_the_rest_keeps_its_own() -> None:
    result = corrected(_heard(), "我先确认了客户的问题。然后查了库存")
    assert result.text == "我先确认了客户的问题。然后查了库存"
    assert result.recognised == HEARD
    assert [(word.start_s, word.end_s) for word in result.words][:9] == [
        (word.start_s, word.end_s) for word in _heard().words
    ][:9]
    mended = result.words[9]
    assert (mended.text, mended.start_s, mended.end_s) == ("题。", 1.8, 2.2)
    assert [segment.text for segment in result.segments] == ["我先确认了客户的问题。", "然后查了库存"]


@given(st.text(alphabet="我先确认了客户的问题 Aab,.。，?！\n", max_size=80))
def test_times_never_run_backwards_and_texts_are_spans_of_the_whole(text: str) -> None:
    result = corrected(_heard(), text)
    last = 0.0
    for word in result.words:
        assert 0.0 <= word.start_s <= word.end_s <= 3.4
        assert word.start_s >= last - 1e-9
        last = word.start_s
    for pieces in (result.words, result.segments):
        at = 0
        for piece in pieces:
            at = result.text.index(piece.text, at) + len(piece.text)


def test_what_was_not_heard_at_all_can_be_put_right() -> None:
    silent = _answer(
        replace(_heard(""), reason=Reason("audio.no_speech")), status="cannot_assess", reason=Reason("audio.no_speech")
    )
    result = with_correction(silent, "我先确认了客户的问题，然后查了库存。", ("zh",))
    assert (result.status, result.reason) == ("assessed", None)
    assert [signal.reason.code for signal in result.signals] == ["transcript.corrected"]


@pytest.mark.parametrize(
    ("text", "flagged"), [("我先确认了客户的问题。然后查了库存", False), ("完全不同的另一段话，说的是别的事情", True)]
)
def test_a_person_listens_when_more_was_changed_than_recognition_gets_wrong(text: str, flagged: bool) -> None:
    result = with_correction(_answer(_heard()), text, ("zh",))
    assert [signal.reason.code for signal in result.signals] == (["transcript.corrected"] if flagged else [])


def test_a_correction_in_a_language_of_no_kit_is_not_scored() -> None:
    result = with_correction(_answer(_heard()), "I first asked what the customer needed and then I looked.", ("zh",))
    assert (result.status, result.reason and result.reason.code) == ("cannot_assess", "language.not_covered")


def test_no_correction_and_no_transcript_change_nothing() -> None:
    for answer, text in ((_answer(_heard()), "  "), (_answer(None), "文字")):
        assert with_correction(answer, text, ("zh",)) is answer


def test_the_share_counts_words_and_characters_but_no_punctuation() -> None:
    assert changed_share("你好，世界。", "你好世界") == 0.0
    assert changed_share("ab cd", "ab ce") == 0.5
    assert changed_share("", "") == 0.0
    assert changed_share("", "你") == 1.0


def test_a_measured_answer_comes_back_from_its_file(tmp_path: Path) -> None:
    for answer in (*strong().answers, *english().answers, *unassessable().answers):
        corrected_too = replace(answer, frames=())
        if answer.transcript is not None:
            corrected_too = replace(corrected_too, transcript=replace(answer.transcript, recognised="原来的"))
        path = tmp_path / "answer.json"
        path.write_bytes(write_answer(corrected_too, KIT))
        assert write_answer(read_answer_file(path), KIT) == path.read_bytes()
        assert read_answer_file(path).transcript == corrected_too.transcript


def test_a_damaged_answer_file_is_an_error_for_people(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    for data in (b"", b"{}", b'{"schema": "other/1", "answer": {}}', b"[1]"):
        path.write_bytes(data)
        with pytest.raises(ReportError) as caught:
            read_answer_file(path)
        assert caught.value.code == "report.unreadable"
