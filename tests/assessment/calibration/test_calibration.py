"""Calibration on ratings (A12, A17): what moves, what must not, when it refuses, and that it repeats itself."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_samples import KIT

from interview_engine.assessment.calibration.calibration import (
    CalibratedScorer,
    Calibration,
    from_document,
    to_document,
)
from interview_engine.assessment.calibration.curve import Point, worth
from interview_engine.assessment.calibration.features import FeatureReader, Features, groups
from interview_engine.assessment.calibration.fit import Example, Map, fit
from interview_engine.assessment.calibration.learn import LEAST_PEOPLE, LEAST_RATINGS, calibrate
from interview_engine.assessment.calibration.panel import Rating, panel
from interview_engine.assessment.evidence.level import CATEGORIES
from interview_engine.assessment.evidence.marks import shipped_cuts
from interview_engine.assessment.scoring import (
    AnswerFinding,
    AnswerText,
    CompetencyResult,
    ContentScores,
    Embedder,
    Evidence,
    Score,
)
from interview_engine.errors import UsageError

pytestmark = pytest.mark.slow

COMPETENCIES = ("communication", "problem-solving")
WORDS = [f"word{i}" for i in range(30)]
Seen = dict[tuple[str, str], Features]

DRAWN = 28
"""Cue densities that are drawn; further categories stay 0, so that a new category does not redraw the interviews."""


def _seen(count: int, seed: int) -> Seen:
    """Invented interviews: a score, cue densities and words, all unrelated to each other."""
    generator = np.random.default_rng(seed)
    found: Seen = {}
    for i in range(count):
        for competency in COMPETENCIES:
            words = generator.choice(WORDS, 12, replace=False)
            found[f"i{i}", competency] = Features(
                competency,
                float(np.round(generator.uniform(1.5, 8.5), 4)),
                (*map(float, generator.uniform(0, 0.4, DRAWN)), *(0.0,) * (len(CATEGORIES) - DRAWN)),
                dict.fromkeys(sorted(map(str, words)), 12**-0.5),
            )
    return found


def _ratings(seen: Seen, truth: dict[tuple[str, str], float], noise: float, seed: int = 3) -> list[Rating]:
    """Two raters of every item, the second half a point milder."""
    generator = np.random.default_rng(seed)
    return [
        Rating(interview, competency, rater, float(np.clip(truth[interview, competency] + lean + e, 0, 10)))
        for rater, lean in (("a", -0.25), ("b", 0.25))
        for (interview, competency) in seen
        for e in [generator.normal(0, noise)]
    ]


def _calibrated(seen: Seen, ratings: list[Rating]) -> Calibration:
    people = {interview: interview for interview, _ in seen}
    return calibrate(KIT, "evidence/1", panel(ratings), seen, people)


def _moved(found: Calibration, seen: Seen) -> np.ndarray:
    mapped = found.map
    return np.array([mapped.predict(one) - (one.value or 0.0) for one in seen.values()])


def test_a_known_severity_shift_is_recovered() -> None:
    seen = _seen(40, 1)
    found = _calibrated(seen, _ratings(seen, {key: (one.value or 0) - 1.2 for key, one in seen.items()}, 0.5))
    assert found.shape != "none"
    assert _moved(found, seen).mean() == pytest.approx(-1.2, abs=0.15)
    assert abs(found.weights["shift"].value + 1.2) < 0.4
    lean = {rater.name: rater.severity for rater in found.raters}
    assert lean["b"] - lean["a"] == pytest.approx(0.5, abs=0.25)


def test_a_word_that_raters_reward_is_found() -> None:
    seen = _seen(60, 2)
    truth = {key: (one.value or 0) + (1.5 if "word7" in one.grams else -1.0) for key, one in seen.items()}
    found = _calibrated(seen, _ratings(seen, truth, 0.4))
    assert found.shape == "full"
    assert found.weights["words:word7"].value > 0
    assert found.figures.after_r > found.figures.before_r
    assert found.figures.after_single > found.figures.before_single


@pytest.mark.parametrize("seed", range(4))
def test_noise_about_the_score_hardly_moves_it(seed: int) -> None:
    seen = _seen(32, 10 + seed)
    found = _calibrated(seen, _ratings(seen, {key: one.value or 0 for key, one in seen.items()}, 1.5, seed))
    assert np.sqrt(np.mean(_moved(found, seen) ** 2)) < 0.4


@pytest.mark.parametrize("seed", range(4))
def test_ratings_that_fall_with_the_score_leave_it_unchanged(seed: int) -> None:
    seen = _seen(32, 20 + seed)
    found = _calibrated(seen, _ratings(seen, {key: 10 - (one.value or 0) for key, one in seen.items()}, 0.3, seed))
    assert (found.shape, found.weights, found.curve) == ("none", {}, ())
    assert np.all(_moved(found, seen) == 0)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.floats(-2.0, 2.0), st.floats(0.2, 2.0))
def test_every_weight_is_kept_with_its_interval(seed: int, shift: float, noise: float) -> None:
    generator = np.random.default_rng(seed)
    examples = [
        Example(interview, interview, one, float(np.clip((one.value or 0) + shift + generator.normal(0, noise), 0, 10)))
        for (interview, _), one in _seen(15, seed).items()
    ]
    weights = fit(examples).weights
    assert {"shift", "slope", *(f"competency:{name}" for name in COMPETENCIES)} <= set(weights)
    assert all(weight.low <= weight.value <= weight.high for weight in weights.values())


def test_ten_ratings_move_a_little_towards_a_severity_and_a_hundred_all_the_way() -> None:
    moved = []
    for count in (5, 60):
        seen = _seen(count, 31)
        truth = {key: (one.value or 0) - 2.0 for key, one in seen.items()}
        moved.append(-float(_moved(_calibrated(seen, _ratings(seen, truth, 1.0)), seen).mean()))
    assert 0.3 < moved[0] < 2.3
    assert moved[1] == pytest.approx(2.0, abs=0.25)


def test_a_direction_that_raters_reward_is_found_where_no_word_shows_it() -> None:
    generator = np.random.default_rng(9)
    direction = np.eye(24)[0]

    def told(count: int, seed: int) -> Seen:
        return {
            key: replace(one, grams={}, told=tuple(map(float, generator.normal(0, 0.2, 24))))
            for key, one in _seen(count, seed).items()
        }

    def truth(seen: Seen) -> dict[tuple[str, str], float]:
        return {key: (one.value or 0) + 6 * float(np.array(one.told) @ direction) for key, one in seen.items()}

    rated, others = told(40, 71), told(40, 72)
    found = _calibrated(rated, _ratings(rated, truth(rated), 0.4))
    goal = np.array(list(truth(others).values()))
    after = np.array([found.map.predict(one) for one in others.values()])
    before = np.array([one.value for one in others.values()])
    assert np.mean((after - goal) ** 2) < 0.5 * np.mean((before - goal) ** 2)


def test_a_few_ratings_of_a_new_version_stand_on_the_many_of_the_one_before() -> None:
    """Role ← kit ← product: five people of a new version alone cannot show what sixty of the version before did."""
    many, few, others = _seen(60, 41), _seen(5, 42), _seen(60, 43)
    rewarded = "word7"

    def truth(seen: Seen) -> dict[tuple[str, str], float]:
        return {key: (one.value or 0) + (1.5 if rewarded in one.grams else -1.0) for key, one in seen.items()}

    before = _calibrated(many, _ratings(many, truth(many), 0.4))
    ratings, people = panel(_ratings(few, truth(few), 0.4)), {interview: interview for interview, _ in few}
    alone = calibrate(KIT, "evidence/1", ratings, few, people)
    upon = calibrate(KIT, "evidence/1", ratings, few, people, before)
    goal = np.array(list(truth(others).values()))
    errors = [np.mean((np.array([one.map.predict(f) for f in others.values()]) - goal) ** 2) for one in (alone, upon)]
    assert errors[1] < 0.7 * errors[0]
    assert upon.prior_id == before.scorer_id
    assert from_document(json.loads(json.dumps(to_document(upon)))).sha256 == upon.sha256
    with pytest.raises(UsageError) as caught:
        calibrate(replace(KIT, id="other"), "evidence/1", ratings, few, people, before)
    assert caught.value.code == "calibration.other_kit"
    with pytest.raises(UsageError) as caught:
        calibrate(KIT, "evidence/2", ratings, few, people, before)
    assert caught.value.code == "calibration.other_scorer"


def test_ratings_of_a_questions_own_competency_fit_the_cuts_of_its_marks() -> None:
    """People give half of the full mark more than the likeness says."""
    own = replace(KIT.questions[0], probes=("communication",), references=(KIT.role,), marks=(0.0, 1.0, 2.0, 3.0, 5.0))
    kit = replace(KIT, questions=(own, *(replace(one, probes=("problem-solving",)) for one in KIT.questions[1:])))
    seen = {key: replace(one, likeness=int(key[0][1:]) / 80) for key, one in _seen(40, 61).items()}
    ratings = _ratings(seen, {key: 10 * min(1.0, (one.likeness or 0) + 0.5) for key, one in seen.items()}, 0.1)
    people = {interview: interview for interview, _ in seen}
    found = calibrate(kit, "evidence/1", panel(ratings), seen, people)
    assert set(found.cuts) == {own.id}
    assert found.cuts[own.id][3] < shipped_cuts(own.marks)[3]
    again = from_document(json.loads(json.dumps(to_document(found))))
    assert (again.cuts, again.sha256) == (found.cuts, found.sha256)
    assert calibrate(KIT, "evidence/1", panel(ratings), seen, people).cuts == {}


@pytest.mark.parametrize("cuts", [[0.1, 1.4], [0.5, 0.4], [float("nan")], "half"])
def test_a_file_with_impossible_cuts_is_refused(cuts: object) -> None:
    with pytest.raises(UsageError) as caught:
        from_document(to_document(_shifted()) | {"cuts": {"q1": cuts}})
    assert caught.value.code == "calibration.invalid"


def test_the_curve_falls_with_ratings_and_says_what_twenty_more_are_worth() -> None:
    seen = _seen(60, 51)
    found = _calibrated(seen, _ratings(seen, {key: (one.value or 0) - 2.0 for key, one in seen.items()}, 1.0))
    assert [point.ratings for point in found.curve] == [0, 10, 20, 40, 80]
    assert found.curve[0].error > found.curve[1].error > found.curve[-1].error
    assert found.worth is not None
    assert 0 < found.worth.then < found.worth.now < found.curve[1].error


def test_the_worth_of_more_ratings_is_read_from_an_exact_curve() -> None:
    points = [Point(size, (1.0 + 8.0 / size) ** 0.5) for size in (10, 20, 40)]
    found = worth([Point(0, 3.0), *points], 40)
    assert found is not None
    assert found.now == pytest.approx(1.2**0.5)
    assert found.then == pytest.approx((1 + 8 / 60) ** 0.5)
    assert worth(points[:1], 40) is None


def test_one_rater_is_enough_and_then_nothing_is_said_of_agreement_among_people() -> None:
    seen = _seen(20, 61)
    ratings = _ratings(seen, {key: (one.value or 0) - 1 for key, one in seen.items()}, 0.5)
    found = _calibrated(seen, [one for one in ratings if one.rater == "a"])
    assert found.shape != "none"
    assert np.isnan(found.figures.human_kappa)


def test_the_same_ratings_give_the_same_calibration_and_a_file_the_same_scores() -> None:
    seen = _seen(40, 4)
    truth = {key: 0.7 * (one.value or 0) + 2.4 for key, one in seen.items()}
    ratings = _ratings(seen, truth, 0.5)
    one, other = _calibrated(seen, ratings), _calibrated(seen, ratings)
    assert one.sha256 == other.sha256
    again = from_document(json.loads(json.dumps(to_document(one))))
    assert again.sha256 == one.sha256
    assert [Map(again.weights).predict(f) for f in seen.values()] == [
        Map(one.weights).predict(f) for f in seen.values()
    ]


def _refused(code: str, ratings: list[Rating], seen: Seen) -> None:
    with pytest.raises(UsageError) as caught:
        _calibrated(seen, ratings)
    assert caught.value.code == code
    assert caught.value.text("zh")
    assert caught.value.text("en")


def test_fewer_than_ten_ratings_or_five_people_are_refused() -> None:
    enough = _seen(LEAST_PEOPLE, 5)
    own = {key: one.value or 0.0 for key, one in enough.items()}
    both = _ratings(enough, own, 0.5)
    assert len(enough) == LEAST_RATINGS
    _calibrated(enough, both)
    _refused("calibration.too_few", [one for one in both if one.interview != "i0"], enough)
    _refused("calibration.too_few", [one for one in both if one.competency != "communication"], enough)
    _refused("calibration.flat", [replace(one, value=5.0) for one in both], enough)


def test_interviews_that_could_not_be_assessed_do_not_count() -> None:
    seen = _seen(LEAST_PEOPLE, 5)
    ratings = _ratings(seen, {key: one.value or 0.0 for key, one in seen.items()}, 0.5)
    _refused("calibration.too_few", ratings, seen | {("i0", name): Features(name, None) for name in COMPETENCIES})


def test_severity_and_drift_are_named() -> None:
    seen = _seen(40, 6)
    ratings = [
        Rating(i, c, rater, (one.value or 0) + (place * 0.06 if rater == "drifts" else 0.0))
        for rater in ("a", "b", "drifts")
        for place, ((i, c), one) in enumerate(seen.items())
    ]
    raters = {one.name: one for one in panel(ratings).describe()}
    assert raters["a"].alarms == ()
    assert set(raters["drifts"].alarms) == {"severity", "drift"}


def test_one_persons_two_interviews_stay_on_one_side() -> None:
    seen = _seen(40, 8)
    # each person's secret word says the rating; nobody else's does
    truth = {(i, c): (9.0 if int(i[1:]) % 4 < 2 else 1.0) for i, c in seen}
    marked = {
        (i, c): replace(one, grams=dict(one.grams) | {f"person{int(i[1:]) // 2}": 0.3}) for (i, c), one in seen.items()
    }
    people = {i: f"p{int(i[1:]) // 2}" for i, _ in seen}
    found = calibrate(KIT, "evidence/1", panel(_ratings(marked, truth, 0.1)), marked, people)
    assert found.figures.people == 20
    assert abs(found.figures.after_r) < 0.5
    assert not any("person" in name for name in found.weights)


class _Flat:
    """A scorer that gives 5 to whoever says anything about a competency."""

    scorer_id = "evidence/1"

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    def score(self, kit: object, answers: list[AnswerText]) -> ContentScores:
        quote = Evidence("q", "said", 0, None, None, None, "for", 1.0, ())
        results = [
            CompetencyResult(c.id, "assessed", Score(5.0, 3.0, 7.0), (0, 0, 1, 0, 0), (quote,), (), ())
            if position
            else CompetencyResult(c.id, "cannot_assess", None, (), (), (), ())
            for position, c in enumerate(c for c in KIT.competencies if not c.is_delivery)
        ]
        return ContentScores(tuple(results), (AnswerFinding("q", None),))


class _Ones:
    def embed(self, texts: list[str], language: str) -> np.ndarray:
        return np.eye(8, dtype=np.float32)[[len(text) % 8 for text in texts]]


def _shifted() -> Calibration:
    seen = _seen(40, 1)
    return _calibrated(seen, _ratings(seen, {key: (one.value or 0) - 1.2 for key, one in seen.items()}, 0.5))


def test_only_the_level_moves_and_provenance_names_the_calibration() -> None:
    found = _shifted()
    scorer = CalibratedScorer(_Flat, _Ones(), found)  # type: ignore[arg-type]
    plain, moved = _Flat(_Ones()).score(KIT, []), scorer.score(KIT, [])  # type: ignore[arg-type]
    assert moved.competencies[0] == plain.competencies[0]
    for before, after in zip(plain.competencies[1:], moved.competencies[1:], strict=True):
        assert after.evidence == before.evidence
        assert after.score is not None
        assert after.score.value == pytest.approx(3.8, abs=0.2)
        assert after.score.high - after.score.low == pytest.approx(2 * found.band)
        assert sum(after.level_distribution) == pytest.approx(1.0)
    assert moved.settings["calibration_sha256"] == found.sha256
    assert scorer.scorer_id == f"calibrated/{found.sha256[:8]}"


def test_another_kit_version_or_scorer_is_refused() -> None:
    found = _shifted()
    scorer = CalibratedScorer(_Flat, _Ones(), found)  # type: ignore[arg-type]
    for other in (replace(KIT, version=KIT.version + 1), replace(KIT, sha256="0" * 64), replace(KIT, id="other")):
        with pytest.raises(UsageError) as caught:
            scorer.score(other, [])
        assert caught.value.code == "calibration.other_kit"
    with pytest.raises(UsageError) as caught:
        CalibratedScorer(_Flat, _Ones(), replace(found, scorer="evidence/0"))  # type: ignore[arg-type]
    assert caught.value.code == "calibration.other_scorer"


@pytest.mark.parametrize(
    "damage", [{"schema": "x"}, {"weights": {"shift": [1, -1, 1, 0, None]}}, {"band": None}, {"kit": 3}, {"curve": [1]}]
)
def test_a_damaged_file_is_refused(damage: dict[str, object]) -> None:
    with pytest.raises(UsageError) as caught:
        from_document(to_document(_shifted()) | damage)
    assert caught.value.code == "calibration.invalid"


def test_words_are_paired_inside_clauses_and_negation_is_marked() -> None:
    assert "checked stock" in groups("I checked stock, then called", "en")
    assert "stock then" not in groups("I checked stock, then called", "en")
    assert any(group.startswith("not·") for group in groups("we never checked it", "en"))
    assert "核对" in groups("我核对了订单", "zh")
    assert "not·核对" in groups("我没有核对订单", "zh")
    assert "#" in groups("it took 12 days", "en")


def test_reader_type_is_usable_without_answers() -> None:
    reader = FeatureReader(_Flat, _Ones())  # type: ignore[arg-type]
    _, features = reader.read(KIT, [])
    assert features[0].value is None
