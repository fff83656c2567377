"""Sentences are verbatim spans with times, typed or spoken (A3, A15)."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interview_engine.assessment.evidence.sentences import split
from interview_engine.assessment.scoring import AnswerText
from interview_engine.assessment.text import units
from interview_engine.assessment.transcript import Segment, Word

TEXTS = st.text(st.sampled_from("abc 我先核对了订单然后。，！？.,;!?e.g. 3.5\n"), max_size=300)


@given(TEXTS, st.sampled_from(["zh", "en"]))
@settings(max_examples=200, deadline=None)
def test_every_sentence_is_a_verbatim_span_and_no_word_is_lost(text: str, language: str) -> None:
    pieces = split(AnswerText("q", language, text))
    assert all(text[piece.char_start : piece.char_end] == piece.quote for piece in pieces)
    assert "".join(piece.quote for piece in pieces).replace(" ", "").replace("\n", "") == "".join(text.split())
    assert all(a.char_end <= b.char_start for a, b in pairwise(pieces))


def test_abbreviations_and_decimals_do_not_end_a_sentence() -> None:
    text = "We cut it by 3.5 percent, e.g. in the north. Then we told Mr. Smith about it."
    assert [piece.quote for piece in split(AnswerText("q", "en", text))] == [
        "We cut it by 3.5 percent, e.g. in the north.",
        "Then we told Mr. Smith about it.",
    ]


def test_the_times_of_words_give_times_but_never_cut() -> None:
    said = ["我先核对了订单，", "然后联系了仓库的同事。", "第二天我又打电话回访。"]
    text = "".join(said)

    def spoken(pause_s: float) -> AnswerText:
        ends = [2.0, 4.0 + pause_s, 6.0 + 2 * pause_s]
        words = tuple(Word(part, end - 1.9, end, 0.9) for part, end in zip(said, ends, strict=True))
        segments = (Segment(said[0], 0.0, 2.0, -0.2, 0.0), Segment(said[1] + said[2], 2.1, ends[2], -0.2, 0.0))
        return AnswerText("q", "zh", text, segments, words)

    quick, slow = split(spoken(0.1)), split(spoken(3.0))
    assert [piece.text for piece in quick] == [said[0] + said[1], said[2]]
    assert [piece.text for piece in slow] == [piece.text for piece in quick]
    assert (quick[0].start_s, quick[0].end_s) == pytest.approx((0.1, 4.1))
    assert slow[1].end_s == 12.0


def test_a_run_on_sentence_is_cut_at_connectives() -> None:
    text = "我当时接到客户电话他说货没到" + "然后我去查了物流信息发现卡在中转站" * 6
    pieces = split(AnswerText("q", "zh", text))
    assert len(pieces) > 2
    assert max(units(piece.text, "zh") for piece in pieces) <= 60


def test_a_written_answer_has_no_times() -> None:
    assert [piece.start_s for piece in split(AnswerText("q", "en", "I checked the order twice."))] == [None]
