"""No group under three is shown, and no subtraction tells of one: across groups, over time, in any cut (H4)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from interview_engine.hr.performance.rules.anonymity import LEAST, may_publish, partition, reveals

counts = st.dictionaries(st.sampled_from(["peers", "reports", "customers", "others"]), st.integers(0, 4))


def members(count: dict[str, int]) -> dict[str, frozenset[str]]:
    return {name: frozenset(f"{name}{at}" for at in range(of)) for name, of in count.items()}


def sets_of(count: dict[str, int]) -> list[frozenset[str]]:
    who = members(count)
    return [frozenset[str]().union(*(who[name] for name in group)) for group in partition(count)]


def test_a_small_group_is_merged_with_the_smallest_other() -> None:
    assert partition({"peers": 5, "reports": 2, "customers": 4}) == (("customers", "reports"), ("peers",))


def test_two_small_groups_are_merged_with_each_other() -> None:
    assert partition({"peers": 5, "reports": 2, "customers": 1}) == (("customers", "reports"), ("peers",))


def test_under_three_in_all_nothing_is_shown() -> None:
    assert partition({"peers": 1, "customers": 1}) == ()


@given(counts)
def test_every_group_that_is_shown_has_three_and_everybody_is_in_one(count: dict[str, int]) -> None:
    shown = partition(count)
    if sum(count.values()) >= LEAST:
        assert sorted(name for group in shown for name in group) == sorted(name for name, of in count.items() if of)
    assert all(sum(count[name] for name in group) >= LEAST for group in shown)


@settings(max_examples=40)
@given(counts)
def test_what_is_shown_beside_its_own_sum_reveals_nobody(count: dict[str, int]) -> None:
    sets = sets_of(count)
    everybody = frozenset[str]().union(*sets) if sets else frozenset[str]()
    assert not reveals([*sets, everybody])


@settings(max_examples=30)
@given(counts, counts)
def test_a_second_publication_passes_only_where_it_reveals_nobody(count: dict[str, int], more: dict[str, int]) -> None:
    before = sets_of(count)
    later = sets_of({name: count.get(name, 0) + more.get(name, 0) for name in {*count, *more}})
    for old in before:
        for new in later:
            if old < new and len(new - old) < LEAST:
                assert not may_publish(before, later)


def test_one_answer_that_comes_late_is_not_published_beside_the_first() -> None:
    assert not may_publish([frozenset("abc")], [frozenset("abcd")])
    assert not may_publish([frozenset("abc")], [frozenset("abcde")])
    assert may_publish([frozenset("abc")], [frozenset("abcdef")])
    assert may_publish([frozenset("abc")], [frozenset("abc")])


def test_three_sets_that_reveal_one_only_together_are_refused() -> None:
    known = [frozenset("abcd"), frozenset("cdef")]
    assert not reveals(known)
    assert reveals([*known, frozenset("abef")]) is True  # (1) + (3) − (2) is twice a and b: two of them


def test_a_filter_to_one_department_is_another_cut() -> None:
    everybody = frozenset("abcdefg")
    assert not may_publish([everybody], [frozenset("abcdef")])
    assert may_publish([everybody], [frozenset("abcd")])
