"""Words recognised with little confidence are found in a quote; a quote that hangs on one does not lead (A13)."""

from __future__ import annotations

import pytest
import report_samples as samples

from interview_engine.assessment.clarity import clear_first, hangs_on_unsure, unsure_spans, within
from interview_engine.assessment.scoring import Evidence


def test_unsure_words_are_found_where_they_stand() -> None:
    words = [("a", 0.9), ("third", 0.4), ("a", 0.3), ("desk.", 0.9)]
    text = "a third a desk."
    assert [text[start:end] for start, end in unsure_spans(text, words)] == ["third", "a"]
    assert unsure_spans(text, [("missing", 0.1), ("desk.", 0.49)]) == ((10, 15),)


def test_spans_are_cut_to_the_quote() -> None:
    assert within([(0, 4), (6, 12), (20, 22)], 2, 10) == ((0, 2), (4, 8))
    assert within([(0, 2)], 2, 10) == ()


@pytest.mark.parametrize(
    ("quote", "word", "language", "hangs"),
    [
        ("So I gave her a third death.", "death", "en", True),
        ("So I gave her a third death.", "her", "en", False),
        ("calls fell from 14 to 3", "14", "en", True),
        ("we asked Bo about it", "Bo", "en", True),
        ("发现师傅手装了一个零件", "手装", "zh", True),
        ("发现师傅手装了一个零件", "了", "zh", False),
        ("降到了12单", "12", "zh", True),
    ],
)
def test_a_quote_hangs_on_content_words_numbers_and_names(quote: str, word: str, language: str, hangs: bool) -> None:
    at = quote.index(word)
    assert hangs_on_unsure(quote, [(at, at + len(word))], language) is hangs
    assert not hangs_on_unsure(quote, [], language)


def test_quotes_that_are_sure_come_first_and_keep_their_order() -> None:
    words = samples.spoken(("我查了仓库的库存。", "我给客户打了电话。", "后来投诉降到四单。"), "zh", low=(1,))

    def quote(text: str, strength: float) -> Evidence:
        return samples.quote("q1", words, text, None, strength=strength)

    given = samples.scored("service", 8.0, quote("我查了仓库的库存。", 1.0), quote("我给客户打了电话。", 0.7),
                           quote("后来投诉降到四单。", 0.4))  # fmt: skip
    (found,) = clear_first([given], {"q1": words})
    assert [one.strength for one in found.evidence] == [0.7, 0.4, 1.0]
    assert found.score == given.score
    assert clear_first([given], {})[0] == given
