"""Calibration: from human ratings of the same role to scores on the raters' scale, versioned and honest about itself.

It learns from people who rated, on the scorer's own evidence features; quotes, locks and "cannot assess" stay the
scorer's. What has not been shown on people left out is not used: see `calibrate`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.calibration.agreement import bootstrap
from interview_engine.assessment.calibration.features import FeatureReader, Features, ScorerMaker
from interview_engine.assessment.calibration.fit import Example, Map, Weight, cross_validated, fit
from interview_engine.assessment.calibration.panel import Agreement, Panel, Rater, among, compare
from interview_engine.assessment.evidence import level
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.scoring import AnswerText, ContentScores, Embedder, Score
from interview_engine.errors import UsageError
from interview_engine.i18n import msg

Matrix = NDArray[np.float64]
Shape = Literal["none", "linear", "full"]

SCHEMA = "interview-calibration/1"

LEAST_INTERVIEWS = 30
"""Rated interviews below which nothing is fitted: with fewer people the intervals hold zero for everything, and
a cue of one person reads as a rule (words and embeddings help from 30 ratings on: docs/scoring.md)."""

LEAST_RATERS = 2
LEAST_SHARED = 10
"""Interviews that two raters must have rated both, for the human-human figure (the blind double rating)."""

SEED = 1
DIGITS = 7
_ABOUT_TWO_IN_THREE = 2 / 3


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of a calibration. Engine figures are on people left out of the fit.

    Args:
        items, people: rated competencies of interviews, and people, behind the engine figures.
        unscored: rated items that the scorer could not assess; they are in no figure.
        human_single, human_average: ICC(A,1) and ICC(A,k) among raters; human_kappa their mean pairwise kappa.
        human_items, human_raters: the table behind the three.
        before_*, after_*: the score without and with the calibration against the mean of the raters.
        after_kappa_low, after_kappa_high: 95 % bootstrap interval by person.
    """

    items: int
    people: int
    unscored: int
    human_single: float
    human_average: float
    human_kappa: float
    human_items: int
    human_raters: int
    before_single: float
    before_kappa: float
    before_r: float
    after_single: float
    after_kappa: float
    after_kappa_low: float
    after_kappa_high: float
    after_r: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted calibration, for one kit version and one scorer.

    Args:
        kit_id, kit_version, kit_sha256: it may be used with this kit only.
        scorer: id of the scorer beneath.
        ratings, interviews, raters: what it was fitted on.
        shape: none (nothing was shown to help: scores stay), linear (shift and slope) or full (with cues and words).
        weights: what moved, each with an interval apart from zero.
        band: half-width round a calibrated score that holds two in three ratings of people left out.
    """

    kit_id: str
    kit_version: int
    kit_sha256: str
    scorer: str
    ratings: int
    interviews: int
    raters: tuple[Rater, ...]
    shape: Shape
    figures: Figures
    band: float
    weights: Mapping[str, Weight]

    @property
    def sha256(self) -> str:
        """Of the canonical text; two equal calibrations have the same."""
        text = json.dumps(to_document(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    @property
    def scorer_id(self) -> str:
        """What reports name: "calibrated/1f0c9a2b"."""
        return f"calibrated/{self.sha256[:8]}"

    def check(self, kit: Kit) -> None:
        """Accept the kit that this calibration was learned on: id, version and hash.

        Raises:
            UsageError: `calibration.other_kit`.
        """
        if (self.kit_id, self.kit_version, self.kit_sha256) == (kit.id, kit.version, kit.sha256):
            return
        own = f"{self.kit_id} v{self.kit_version} ({self.kit_sha256[:12]})"
        given = f"{kit.id} v{kit.version} ({kit.sha256[:12]})"
        raise UsageError(
            "calibration.other_kit",
            msg("The calibration is of kit {own}, not of {given}.", own=own, given=given),
            msg("Calibrate again with ratings of this kit."),
        )


def calibrate(
    kit: Kit, scorer_id: str, rated: Panel, features: Mapping[tuple[str, str], Features], people: Mapping[str, str]
) -> Calibration:
    """Fit, and keep only what holds on people left out (5 folds by person).

    Three shapes are compared: the score as it is, a line (shift and slope), and the line with cues and word groups. A
    shape replaces the simpler one only when the bootstrap interval (by person) of the gain in squared error on people
    left out lies above zero; and a line only when the ratings rise with the score at all.

    Args:
        rated: the ratings; severity is taken out before the mean.
        features: by (interview, competency), of FeatureReader.
        people: who is behind each interview; one person's interviews never stand on both sides of a fold.

    Raises:
        UsageError: `calibration.too_few`, `calibration.one_rater`, `calibration.not_shared`, `calibration.flat`.
    """
    check_minimum(rated)
    fair = rated.fair()
    examples = [
        Example(interview, people[interview], features[interview, competency], float(rating))
        for (interview, competency), rating in zip(rated.items, fair, strict=True)
        if features[interview, competency].value is not None
    ]
    examples.sort(key=lambda one: (one.interview, one.features.competency_id))
    if len({one.interview for one in examples}) < LEAST_INTERVIEWS:
        raise _too_few(len({one.interview for one in examples}))
    y = np.array([one.rating for one in examples])
    if not np.ptp(y):
        raise _flat()
    who = [one.person for one in examples]
    base = np.array([one.value for one in examples])
    line, full = cross_validated(examples, plain=True), cross_validated(examples)
    follows = _slope_holds(base, y, who)
    chosen: Shape = "none"
    held = base
    if follows and _better(line, base, y, who):
        chosen, held = "linear", line
    if _better(full, line, y, who) and _better(full, base, y, who):
        chosen, held = "full", full
    fitted = Map() if chosen == "none" else fit(examples, plain=chosen == "linear")
    before, after = compare(base, y, who), compare(held, y, who)
    found = Calibration(
        kit.id,
        kit.version,
        kit.sha256,
        scorer_id,
        int(np.isfinite(rated.table).sum()),
        len(rated.interviews),
        rated.describe(),
        chosen,
        _figures(rated, examples, before, after),
        float(np.quantile(np.abs(held - y), _ABOUT_TWO_IN_THREE)),
        fitted.weights,
    )
    return from_document(to_document(found))  # the rounding of the file, so that a file gives the same scores


def check_minimum(rated: Panel) -> None:
    """Refuse ratings that cannot carry a calibration, before anything costly is read.

    Raises:
        UsageError: `calibration.too_few`, `calibration.one_rater`, `calibration.not_shared`.
    """
    if len(rated.interviews) < LEAST_INTERVIEWS:
        raise _too_few(len(rated.interviews))
    if len(rated.raters) < LEAST_RATERS:
        raise UsageError(
            "calibration.one_rater",
            msg("There is only one rater."),
            msg(
                "Have at least {least_raters} people rate independently, with {least_shared} interviews rated by both.",
                least_raters=LEAST_RATERS,
                least_shared=LEAST_SHARED,
            ),
        )
    shared = rated.shared_interviews()
    if shared < LEAST_SHARED:
        raise UsageError(
            "calibration.not_shared",
            msg("Only {shared} interviews were rated by two people.", shared=shared),
            msg("At least {least_shared} are needed to measure agreement.", least_shared=LEAST_SHARED),
        )


def _too_few(count: int) -> UsageError:
    return UsageError(
        "calibration.too_few",
        msg("Only {count} assessable interviews are rated.", count=count),
        msg("At least {least_interviews} are needed.", least_interviews=LEAST_INTERVIEWS),
    )


def _flat() -> UsageError:
    return UsageError(
        "calibration.flat",
        msg("All ratings are the same."),
        msg("Check the column of ratings."),
    )


def _better(one: Matrix, other: Matrix, y: Matrix, people: Sequence[str]) -> bool:
    gain = (other - y) ** 2 - (one - y) ** 2
    return bootstrap(lambda i: float(gain[i].mean()), list(people), seed=SEED, draws=400).low > 0


def _slope_holds(base: Matrix, y: Matrix, people: Sequence[str]) -> bool:
    def covariance(i: NDArray[np.intp]) -> float:
        return float(np.mean((base[i] - base[i].mean()) * (y[i] - y[i].mean())))

    return bootstrap(covariance, list(people), seed=SEED, draws=400).low > 0


def _figures(rated: Panel, examples: Sequence[Example], before: Agreement, after: Agreement) -> Figures:
    human, kappa = among(rated.shared())
    return Figures(
        len(examples),
        len({one.person for one in examples}),
        len(rated.items) - len(examples),
        human.single,
        human.average,
        kappa,
        human.items,
        human.raters,
        before.icc.single,
        before.kappa.value,
        before.r,
        after.icc.single,
        after.kappa.value,
        after.kappa.low,
        after.kappa.high,
        after.r,
    )


class CalibratedScorer:
    """Implements scoring.Scorer: the scorer beneath, its scores moved by a calibration.

    Quotes, what was not shown, locks and "cannot assess" are those of the scorer beneath.

    Args:
        make_scorer: the scorer beneath, over the embedder it is given.
        calibration: of the kit that will be scored.
    """

    def __init__(self, make_scorer: ScorerMaker, embedder: Embedder, calibration: Calibration) -> None:
        self._reader = FeatureReader(make_scorer, embedder)
        self._calibration = calibration
        self._map = Map(calibration.weights)
        if self._reader.scorer_id != calibration.scorer:
            raise _other_scorer(calibration.scorer, self._reader.scorer_id)

    @property
    def scorer_id(self) -> str:
        """See `Calibration.scorer_id`."""
        return self._calibration.scorer_id

    def score(self, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
        """See `Scorer.score`.

        Raises:
            UsageError: `calibration.other_kit`.
        """
        self._calibration.check(kit)
        scores, features = self._reader.read(kit, answers)
        band = self._calibration.band
        results = []
        for result, one in zip(scores.competencies, features, strict=True):
            if result.score is None:
                results.append(result)
                continue
            value = round(self._map.predict(one), 4)
            score = Score(value, max(0.0, value - band), min(10.0, value + band))
            results.append(replace(result, score=score, level_distribution=level.distribution(value, max(band, 0.1))))
        settings = {
            **scores.settings,
            "calibration_sha256": self._calibration.sha256,
            "calibrated_scorer": self._calibration.scorer,
            "calibration_ratings": self._calibration.ratings,
            "calibration_raters": len(self._calibration.raters),
        }
        return ContentScores(tuple(results), scores.answers, settings)


def _other_scorer(own: str, given: str) -> UsageError:
    return UsageError(
        "calibration.other_scorer",
        msg("The calibration is of scorer {own}, not {given}.", own=own, given=given),
        msg("Run calibrate again."),
    )


def to_document(calibration: Calibration) -> dict[str, Any]:
    """As JSON values, numbers rounded to seven digits; `from_document` is the way back."""
    raters = [
        {
            "rater": rater.name,
            "ratings": rater.ratings,
            "severity": _number(rater.severity),
            "drift": _number(rater.drift),
            "alarms": list(rater.alarms),
        }
        for rater in calibration.raters
    ]
    return {
        "schema": SCHEMA,
        "kit": {"id": calibration.kit_id, "version": calibration.kit_version, "sha256": calibration.kit_sha256},
        "scorer": calibration.scorer,
        "ratings": calibration.ratings,
        "interviews": calibration.interviews,
        "raters": raters,
        "shape": calibration.shape,
        "figures": {
            name: _number(value) if isinstance(value, float) else value
            for name, value in asdict(calibration.figures).items()
        },
        "band": _number(calibration.band),
        "weights": {
            name: [_number(part) for part in (w.value, w.low, w.high, w.centre, w.scale)]
            for name, w in sorted(calibration.weights.items())
        },
    }


def from_document(document: Mapping[str, Any]) -> Calibration:
    """The calibration of a document.

    Raises:
        UsageError: `calibration.invalid`.
    """
    try:
        return _parsed(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise invalid(f"{type(error).__name__}: {error}") from error


def invalid(detail: str) -> UsageError:
    """The error of a file that is no calibration."""
    return UsageError(
        "calibration.invalid",
        msg("This is not a valid calibration file ({detail}).", detail=detail),
        msg("Give the file that calibrate wrote."),
    )


def _parsed(document: Mapping[str, Any]) -> Calibration:
    if document["schema"] != SCHEMA:
        raise ValueError(f"not {SCHEMA}")
    if document["shape"] not in ("none", "linear", "full"):
        raise ValueError("shape")
    weights = {str(name): Weight(*(float(part) for part in parts)) for name, parts in document["weights"].items()}
    band = float(document["band"])
    finite = [band, *(part for w in weights.values() for part in (w.value, w.low, w.high, w.centre, w.scale))]
    if not np.isfinite(finite).all() or band < 0:
        raise ValueError("a number is not finite")
    if any(weight.low <= 0 <= weight.high for weight in weights.values()):
        raise ValueError("a weight's interval holds zero")
    kit = document["kit"]
    return Calibration(
        str(kit["id"]),
        int(kit["version"]),
        str(kit["sha256"]),
        str(document["scorer"]),
        int(document["ratings"]),
        int(document["interviews"]),
        tuple(
            Rater(str(one["rater"]), int(one["ratings"]), _maybe(one["severity"]), _maybe(one["drift"]))
            for one in document["raters"]
        ),
        document["shape"],
        Figures(**{name: _maybe(value) for name, value in document["figures"].items()}),
        band,
        weights,
    )


def _number(value: float) -> float | None:
    """Rounded to DIGITS significant digits; None where there is no figure (nan)."""
    return float(f"{float(value):.{DIGITS}g}") if np.isfinite(value) else None


def _maybe(value: Any) -> Any:
    return float("nan") if value is None else value
