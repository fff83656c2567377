"""Which sentences are quoted, and for what."""

import numpy as np

from interview_engine.assessment.evidence import account, quotes
from interview_engine.assessment.evidence.account import AccountLevel
from interview_engine.assessment.evidence.cues import Cue
from interview_engine.assessment.evidence.deeds import Deed
from interview_engine.assessment.evidence.reading import Piece, Reading
from interview_engine.assessment.evidence.sentences import Sentence
from interview_engine.assessment.scoring import AnswerText, Evidence

DONE, HABIT, WORD = "I checked the order myself.", "Usually it sorts itself out.", "A desk that I would look at."


def piece(text: str, at: int, *categories: str) -> Piece:
    vector = np.zeros(8)
    vector[at] = 1.0
    cues = tuple(Cue(category, f"{category} {at}", 0, 1, False) for category in categories)
    return Piece(Sentence(text, text, 10 * at, None, None), cues, vector, 1.0, 6.0, None, Deed(0.0, (-9.0, -9.0, -9.0)))


def chosen(told: tuple[float, ...], *pieces: Piece, shown: tuple[quotes.Showing, ...] = ()) -> tuple[Evidence, ...]:
    reading = Reading(AnswerText("q1", "en", " ".join((DONE, HABIT, WORD))), "en", (0,), pieces, np.zeros(8), 1.0, None)
    level = AccountLevel(1.0, (), told, tuple((0.0, "") for _ in pieces), 0.0)
    return quotes.choose([reading], [[1.0] * len(pieces)], [1.0], shown, account.constants(), [level])


def test_a_sentence_that_only_tells_little_or_shares_a_word_is_not_quoted_against_anybody() -> None:
    found = chosen((0.5, -0.5), piece(DONE, 0, "action", "check"), piece(WORD, 1, "lower"))

    assert [(one.quote, one.polarity) for one in found] == [(DONE, "for")]


def test_a_sentence_with_a_cue_against_is_quoted_against_and_names_the_cue_before_shared_words() -> None:
    found = chosen((0.5, -0.5), piece(DONE, 0, "action", "check"), piece(HABIT, 1, "lower", "habit"))

    (against,) = [one for one in found if one.polarity == "against"]
    assert against.quote == HABIT
    assert against.why.index("habit") < against.why.index("lower")


def test_a_low_level_without_any_other_ground_still_has_a_quote() -> None:
    found = chosen((-0.5,), piece(WORD, 0, "lower"))

    assert [(one.quote, one.polarity) for one in found] == [(WORD, "against")]


def test_what_is_quoted_against_somebody_shows_no_indicator() -> None:
    shown = (quotes.Showing("steady", 0, 0), quotes.Showing("checks", 0, 1))
    found = chosen((-0.9, 0.5), piece(HABIT, 0, "habit"), piece(DONE, 1, "action", "check"), shown=shown)

    assert {one.quote: (one.polarity, one.indicator) for one in found} == {
        HABIT: ("against", None),
        DONE: ("for", "checks"),
    }


def test_a_sentence_that_only_tells_the_situation_is_not_quoted_for_anybody_beside_a_deed() -> None:
    found = chosen((0.5, 0.5), piece(WORD, 0, "episode", "named"), piece(DONE, 1, "action", "check"))

    assert [(one.quote, one.polarity) for one in found] == [(DONE, "for")]
