"""The judge scorer: a language model proposes quotes and levels, code decides what counts.

An answer is data: what speaks to the grader is cut out before the model sees it (screening.py). A quote that is not a
verbatim span of the answer is dropped together with the points it carried (reply.py). Several differently ordered
prompts at temperature 0 are pooled, and their spread is part of the band. A model that fails is an error; no other
scorer takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

import numpy as np

from interview_engine.assessment.evidence.sentences import located
from interview_engine.assessment.judge.prompt import PROMPT_VERSION, prompt, reply_schema
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
from interview_engine.i18n import msg

MIN_HALF_BAND = 1.3
"""Half-width of the band in points of 10 where the samples agree: the size of human-human disagreement on 10 points
in structured interviews; the spread between samples is added in quadrature."""

MAX_SHOWN = 4
"""Quotes in a report, as many as the evidence scorer shows."""

FOR_LEVEL = 3
"""A quote of this anchor or above speaks for the candidate and shows its indicator."""

MAX_SAMPLES = 4


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
        """One reply at temperature 0; ScorerError when the endpoint fails."""
        ...


class AnswerScreen(Protocol):
    """What keeps an answer, or parts of it, from being judged (screening.Screening)."""

    def __call__(self, kit: Kit, answer: AnswerText) -> Screened:
        """What may be shown of the answer."""
        ...


@dataclass(frozen=True, slots=True)
class Price:
    """What the endpoint charges for a million tokens, in `currency`."""

    prompt: Decimal
    completion: Decimal
    currency: str = "CNY"


@dataclass(slots=True)
class _Count:
    """Requests and tokens of one interview."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    uncounted: int = 0
    unusable: list[str] = field(default_factory=list)

    def add(self, reply: Reply) -> None:
        self.requests += 1
        self.prompt_tokens += reply.prompt_tokens or 0
        self.completion_tokens += reply.completion_tokens or 0
        self.uncounted += reply.prompt_tokens is None or reply.completion_tokens is None


class JudgeScorer:
    """Implements scoring.Scorer with a language model.

    Args:
        model: asked once a competency and sample.
        screen: see `AnswerScreen`.
        samples: how many differently ordered prompts are pooled, 1..4.
        price: None when the cost is not to be reckoned.
    """

    def __init__(self, model: ChatModel, screen: AnswerScreen, samples: int = 2, price: Price | None = None) -> None:
        if not 1 <= samples <= MAX_SAMPLES:
            raise ValueError(f"samples must be 1..{MAX_SAMPLES}, not {samples}")
        self._model = model
        self._screen = screen
        self._samples = samples
        self._price = price

    @property
    def scorer_id(self) -> str:
        """Prompt version, model and number of samples: "judge/2:qwen-plus:2"."""
        return scorer_id(self._model.name, self._samples)

    def score(self, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
        """See `Scorer.score`.

        Raises:
            ScorerError: the endpoint failed, or `judge.invalid_reply`: no sample of a competency could be used.
        """
        count = _Count()
        place = {question.id: number for number, question in enumerate(kit.questions)}
        ordered = sorted(answers, key=lambda a: (place[a.question_id], a.language, a.text))
        screened = {id(answer): self._screen(kit, answer) for answer in ordered}
        results = [
            self._competency(
                kit, competency, [(a, screened[id(a)]) for a in ordered if _probes(kit, a, competency)], count
            )
            for competency in kit.competencies
            if not competency.is_delivery
        ]
        findings = tuple(AnswerFinding(answer.question_id, screened[id(answer)].reason) for answer in answers)
        return ContentScores(tuple(results), findings, self._provenance(count))

    def _competency(
        self, kit: Kit, competency: Competency, probing: Sequence[tuple[AnswerText, Screened]], count: _Count
    ) -> CompetencyResult:
        notes = _notes([screened for _, screened in probing])
        given = [(answer, screened.shown) for answer, screened in probing if screened.reason is None]
        if not given:
            code = "competency.answers_not_assessable" if probing else "competency.not_shown"
            return _not_assessed(competency, Reason(code), notes)
        checked: list[Verified] = []
        problems: list[str] = []
        for sample in range(self._samples):
            reply = self._model.ask(prompt(kit, competency, given, sample), reply_schema(competency), seed=sample)
            count.add(reply)
            verified = verify(reply.document, competency, given)
            if verified is None:
                problems.append(reply.problem or "not the form that was asked for")
                continue
            checked.append(verified)
        count.unusable += problems
        if not checked:
            raise _invalid(self._model.name, competency, problems)
        levels = [one.level for one in checked if one.level is not None]
        if not levels:
            dropped = sum(one.dropped for one in checked)
            code = "judge.quotes_unverified" if dropped else "competency.not_shown"
            return _not_assessed(competency, Reason(code), notes)
        return _assessed(competency, levels, [claim for one in checked for claim in one.claims], notes)

    def _provenance(self, count: _Count) -> dict[str, str | int | float | bool]:
        facts: dict[str, str | int | float | bool] = {
            "judge_model": self._model.name,
            "judge_endpoint": self._model.address,
            "judge_samples": self._samples,
            "judge_requests": count.requests,
            "judge_prompt_tokens": count.prompt_tokens,
            "judge_completion_tokens": count.completion_tokens,
        }
        if count.unusable:
            facts["judge_unusable_replies"] = len(count.unusable)
        if count.uncounted:
            facts["judge_replies_without_token_count"] = count.uncounted
        if self._price is not None:
            cost = (
                count.prompt_tokens * self._price.prompt + count.completion_tokens * self._price.completion
            ) / 1_000_000
            at_least = ">= " if count.uncounted else ""
            facts["judge_cost"] = f"{at_least}{cost.quantize(Decimal('0.000001'))} {self._price.currency}"
        return facts


def scorer_id(model: str, samples: int) -> str:
    """The id of a judge: everything that decides how it scores, apart from where it runs."""
    return f"{PROMPT_VERSION}:{model}:{samples}"


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
    competency: Competency, levels: Sequence[float], claims: Sequence[Claim], notes: tuple[Reason, ...]
) -> CompetencyResult:
    level = float(np.mean(levels))
    value = round(2.5 * (level - 1), 4)
    half = float(np.hypot(MIN_HALF_BAND, 2.5 * np.std(levels)))
    density = np.exp(-0.5 * ((np.asarray(LEVELS) - level) / (half / 2.5)) ** 2)
    found = {claim.indicator for claim in claims if claim.level >= FOR_LEVEL}
    return CompetencyResult(
        competency.id,
        "assessed",
        Score(value, max(0.0, value - half), min(10.0, value + half)),
        tuple(float(share) for share in density / density.sum()),
        _quotes(claims),
        tuple(indicator.id for indicator in competency.indicators if indicator.id not in found),
        tuple((indicator.id, indicator.id in found) for indicator in competency.indicators if indicator.marker),
        reasons=notes,
    )


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
        (f"level_{claim.level}",),
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


def _invalid(model: str, competency: Competency, problems: Sequence[str]) -> ScorerError:
    told = "; ".join(dict.fromkeys(problems))
    return ScorerError(
        "judge.invalid_reply",
        msg(
            "{model} gave no reply on “{name}” in the requested JSON form ({told}).",
            model=model,
            name=competency.name,
            told=told,
        ),
        msg(
            "Use a model or server that keeps to a JSON schema, or raise "
            "INTERVIEW_ENGINE_JUDGE_MAX_TOKENS; no other scorer is used."
        ),
    )
