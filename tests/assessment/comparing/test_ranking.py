"""Ranking: tie groups by overlapping bands, what needs a person first, reasons for everybody (rows A9, A18)."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.comparing.ranking import Entry, EntryCompetency, Remark, Ruler, rank, tie_groups
from interview_engine.assessment.scoring import Score
from interview_engine.i18n import LocalizedText

RULER = Ruler("customer-service", 3, "ab" * 32, "evidence/1")
ROLE = LocalizedText("客服专员", "Customer service representative")


def entry(
    name: str,
    score: tuple[float, float, float] | None,
    *,
    review: tuple[str, ...] = (),
    ruler: Ruler = RULER,
    partial: bool = False,
) -> Entry:
    made = None if score is None else Score(*score)
    reason = Remark("interview.too_little", LocalizedText("不足。", "Too little.")) if made is None else None
    return Entry(
        interview_id=name,
        candidate=name,
        ruler=ruler,
        role=ROLE,
        status="cannot_assess" if made is None else "partial" if partial else "assessed",
        reason=reason,
        match_percent=None if made is None else 10 * made.value,
        score=made,
        assessed_weight=70.0 if partial else 100.0,
        competencies=(
            EntryCompetency("a", LocalizedText("沟通", "Communication"), 60, 3.0, False, made, reason),
            EntryCompetency("b", LocalizedText("学习", "Learning"), 40, 4.5, False, None if partial else made, reason),
        ),
        needs_review=tuple(Remark(code, LocalizedText("请看。", "Look.")) for code in review),
    )


@st.composite
def scores(draw: st.DrawFn) -> Score:
    value = draw(st.integers(0, 100)) / 10
    return Score(
        value, max(0.0, value - draw(st.integers(0, 30)) / 10), min(10.0, value + draw(st.integers(0, 30)) / 10)
    )


def test_bands_that_overlap_the_best_tie_and_the_first_that_does_not_opens_a_group() -> None:
    groups = tie_groups([Score(8.2, 6.9, 9.3), Score(7.8, 6.5, 9.0), Score(5.7, 4.4, 6.8), Score(5.0, 4.0, 6.0)])
    assert groups == (1, 1, 2, 2)


def test_overlap_is_not_chained_into_one_group_of_everybody() -> None:
    chain = [Score(9 - step, 9 - step - 0.6, min(10.0, 9 - step + 0.6)) for step in range(6)]
    assert tie_groups(chain) == (1, 1, 2, 2, 3, 3)


@given(st.lists(scores(), max_size=25))
def test_groups_are_stretches_whose_members_overlap_their_best(given_scores: list[Score]) -> None:
    groups = tie_groups(given_scores)
    for group in set(groups):
        members = [score for score, number in zip(given_scores, groups, strict=True) if number == group]
        best = min(members, key=lambda score: (-score.value, score.high))
        assert all(member.high >= best.low for member in members)
        above = [score for score, number in zip(given_scores, groups, strict=True) if number == group - 1]
        if above:
            leader = min(above, key=lambda score: (-score.value, score.high))
            assert best.high < leader.low
    for one, of_one in zip(given_scores, groups, strict=True):
        for other, of_other in zip(given_scores, groups, strict=True):
            assert not (one.value > other.value and of_one > of_other)
            assert one.value != other.value or of_one == of_other


@given(st.lists(st.one_of(st.none(), scores()), min_size=1, max_size=15), st.randoms(use_true_random=False))
def test_the_order_in_which_reports_are_read_does_not_matter(
    given_scores: list[Score | None], shuffler: random.Random
) -> None:
    entries = [
        entry(
            f"c{index}",
            None if score is None else (score.value, score.low, score.high),
            review=("x",) * (index % 3 == 1),
        )
        for index, score in enumerate(given_scores)
    ]
    ranked = rank(entries)
    shuffler.shuffle(entries)
    assert rank(entries) == ranked


def test_who_needs_a_person_stands_first_and_keeps_the_group_of_the_score() -> None:
    (kit,) = rank(
        [
            entry("best", (8.2, 7.0, 9.0)),
            entry("signal", (8.0, 7.0, 9.0), review=("integrity.second_face",)),
            entry("silent", None),
        ]
    )
    assert [(place.entry.candidate, place.section, place.group) for place in kit.candidates] == [
        ("silent", "cannot_assess", None),
        ("signal", "needs_review", 1),
        ("best", "ranked", 1),
    ]


def test_a28_who_was_assessed_in_part_stands_after_those_of_whom_all_was() -> None:
    """A higher score from two thirds of the weight is no better place, and no tie with the whole ones either."""
    (kit,) = rank(
        [
            entry("part-low", (7.0, 3.0, 9.0), partial=True),
            entry("whole", (5.0, 4.0, 6.0)),
            entry("part", (9.0, 5.0, 10.0), partial=True),
            entry("low", (2.0, 1.0, 3.0)),
        ]
    )
    assert [(place.entry.candidate, place.group) for place in kit.candidates] == [
        ("whole", 1),
        ("low", 2),
        ("part", 3),
        ("part-low", 3),
    ]


def test_a9_everybody_has_a_reason_in_both_languages() -> None:
    (kit,) = rank(
        [
            entry("one", (8.2, 7.5, 9.0)),
            entry("two", (8.0, 7.0, 9.0), partial=True),
            entry("three", (3.0, 2.0, 4.0)),
            entry("tie", (8.0, 7.0, 9.0)),
            entry("four", None),
        ]
    )
    reasons = {place.entry.candidate: [reason.code for reason in place.reasons] for place in kit.candidates}
    assert reasons == {
        "one": ["rank.best", "rank.meets", "rank.below"],
        "tie": ["rank.overlaps", "rank.meets", "rank.below"],
        "two": ["rank.best_in_part", "rank.partial", "rank.meets", "rank.not_assessed"],
        "three": ["rank.below_group", "rank.below"],
        "four": ["interview.too_little"],
    }
    texts = [reason.text for place in kit.candidates for reason in place.reasons]
    assert all(text.zh and text.en for text in texts)
    assert LocalizedText(
        "总分 8.0 (7.0–9.0)，与并列组 1 的最高分 8.2 (7.5–9.0) 区间重叠。",
        "Score 8.0 (7.0–9.0): the band overlaps that of the best of tie group 1, 8.2 (7.5–9.0).",
    ) in [LocalizedText(text.zh, text.en) for text in texts]


def test_reports_of_different_kits_versions_files_and_scorers_are_ranked_apart() -> None:
    rulers = [
        RULER,
        Ruler("sales", 3, "ab" * 32, "evidence/1"),
        Ruler("customer-service", 4, "ab" * 32, "evidence/1"),
        Ruler("customer-service", 3, "cd" * 32, "evidence/1"),
        Ruler("customer-service", 3, "ab" * 32, "judge/1"),
    ]
    kits = rank([entry(str(index), (8, 7, 9), ruler=ruler) for index, ruler in enumerate(rulers)])
    assert [kit.ruler for kit in kits] == sorted(rulers)
    assert all(len(kit.candidates) == 1 for kit in kits)


def test_no_reports_make_no_list() -> None:
    assert rank([]) == ()
