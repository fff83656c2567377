"""A word beside a quote is true of the sentence (A4)."""

from __future__ import annotations

import numpy as np
import pytest

from interview_engine.assessment.evidence.cues import find
from interview_engine.assessment.evidence.grounds import can_be_said
from interview_engine.assessment.evidence.reading import Piece
from interview_engine.assessment.evidence.sentences import Sentence


def says(text: str, language: str, code: str) -> bool:
    cues = find(text, language)
    assert any((("negated" if cue.negated else cue.category) == code) for cue in cues), [cue.category for cue in cues]
    sentence = Sentence(text, text, 0, None, None)
    return can_be_said(Piece(sentence, cues, np.zeros(3), 1.0, 9.0, None), language)(code)


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("I was sorry that she had to call us twice.", "en", "number"),
        ("第二个是换一台新的。", "zh", "number"),
        ("I promised to call her back on Friday.", "en", "named"),
        ("I showed the photos to the warehouse.", "en", "reason"),
        ("The hard part was that Robert wanted to wait until Monday.", "en", "reactive"),
        ("I think it would have been faster with a better system.", "en", "unknown"),
        ("The customer wanted to wait until Monday.", "en", "reactive"),
        ("My manager decided to wait until Monday.", "en", "reactive"),
        ("I saw that nothing in the box had The desk in it.", "en", "named"),
        ("I showed them that 62 customers had written to us.", "en", "method"),
        ("It was stuck at the depot.", "en", "outcome"),
        ("I checked the tracking and rang the depot.", "en", "method"),
        ("The owner gave me an earful.", "en", "method"),
        ("A customer rang because her cake had not arrived.", "en", "reason"),
        ("有一位顾客买的洗衣机，装好以后第二天开始漏水。", "zh", "action"),
        ("顾客等了两周，查了三次物流。", "zh", "check"),
    ],
)
def test_a_word_that_is_not_true_of_the_sentence_is_not_said(text: str, language: str, code: str) -> None:
    assert not says(text, language, code)


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("Complaints fell from 14 to three.", "en", "number"),
        ("投诉从十五个降到了两个。", "zh", "number"),
        ("I called Robert on Friday.", "en", "named"),
        ("I asked Will to join us.", "en", "named"),
        ("We ship from the US depot.", "en", "named"),
        ("I decided to wait until Monday.", "en", "reactive"),
        ("I told the customer that we wait until Monday.", "en", "reactive"),
        ("The new habit stuck.", "en", "outcome"),
        ("We kept tracking every order.", "en", "method"),
        ("I rang her because her cake had not arrived.", "en", "reason"),
        ("We named owners for every point.", "en", "method"),
        ("The customer was angry and I checked the order line by line.", "en", "method"),
        ("The steps were written down for the next shift.", "en", "method"),
        ("顾客很着急，我先查了订单。", "zh", "action"),
        ("我给顾客道了歉，查了订单和安装记录。", "zh", "action"),
        ("我跟顾客说明白，把单子查了一遍。", "zh", "action"),
    ],
)
def test_a_word_that_is_true_of_the_sentence_is_said(text: str, language: str, code: str) -> None:
    assert says(text, language, code)
