"""The judge scorer: a language model proposes quotes and levels, code decides what counts.

An answer is data: what speaks to the grader is cut out before the model sees it (screening.py). A quote that is not a
verbatim span of the answer is dropped together with the points it carried (reply.py, pairwise.py). Several samples are
pooled, and their spread is part of the band. What the model or its server could not say goes to a person with the
reason; no other scorer takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Protocol

import numpy as np

from interview_engine.assessment.evidence.scorer import GRAVE_LIMIT
from interview_engine.assessment.evidence.sentences import located
from interview_engine.assessment.judge import pairwise
from interview_engine.assessment.judge.asking import Asking
from interview_engine.assessment.judge.cost import COMPLETION_TOKENS, Count, Price, message_tokens
from interview_engine.assessment.judge.prompt import Given, prompt, reply_schema
from interview_engine.assessment.judge.reply import Claim, Verified, verify
from interview_engine.assessment.judge.screening import Screened
from interview_engine.assessment.kits.kit import LEVELS, Competency, Kit
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.scoring import (
    AnswerFinding,
    AnswerText,
    CompetencyResult,
    ContentScores,
    Evidence,
    Polarity,
    Score,
)
from interview_engine.errors import ScorerError

MIN_HALF_BAND = 1.3
"""Half-width of the band in points of 10 where the samples agree: the size of human-human disagreement on 10 points
in structured interviews; the spread between samples is added in quadrature."""

MAX_SHOWN = 4
"""Quotes in a report, as many as the evidence scorer shows."""

FOR_LEVEL = 3
"""A quote of this anchor or above speaks for the candidate and shows its indicator."""

INVALID, BUDGET, FAILED = "judge.invalid_reply", "judge.budget", "judge.failed"
"""Reasons of a competency that the judge could not rate, none of them the candidate's doing."""

FAILURES = frozenset({INVALID, BUDGET, FAILED})


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of a model.

    Args:
        document: parsed JSON, or None when the reply was not the JSON asked for; then `problem` says why.
        prompt_tokens, completion_tokens: None where the server does not say.
    """

    document: object
    prompt_tokens: int | None
    completion_tokens: int | None
    problem: str = ""


class ChatModel(Protocol):
    """A model that answers a prompt."""

    @property
    def name(self) -> str:
        """The name by which the endpoint knows the model; part of the scorer's id."""
        ...

    @property
    def address(self) -> str:
        """Where answers are sent, fit for a report: no user, password or query."""
        ...

    def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], seed: int) -> Reply:
        """One reply at the endpoint's temperature; ScorerError when the endpoint fails."""
        ...


class AnswerScreen(Protocol):
    """What keeps answers, or parts of them, from being judged (screening.Screening)."""

    def __call__(self, kit: Kit, answers: Sequence[AnswerText]) -> Sequence[Screened]:
        """What may be shown of each of one person's answers, in their order."""
        ...


def no_clock() -> float:
    """A clock that stands still, where nobody asks for the time spent."""
    return 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What asking may cost and what happens when the endpoint fails.

    Args:
        price: None when the cost is not to be reckoned.
        budget: most that one interview may cost, in the price's currency; None for no limit.
        waits: an endpoint that fails is an error, for a worker that can wait and try again. Else what it was to rate
            goes to a person, and the rest of the interview is kept.
        clock_s: seconds that only go forward; counts the time spent waiting for the endpoint.
    """

    price: Price | None = None
    budget: Decimal | None = None
    waits: bool = True
    clock_s: Callable[[], float] = no_clock

    def __post_init__(self) -> None:
        if self.budget is not None and self.price is None:
            raise ValueError("a budget needs a price")


class JudgeScorer:
    """Implements scoring.Scorer with a language model.

    Args:
        model: asked once a competency and sample, or once a competency, sample and example.
        screen: see `AnswerScreen`.
    """

    def __init__(
        self, model: ChatModel, screen: AnswerScreen, asking: Asking | None = None, limits: Limits | None = None
    ) -> None:
        self._model = model
        self._screen = screen
        self._asking = asking or Asking()
        self._limits = limits or Limits()

    @property
    def scorer_id(self) -> str:
        """See `Asking.scorer_id`."""
        return self._asking.scorer_id(self._model.name)

    def score(self, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
        """See `Scorer.score`. What no reply could be had or used for is not assessed, with a reason of `FAILURES`.

        Raises:
            ScorerError: the endpoint failed and `Limits.waits`.
        """
        place = {question.id: number for number, question in enumerate(kit.questions)}
        ordered = sorted(answers, key=lambda a: (place[a.question_id], a.language, a.text))
        screened = {id(a): one for a, one in zip(ordered, self._screen(kit, ordered), strict=True)}
        talk = _Talk(self._model, self._asking, self._limits)
        results = [
            _competency(talk, kit, competency, [(a, screened[id(a)]) for a in ordered if _probes(kit, a, competency)])
            for competency in kit.competencies
            if not competency.is_delivery
        ]
        findings = tuple(AnswerFinding(answer.question_id, screened[id(answer)].reason) for answer in answers)
        return ContentScores(tuple(results), findings, talk.provenance(results))


@dataclass(slots=True)
class _Talk:
    """The conversation about one interview: what was asked and spent, and why it ended, if it did."""

    model: ChatModel
    asking: Asking
    limits: Limits
    count: Count = field(default_factory=Count)
    ended: Reason | None = None

    def sample(self, kit: Kit, competency: Competency, given: Given, number: int) -> Verified | None:
        """One sample, checked; None when its reply, or one of its replies, could not be used."""
        if self.asking.method == "absolute":
            reply = self._ask(prompt(kit, competency, given, number), reply_schema(competency), number)
            verified = verify(reply.document, competency, given)
            if verified is None:
                self._note(reply)
            return verified
        examples = pairwise.examples_of(competency)
        compared = []
        for example in examples:
            messages = pairwise.prompt(kit, competency, given, example, number)
            reply = self._ask(messages, pairwise.reply_schema(competency), number)
            one = pairwise.verify(reply.document, competency, given, number)
            if one is None:
                self._note(reply)
                return None
            compared.append(one)
        return pairwise.checked(examples, compared)

    def _note(self, reply: Reply) -> None:
        self.count.unusable.append(reply.problem or "not the form that was asked for")

    def _ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], sample: int) -> Reply:
        self._check_budget(messages)
        started = self.limits.clock_s()
        try:
            reply = self.model.ask(messages, schema, seed=self.asking.seed + sample)
        except ScorerError as error:
            self.ended = Reason(FAILED, {"code": error.code})
            raise
        self.count.add(reply.prompt_tokens, reply.completion_tokens, self.limits.clock_s() - started)
        return reply

    def _check_budget(self, messages: Sequence[Mapping[str, str]]) -> None:
        price, budget = self.limits.price, self.limits.budget
        if price is None or budget is None:
            return
        next_one = price.of(message_tokens(messages), COMPLETION_TOKENS[self.asking.method])
        so_far = price.of(self.count.prompt_tokens, self.count.completion_tokens)
        if so_far + next_one > budget:
            self.ended = Reason(BUDGET, {"budget": f"{budget:f} {price.currency}"})
            raise _SpentError

    def provenance(self, results: Sequence[CompetencyResult]) -> dict[str, str | int | float | bool]:
        """What the report says of the judge and of what it took."""
        count, asking = self.count, self.asking
        facts: dict[str, str | int | float | bool] = {
            "judge_model": self.model.name,
            "judge_endpoint": self.model.address,
            "judge_method": asking.method,
            "judge_samples": asking.samples,
            "judge_pool": asking.pool,
            "judge_seed": asking.seed,
            "judge_temperature": asking.temperature,
            "judge_requests": count.requests,
            "judge_prompt_tokens": count.prompt_tokens,
            "judge_completion_tokens": count.completion_tokens,
            "judge_seconds": round(count.seconds, 1),
        }
        failed = [one.reason.code for one in results if one.reason is not None and one.reason.code in FAILURES]
        if failed:
            facts["judge_failed"] = self.ended.detail.get("code", self.ended.code) if self.ended else failed[0]
            facts["judge_failed_competencies"] = len(failed)
        if count.unusable:
            facts["judge_unusable_replies"] = len(count.unusable)
        if count.uncounted:
            facts["judge_replies_without_token_count"] = count.uncounted
        cost = count.cost(self.limits.price)
        if cost.amount:
            facts["judge_cost"] = cost.amount
        return facts


class _SpentError(Exception):
    """The next request would cost more than is left."""


def _competency(
    talk: _Talk, kit: Kit, competency: Competency, probing: Sequence[tuple[AnswerText, Screened]]
) -> CompetencyResult:
    notes = _notes([screened for _, screened in probing])
    given = [(answer, screened.shown) for answer, screened in probing if screened.reason is None]
    if not given:
        code = "competency.answers_not_assessable" if probing else "competency.not_shown"
        return _not_assessed(competency, Reason(code), notes)
    samples: list[Verified] = []
    try:
        for number in range(talk.asking.samples if talk.ended is None else 0):
            one = talk.sample(kit, competency, given, number)
            samples += [] if one is None else [one]
    except _SpentError:
        samples = []
    except ScorerError:
        if talk.limits.waits:
            raise
        samples = []
    if talk.ended is not None:
        return _not_assessed(competency, talk.ended, notes)
    if not samples:
        told = "; ".join(dict.fromkeys(talk.count.unusable[-talk.asking.samples :]))
        return _not_assessed(competency, Reason(INVALID, {"told": told}), notes)
    levels = [one.level for one in samples if one.level is not None]
    if not levels:
        dropped = sum(one.dropped for one in samples)
        code = "judge.quotes_unverified" if dropped else "competency.not_shown"
        return _not_assessed(competency, Reason(code), notes)
    claims = [claim for one in samples for claim in one.claims]
    level, spread = talk.asking.pooled(levels)
    found = _assessed(competency, level, spread, claims, notes)
    grave = any(screened.is_grave(competency.id) for _, screened in probing if screened.reason is None)
    return _capped(found) if grave else found


def _probes(kit: Kit, answer: AnswerText, competency: Competency) -> bool:
    return competency.id in kit.question(answer.question_id).probes


def _notes(screened: Sequence[Screened]) -> tuple[Reason, ...]:
    """Why answers that probe the competency were left out, in whole or in part; each code once."""
    found: dict[str, Reason] = {}
    for one in screened:
        for reason in (*((one.reason,) if one.reason else ()), *one.notes):
            found.setdefault(reason.code, reason)
    return tuple(found[code] for code in sorted(found))


def _assessed(
    competency: Competency, level: float, spread: float, claims: Sequence[Claim], notes: tuple[Reason, ...]
) -> CompetencyResult:
    value = round(2.5 * (level - 1), 4)
    half = float(np.hypot(MIN_HALF_BAND, 2.5 * spread))
    found = {claim.indicator for claim in claims if claim.level >= FOR_LEVEL}
    return CompetencyResult(
        competency.id,
        "assessed",
        Score(value, max(0.0, value - half), min(10.0, value + half)),
        _distribution(level, half),
        _quotes(claims),
        tuple(indicator.id for indicator in competency.indicators if indicator.id not in found),
        tuple((indicator.id, indicator.id in found) for indicator in competency.indicators if indicator.marker),
        reasons=notes,
    )


def _capped(result: CompetencyResult) -> CompetencyResult:
    """As the default scorer: an answer that tells a grave wrong deed is not above level 2, and a person has to look."""
    assert result.score is not None
    value = min(GRAVE_LIMIT, result.score.value)
    half = max(result.score.high - result.score.value, result.score.value - result.score.low)
    return replace(
        result,
        score=Score(value, max(0.0, value - half), min(10.0, value + half)),
        level_distribution=_distribution(1 + value / 2.5, half),
        reasons=(*result.reasons, Reason("conduct.wrong_deed")),
    )


def _distribution(level: float, half: float) -> tuple[float, ...]:
    density = np.exp(-0.5 * ((np.asarray(LEVELS) - level) / (half / 2.5)) ** 2)
    return tuple(float(share) for share in density / density.sum())


def _quotes(claims: Sequence[Claim]) -> tuple[Evidence, ...]:
    """The strongest quotes first; of spans that overlap only the first is kept."""
    strongest = sorted(claims, key=lambda c: (-abs(c.level - 2.5), c.answer.question_id, c.start, c.end))
    chosen: list[Claim] = []
    for claim in strongest:
        if len(chosen) < MAX_SHOWN and not any(_overlap(claim, other) for other in chosen):
            chosen.append(claim)
    return tuple(_evidence(claim) for claim in chosen)


def _overlap(one: Claim, other: Claim) -> bool:
    return one.answer is other.answer and one.start < other.end and other.start < one.end


def _evidence(claim: Claim) -> Evidence:
    start_s, end_s = located(claim.answer, claim.start, len(claim.quote))
    polarity: Polarity = "for" if claim.level >= FOR_LEVEL else "against"
    return Evidence(
        claim.answer.question_id,
        claim.quote,
        claim.start,
        start_s,
        end_s,
        claim.indicator,
        polarity,
        abs(claim.level - 2.5) / 2.5,
        (claim.said or f"level_{claim.level}",),
    )


def _not_assessed(competency: Competency, reason: Reason, notes: tuple[Reason, ...]) -> CompetencyResult:
    return CompetencyResult(
        competency.id,
        "cannot_assess",
        None,
        (),
        (),
        tuple(indicator.id for indicator in competency.indicators),
        tuple((indicator.id, False) for indicator in competency.indicators if indicator.marker),
        reason=reason,
        reasons=notes,
    )
