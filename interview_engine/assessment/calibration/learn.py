"""Learn a calibration from ratings: what is enough to begin with, what moves, and what would do harm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.calibration.agreement import IntraclassCorrelation
from interview_engine.assessment.calibration.calibration import (
    Calibration,
    Figures,
    Shape,
    from_document,
    other_scorer,
    to_document,
)
from interview_engine.assessment.calibration.curve import learning_curve
from interview_engine.assessment.calibration.features import Features
from interview_engine.assessment.calibration.fit import LINE, Example, Map, cross_validated, fit
from interview_engine.assessment.calibration.panel import Agreement, Panel, among, compare
from interview_engine.assessment.evidence.marks import Rated, fitted_cuts, own_question, shipped_cuts
from interview_engine.assessment.kits.kit import Kit
from interview_engine.errors import UsageError
from interview_engine.i18n import msg

Matrix = NDArray[np.float64]

LEAST_RATINGS = 10
LEAST_PEOPLE = 5
"""Rated items, and people behind them, below which nothing is fitted: held out in turn, fewer say nothing of harm."""

SEED, DRAWS = 1, 400
SURE = 0.9
_ABOUT_TWO_IN_THREE = 2 / 3


def calibrate(
    kit: Kit,
    scorer_id: str,
    rated: Panel,
    features: Mapping[tuple[str, str], Features],
    people: Mapping[str, str],
    earlier: Calibration | None = None,
) -> Calibration:
    """Fit on top of earlier ratings of the kit, and refuse nothing but what does harm to people left out.

    The map moves as far as the ratings at hand carry (`fit`). It is used unless the score as it is does better on
    people left out (5 folds by person), or the ratings do not rise with the score: then nothing moves, and the file
    says so.

    Args:
        rated: the ratings; severity is taken out before the mean.
        features: by (interview, competency), of FeatureReader.
        people: who is behind each interview; one person's interviews never stand on both sides of a fold.
        earlier: the calibration of another version of the kit with the same scorer, as the layer beneath.

    Raises:
        UsageError: `calibration.too_few`, `calibration.flat`, `calibration.other_kit`, `calibration.other_scorer`.
    """
    check_minimum(rated)
    _check_earlier(kit, scorer_id, earlier)
    fair = rated.fair()
    examples = [
        Example(interview, people[interview], features[interview, competency], float(rating))
        for (interview, competency), rating in zip(rated.items, fair, strict=True)
        if features[interview, competency].value is not None
    ]
    examples.sort(key=lambda one: (one.interview, one.features.competency_id))
    who = [one.person for one in examples]
    if len(examples) < LEAST_RATINGS or len(set(who)) < LEAST_PEOPLE:
        raise _too_few(len(examples), len(set(who)))
    y = np.array([one.rating for one in examples])
    if not np.ptp(y):
        raise _flat()
    parent = Map(earlier.weights) if earlier is not None and earlier.weights else None
    base = np.array([one.value for one in examples])
    held = cross_validated(examples, parent)
    harmful = _squared(held, y) >= _squared(base, y) or not _rises(base, y, who)
    fitted = Map() if harmful else fit(examples, parent)
    held = base if harmful else held
    kinds = {_shape_of(name) for name in fitted.weights} if fitted.moves else {"none"}
    shape: Shape = "full" if "full" in kinds else "none" if harmful else "linear"
    before, after = compare(base, y, who), compare(held, y, who)
    found = Calibration(
        kit.id,
        kit.version,
        kit.sha256,
        scorer_id,
        int(np.isfinite(rated.table).sum()),
        len(rated.interviews),
        rated.describe(),
        shape,
        _figures(rated, examples, before, after),
        float(np.quantile(np.abs(held - y), _ABOUT_TWO_IN_THREE)),
        fitted.weights,
        {} if harmful or parent is None else parent.weights,
        "" if harmful or earlier is None else earlier.scorer_id,
        () if harmful else learning_curve(examples, parent),
        _cuts(kit, rated, fair, features, people),
    )
    return from_document(to_document(found))  # the rounding of the file, so that a file gives the same scores


def _cuts(
    kit: Kit,
    rated: Panel,
    fair: Matrix,
    features: Mapping[tuple[str, str], Features],
    people: Mapping[str, str],
) -> dict[str, tuple[float, ...]]:
    """By question with marks of its own competency: its cuts, where the ratings moved them."""
    found = {}
    for competency in kit.competencies:
        question = own_question(kit, competency.id)
        if question is None:
            continue
        given = [
            Rated(people[interview], likeness, float(rating) / 10.0)
            for (interview, name), rating in zip(rated.items, fair, strict=True)
            if name == competency.id
            for likeness in (features[interview, name].likeness,)
            if likeness is not None
        ]
        cuts = fitted_cuts(question.marks, sorted(given, key=lambda one: (one.person, one.likeness, one.share)))
        if cuts != shipped_cuts(question.marks):
            found[question.id] = cuts
    return found


def check_minimum(rated: Panel) -> None:
    """Refuse ratings that cannot carry a calibration, before anything costly is read.

    Raises:
        UsageError: `calibration.too_few`.
    """
    if len(rated.items) < LEAST_RATINGS or len(rated.interviews) < LEAST_PEOPLE:
        raise _too_few(len(rated.items), len(rated.interviews))


def _check_earlier(kit: Kit, scorer_id: str, earlier: Calibration | None) -> None:
    if earlier is None:
        return
    if earlier.kit_id != kit.id:
        raise UsageError(
            "calibration.other_kit",
            msg("The calibration is of kit {own}, not of {given}.", own=earlier.kit_id, given=kit.id),
            msg("Calibrate again with ratings of this kit."),
        )
    if earlier.scorer != scorer_id:
        raise other_scorer(earlier.scorer, scorer_id)


def _too_few(count: int, people: int) -> UsageError:
    return UsageError(
        "calibration.too_few",
        msg("There are {count} usable ratings of {people} people.", count=count, people=people),
        msg(
            "At least {least} ratings of {least_people} people are needed.",
            least=LEAST_RATINGS,
            least_people=LEAST_PEOPLE,
        ),
    )


def _flat() -> UsageError:
    return UsageError(
        "calibration.flat",
        msg("All ratings are the same."),
        msg("Check the column of ratings."),
    )


def _squared(one: Matrix, other: Matrix) -> float:
    return float(np.mean((one - other) ** 2))


def _rises(base: Matrix, y: Matrix, people: Sequence[str]) -> bool:
    """Whether the ratings rise with the score in `SURE` of the draws of people: a map of ratings that do not follow the
    score would say nearly the same of everybody."""
    names = sorted(set(people))
    rows = [np.flatnonzero([person == name for person in people]) for name in names]
    generator = np.random.default_rng(SEED)
    rising = 0
    for _ in range(DRAWS):
        i = np.concatenate([rows[at] for at in generator.integers(0, len(names), len(names))])
        rising += float(np.mean((base[i] - base[i].mean()) * (y[i] - y[i].mean()))) > 0
    return rising >= SURE * DRAWS


def _shape_of(name: str) -> str:
    return "linear" if name.startswith(LINE) else "full"


def _figures(rated: Panel, examples: Sequence[Example], before: Agreement, after: Agreement) -> Figures:
    table = rated.shared()
    enough = table.ndim == 2 and min(table.shape) >= 2
    none = float("nan")
    human, kappa = among(table) if enough else (IntraclassCorrelation(none, none, 0, 0), none)
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
