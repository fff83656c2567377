"""The same account given to two questions counts once: for the question it suits better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from interview_engine.assessment.evidence import relevance
from interview_engine.assessment.evidence.reading import Reading, suits
from interview_engine.assessment.evidence.rubric import KitIndex
from interview_engine.assessment.plain import plain_text
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.text import gram_share, grams

COPIED = 0.7
"""Share of an answer's 5-grams in another answer of the person from which both are one account (a convention;
accounts of one story by one author in other words share under .3)."""


def without_copies(readings: Sequence[Reading], index: KitIndex) -> list[Reading]:
    """The readings, with text.same_answer for every copy but the one whose question it suits best (on a tie the first).

    An answer that is off topic is told to be a copy where it is one of an answer that counts.

    Args:
        readings: of one person, in a fixed order; those of other languages than the index's are left as they are.
    """
    found = list(readings)
    told = [
        place
        for place, reading in enumerate(found)
        if (reading.reason is None or _is_astray(reading)) and reading.is_account and reading.language == index.language
    ]
    for number, later in enumerate(told):
        for earlier in told[:number]:
            pair = found[earlier], found[later]
            counted = [one.reason is None for one in pair]
            if not any(counted) or any(one.reason and not _is_astray(one) for one in pair) or not _is_copy(*pair):
                continue
            if all(counted):
                first, second = (suits(one, index, relevance.model()) for one in pair)
                counted = [first >= second, first < second]
            worse = later if counted[0] else earlier
            found[worse] = replace(found[worse], reason=Reason("text.same_answer"), gate=0.0)
    return found


def _is_astray(reading: Reading) -> bool:
    """Off topic: where it is a copy, that is why."""
    return reading.reason is not None and reading.reason.code == "text.off_topic"


def _is_copy(one: Reading, other: Reading) -> bool:
    """Whether two answers to different questions hold mostly the same words in the same order."""
    if one.answer.question_id == other.answer.question_id:
        return False
    texts = (plain_text(reading.answer.text, reading.language) for reading in (one, other))
    shorter, longer = sorted(texts, key=len)
    return gram_share(shorter, one.language, frozenset(grams(longer, one.language))) > COPIED
