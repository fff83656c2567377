"""Whether an answer speaks to its question has nothing to do with how good it is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from hashing_embedder import HashingEmbedder

from interview_engine.assessment.evidence import relevance
from interview_engine.assessment.evidence.rubric import Encoder, KitIndex, build
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.text import terms

MODEL = relevance.RelevanceModel(
    (1.0,) * 7, 0.0, 0.0, {"zh": -1.0, "en": -1.0}, {"zh": -0.5, "en": -0.5}, {"zh": 0.0, "en": 0.0}
)


@cache
def index() -> KitIndex:
    return build(load_kit(shipped_kits()["customer-service"]), "en", Encoder(HashingEmbedder()))


def _off_topic(question: str, about: str) -> bool:
    """Whether the text of question `about`, given as an answer, is off the topic of `question`."""
    text = index().kit.question(about).text.get("en")
    return relevance.off_topic(
        index().questions[about][None], [20.0], terms(text, "en"), index(), question, False, MODEL
    )


def test_an_answer_in_the_words_of_its_question_is_on_topic() -> None:
    assert not any(_off_topic(question.id, question.id) for question in index().kit.questions)


def test_an_answer_in_the_words_of_another_question_is_off_topic() -> None:
    ids = [question.id for question in index().kit.questions]
    apart = [(a, b) for a in ids for b in ids if a != b]
    assert sum(_off_topic(*pair) for pair in apart) >= 0.9 * len(apart)


def test_an_answer_that_is_like_nothing_in_question_and_rubric_is_off_topic_whatever_the_others_are() -> None:
    question = index().kit.questions[0].id
    strict = replace(MODEL, stray={"zh": 1.1, "en": 1.1})
    assert relevance.off_topic(index().questions[question][None], [9.0], frozenset(), index(), question, False, strict)


def test_a_kit_of_one_question_has_nothing_to_compare_with() -> None:
    kit = index().kit
    alone = build(replace(kit, questions=kit.questions[:1]), "en", Encoder(HashingEmbedder()))
    question = kit.questions[0].id
    assert relevance.features(np.ones((1, 384)), [5.0], frozenset(), alone, question) is None
