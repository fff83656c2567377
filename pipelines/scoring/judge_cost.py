"""What a judge will take for interviews that are still to be assessed: an upper estimate, before anything is spent."""

from __future__ import annotations

from collections.abc import Sequence

from interview_engine.assessment.judge import pairwise
from interview_engine.assessment.judge.asking import Asking
from interview_engine.assessment.judge.cost import COMPLETION_TOKENS, Cost, Price, message_tokens
from interview_engine.assessment.judge.prompt import prompt
from interview_engine.assessment.judge.shown import shown
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.scoring import AnswerText
from interview_engine.settings import JudgeSettings

SPOKEN = {"zh": ("话", 4.2), "en": ("words ", 2.5)}
"""A stand-in for what is said in a second: 250 Chinese characters or 150 English words a minute, the fast end of
ordinary talk."""


def asking_of(judge: JudgeSettings) -> Asking:
    """How the judge of the settings is asked."""
    return Asking(judge.method, judge.samples, judge.pool, judge.seed, judge.temperature)


def price_of(judge: JudgeSettings) -> Price | None:
    """What the judge of the settings charges; None unless both prices are set."""
    if judge.prompt_price is None or judge.completion_price is None:
        return None
    return Price(judge.prompt_price, judge.completion_price, judge.currency)


def for_kit(kit: Kit, judge: JudgeSettings) -> Cost:
    """The same for one interview of a kit whose questions are all answered at full length."""
    texts = [spoken(kit, question.id, "auto") for question in kit.questions]
    return for_answers(kit, texts, asking_of(judge), price_of(judge))


def for_answers(kit: Kit, answers: Sequence[AnswerText], asking: Asking, price: Price | None) -> Cost:
    """At most about what a judge takes for these answers: every competency that one of them probes, every sample."""
    requests = tokens = 0
    for competency in kit.competencies:
        given = [(a, shown(a.text)) for a in answers if competency.id in kit.question(a.question_id).probes]
        if competency.is_delivery or not given:
            continue
        if asking.method == "absolute":
            prompts = [prompt(kit, competency, given, 0)]
        else:
            prompts = [pairwise.prompt(kit, competency, given, one, 0) for one in pairwise.examples_of(competency)]
        requests += asking.samples * len(prompts)
        tokens += asking.samples * sum(message_tokens(messages) for messages in prompts)
    replies = requests * COMPLETION_TOKENS[asking.method]
    money = None if price is None else price.of(tokens, replies)
    return Cost(requests, tokens, replies, money, "" if price is None else price.currency)


def spoken(kit: Kit, question_id: str, language: str) -> AnswerText:
    """An answer as long as its question allows, in `language` or, where that is "auto", the kit's first."""
    side = language if language in SPOKEN else kit.languages[0]
    word, rate = SPOKEN[side]
    return AnswerText(question_id, side, word * round(rate * kit.question(question_id).answer_s))
