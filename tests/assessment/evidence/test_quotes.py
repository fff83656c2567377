"""Which sentences are quoted, and for what."""

import re
from dataclasses import replace

import numpy as np
import report_samples

from interview_engine.assessment.evidence import account, quotes
from interview_engine.assessment.evidence.account import AccountLevel
from interview_engine.assessment.evidence.cues import Cue
from interview_engine.assessment.evidence.deeds import Deed
from interview_engine.assessment.evidence.reading import Piece, Reading
from interview_engine.assessment.evidence.rubric import CompetencyIndex, IndicatorIndex
from interview_engine.assessment.evidence.sentences import Sentence
from interview_engine.assessment.scoring import AnswerText, Evidence

DONE, HABIT, WORD = "I checked the order myself.", "Usually it sorts itself out.", "A desk that I would look at."


def piece(text: str, at: int, *categories: str) -> Piece:
    vector = np.zeros(8)
    vector[at] = 1.0
    cues = tuple(Cue(category, f"{category} {at}", 0, 1, False) for category in categories)
    return Piece(Sentence(text, text, 10 * at, None, None), cues, vector, 1.0, 6.0, None, Deed(0.0, (-9.0, -9.0, -9.0)))


def chosen(
    told: tuple[float, ...],
    *pieces: Piece,
    shown: tuple[quotes.Showing, ...] = (),
    of_others: frozenset[int] = frozenset(),
    denied: int | None = None,
) -> tuple[Evidence, ...]:
    reading = Reading(AnswerText("q1", "en", " ".join((DONE, HABIT, WORD))), "en", (0,), pieces, np.zeros(8), 1.0, None)
    falls = tuple((-0.5, "denied") if at == denied else (0.0, "") for at in range(len(pieces)))
    level = AccountLevel(1.0, (), told, falls, 0.0)
    return quotes.choose([reading], [[1.0] * len(pieces)], [1.0], shown, account.constants(), [level], [of_others])


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


def test_a_sentence_that_speaks_of_another_competency_is_quoted_only_where_none_speaks_of_this_one() -> None:
    pieces = (piece(DONE, 0, "action", "check"), piece(WORD, 1, "action", "probe"))

    assert [one.quote for one in chosen((0.5, 0.9), *pieces, of_others=frozenset({1}))] == [DONE]
    assert {one.quote for one in chosen((0.5, 0.9), *pieces, of_others=frozenset({0, 1}))} == {DONE, WORD}


def test_what_is_said_against_somebody_gives_way_only_to_what_is_said_against_him_elsewhere() -> None:
    pieces = (piece(DONE, 0, "action", "check"), piece(HABIT, 1, "habit"), piece(WORD, 2, "habit"))

    assert {one.quote for one in chosen((0.5, -0.5, -0.9), *pieces, of_others=frozenset({2}))} == {DONE, HABIT}
    assert {one.quote for one in chosen((0.5, -0.5, -0.9), *pieces, of_others=frozenset({1, 2}))} == {DONE, HABIT, WORD}


def test_evidence_against_the_deed_is_quoted_for_every_competency_that_its_question_probes() -> None:
    pieces = (piece(HABIT, 0, "habit"), piece(WORD, 1))

    found = chosen((-0.5, 0.0), *pieces, of_others=frozenset({1}), denied=1)

    assert {one.quote: one.why[0] for one in found if one.polarity == "against"}[WORD] == "negated"


def test_an_indicator_that_a_stronger_quote_shows_is_no_ground_for_another_quote() -> None:
    shown = (quotes.Showing("steady", 0, 0), quotes.Showing("steady", 0, 1))
    pieces = (piece(DONE, 0, "action", "check"), piece(WORD, 1, "episode", "number"))

    assert [one.quote for one in chosen((0.5, 0.1), *pieces, shown=shown)] == [DONE]
    other = (shown[0], quotes.Showing("checks", 0, 1))
    assert {one.quote for one in chosen((0.5, 0.1), *pieces, shown=other)} == {DONE, WORD}


def test_a_figure_of_the_situation_is_quoted_for_nobody_beside_a_deed() -> None:
    found = chosen((0.5, 0.5), piece(WORD, 0, "number", "precise"), piece(DONE, 1, "action", "check"))

    assert [one.quote for one in found] == [DONE]


def indicated(phrase: str, at: int) -> CompetencyIndex:
    """A competency with one indicator, found by `phrase`."""
    vector = np.eye(8)[at]
    shown = IndicatorIndex(phrase, False, re.compile(phrase), vector)
    none: frozenset[str] = frozenset()
    return CompetencyIndex(
        report_samples.KIT.competencies[0], vector[None], vector[None], vector, none, none, none, (shown,)
    )


def test_a_sentence_speaks_of_what_it_shows_and_else_of_what_it_is_nearest_to() -> None:
    pieces = (piece(DONE, 0, "action"), piece("I listened to her.", 1, "action"), piece(WORD, 2, "action"))
    reading = Reading(AnswerText("q1", "en", DONE), "en", (0, 1), pieces, np.zeros(8), 1.0, None)
    facts, talk = indicated("checked", 6), indicated("listened", 7)

    assert quotes.elsewhere(reading, [1.0, 1.0, 0.8], facts, [talk]) == {1, 2}
    assert quotes.elsewhere(reading, [0.8, 0.8, 1.0], talk, [facts]) == {0}
    assert quotes.elsewhere(reading, [1.0, 1.0, 1.0], facts, []) == frozenset()


def test_of_two_indicators_that_a_sentence_shows_the_nearer_one_is_named() -> None:
    near, far = indicated("checked", 0).indicators[0], indicated("order", 6).indicators[0]
    entry = replace(indicated("checked", 0), indicators=(far, near))
    reading = Reading(AnswerText("q1", "en", DONE), "en", (0,), (piece(DONE, 0, "action"),), np.zeros(8), 1.0, None)

    assert [one.indicator for one in quotes.showings([reading], entry)] == ["checked", "order"]
