"""Calibration: from human ratings of the same role to scores on the raters' scale, versioned and honest about itself.

It learns from people who rated, on the scorer's own evidence features; quotes, locks and "cannot assess" stay the
scorer's. What does harm to people left out is not used: see `learn.calibrate`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np

from interview_engine.assessment.calibration.curve import Point, Worth, worth
from interview_engine.assessment.calibration.features import FeatureReader, ScorerMaker
from interview_engine.assessment.calibration.fit import Map, Weight
from interview_engine.assessment.calibration.panel import Rater
from interview_engine.assessment.evidence import level
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.scoring import AnswerText, ContentScores, Embedder, Score
from interview_engine.errors import UsageError
from interview_engine.i18n import msg

Shape = Literal["none", "linear", "full"]
"""none: the score stays as it was; linear: shift, slope and competencies; full: with cues and words."""

SCHEMA = "interview-calibration/2"
EARLIER = "interview-calibration/1"

DIGITS = 7


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
        shape: see `Shape`.
        weights: every weight with its interval.
        prior: weights of earlier ratings of the kit that this one was fitted on top of; empty without any.
        prior_id: which calibration they are from, "calibrated/…"; empty without any.
        curve: see `curve.learning_curve`.
        cuts: by question with marks, where ratings moved them: see `marks.fitted_cuts`.
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
    prior: Mapping[str, Weight] = field(default_factory=dict)
    prior_id: str = ""
    curve: tuple[Point, ...] = ()
    cuts: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def map(self) -> Map:
        """From features to scores."""
        return Map(self.weights, Map(self.prior) if self.prior else None)

    @property
    def worth(self) -> Worth | None:
        """What further ratings are worth, by this role's own curve."""
        return worth(self.curve, self.figures.items)

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
        self._map = calibration.map
        if self._reader.scorer_id != calibration.scorer:
            raise other_scorer(calibration.scorer, self._reader.scorer_id)

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


def other_scorer(own: str, given: str) -> UsageError:
    """The error of a calibration over another scorer."""
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
        "weights": _weights_object(calibration.weights),
        "prior": {"calibration": calibration.prior_id, "weights": _weights_object(calibration.prior)},
        "curve": [[point.ratings, _number(point.error)] for point in calibration.curve],
        **({"cuts": {name: list(cuts) for name, cuts in sorted(calibration.cuts.items())}} if calibration.cuts else {}),
    }


def _weights_object(weights: Mapping[str, Weight]) -> dict[str, list[float | None]]:
    return {
        name: [_number(part) for part in (w.value, w.low, w.high, w.centre, w.scale)]
        for name, w in sorted(weights.items())
    }


def _weights(entry: Mapping[str, Any]) -> dict[str, Weight]:
    found = {str(name): Weight(*(float(part) for part in parts)) for name, parts in entry.items()}
    if not np.isfinite([part for w in found.values() for part in (w.value, w.low, w.high, w.centre, w.scale)]).all():
        raise ValueError("a number is not finite")
    return found


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
    if document["schema"] not in (SCHEMA, EARLIER):
        raise ValueError(f"not {SCHEMA}")
    if document["shape"] not in ("none", "linear", "full"):
        raise ValueError("shape")
    weights = _weights(document["weights"])
    prior = document.get("prior", {"calibration": "", "weights": {}})
    curve = tuple(Point(int(ratings), float(error)) for ratings, error in document.get("curve", []))
    band = float(document["band"])
    if not np.isfinite([band, *(point.error for point in curve)]).all() or band < 0:
        raise ValueError("a number is not finite")
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
        _weights(prior["weights"]),
        str(prior["calibration"]),
        curve,
        _cuts(document.get("cuts", {})),
    )


def _cuts(entry: Mapping[str, Any]) -> dict[str, tuple[float, ...]]:
    found = {str(name): tuple(float(cut) for cut in cuts) for name, cuts in entry.items()}
    if any(not 0 <= cut <= 1 for cuts in found.values() for cut in cuts):
        raise ValueError("a cut is not between 0 and 1")
    if any(list(cuts) != sorted(cuts) for cuts in found.values()):
        raise ValueError("cuts fall")
    return found


def _number(value: float) -> float | None:
    """Rounded to DIGITS significant digits; None where there is no figure (nan)."""
    return float(f"{float(value):.{DIGITS}g}") if np.isfinite(value) else None


def _maybe(value: Any) -> Any:
    return float("nan") if value is None else value
