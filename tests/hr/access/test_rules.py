"""Who may do what, as pure rules: deny wins, grants end, scopes hold, roles give what the table says (L4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.access.grants import can_pass_on
from interview_engine.hr.access.rules import (
    ACTIONS,
    DEFAULT_SCOPES,
    FIELD_CLASSES,
    PRESETS,
    ROLES,
    SCOPES,
    SYSTEM,
    TOKEN_SCOPES,
    Actor,
    GrantRule,
    Target,
    candidate_actor,
    in_force,
    may,
    may_at_all,
    preset_rules,
    token_reaches,
)

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
IDS = ("a", "b", "c")

scopes = st.sampled_from(SCOPES)
classes = st.sampled_from(FIELD_CLASSES)
actions = st.sampled_from(ACTIONS)
levels = st.none() | st.integers(0, 9)


@st.composite
def rules(draw: st.DrawFn) -> GrantRule:
    scope = draw(scopes)
    return GrantRule(
        scope,
        draw(st.sampled_from(("*", *FIELD_CLASSES))),
        draw(st.sampled_from(("*", *ACTIONS))),
        draw(st.sampled_from(("allow", "allow", "deny"))),
        draw(st.sampled_from(IDS)) if scope in ("subtree", "entity") else None,
        draw(levels),
        draw(levels),
        draw(st.none() | st.integers(-5, 5).map(lambda days: NOW + timedelta(days=days))),
    )


targets = st.builds(
    Target,
    department_path=st.none()
    | st.lists(st.sampled_from(IDS), min_size=1, unique=True).map(lambda p: f"/{'/'.join(p)}/"),
    legal_entity_id=st.none() | st.sampled_from(IDS),
    person_id=st.none() | st.sampled_from(IDS),
    level=levels,
    reports=st.booleans(),
)


def actor(*grants: GrantRule, person: str | None = "a", scopes: frozenset[str] | None = None) -> Actor:
    return Actor("account:1", "1", person, "", grants, "zh", scopes)


actors = st.builds(
    lambda grants, person: actor(*grants, person=person), st.lists(rules(), max_size=6), st.sampled_from(IDS)
)


@given(actors, classes, actions, targets)
def test_nothing_is_allowed_that_no_grant_allows(who: Actor, field_class: str, action: str, target: Target) -> None:
    without = replace(who, grants=tuple(rule for rule in who.grants if rule.effect == "deny"))
    assert not may(without, field_class, action, target)


@given(actors, classes, actions, targets)
def test_a_deny_of_everything_wins_over_every_allow(who: Actor, field_class: str, action: str, target: Target) -> None:
    denied = replace(who, grants=(*who.grants, GrantRule("all", field_class, action, "deny")))
    assert not may(denied, field_class, action, target)
    assert not may_at_all(denied, field_class, action)


@given(actors, rules(), classes, actions, targets)
def test_one_more_deny_never_opens_and_one_more_allow_never_closes(
    who: Actor, rule: GrantRule, field_class: str, action: str, target: Target
) -> None:
    before = may(who, field_class, action, target)
    with_deny = replace(who, grants=(*who.grants, replace(rule, effect="deny")))
    with_allow = replace(who, grants=(*who.grants, replace(rule, effect="allow")))
    assert not may(with_deny, field_class, action, target) or before
    assert may(with_allow, field_class, action, target) or not before


@given(actors, classes, actions, targets, st.randoms(use_true_random=False))
def test_the_order_of_grants_does_not_matter(
    who: Actor, field_class: str, action: str, target: Target, random: object
) -> None:
    shuffled = list(who.grants)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert may(who, field_class, action, target) == may(
        replace(who, grants=tuple(shuffled)), field_class, action, target
    )


@given(actors, classes, actions, targets)
def test_what_may_be_done_to_one_may_be_done_at_all(who: Actor, field_class: str, action: str, target: Target) -> None:
    if may(who, field_class, action, target):
        assert may_at_all(who, field_class, action)


@given(rules())
def test_a_grant_counts_until_it_ends_and_not_from_that_moment(rule: GrantRule) -> None:
    if rule.expires_at is None:
        assert rule.in_force(NOW + timedelta(days=36_500))
        return
    assert rule.in_force(rule.expires_at - timedelta(microseconds=1))
    assert not rule.in_force(rule.expires_at)


@given(st.lists(rules(), max_size=6))
def test_only_grants_in_force_are_taken(many: list[GrantRule]) -> None:
    assert in_force(many, NOW) == tuple(rule for rule in many if rule.expires_at is None or rule.expires_at > NOW)


@pytest.mark.parametrize("level", [0, 3, 7])
def test_reporting_never_opens_pay_health_or_identity(level: int) -> None:
    manager = actor(GrantRule("reports", "*", "*"))
    target = Target(person_id="b", reports=True, level=level)
    assert may(manager, "interview", "read", target)
    assert not may(manager, "pay", "read", target)
    assert not may(manager, "health", "read", target)
    assert not may(manager, "identity", "read", target)


@pytest.mark.parametrize(
    ("scope", "ref", "target", "reached"),
    [
        ("self", None, Target(person_id="a"), True),
        ("self", None, Target(person_id="b"), False),
        ("self", None, Target(), False),
        ("subtree", "b", Target(department_path="/a/b/c/"), True),
        ("subtree", "b", Target(department_path="/a/"), False),
        ("subtree", "b", Target(department_path="/a/bb/"), False),
        ("subtree", "b", Target(), False),
        ("entity", "a", Target(legal_entity_id="a"), True),
        ("entity", "a", Target(legal_entity_id="b"), False),
        ("reports", None, Target(reports=True), True),
        ("reports", None, Target(), False),
        ("all", None, Target(), True),
        ("galaxy", None, Target(), False),
    ],
)
def test_a_scope_holds_what_it_says(scope: str, ref: str | None, target: Target, reached: bool) -> None:
    assert may(actor(GrantRule(scope, "interview", "read", "allow", ref)), "interview", "read", target) is reached


@pytest.mark.parametrize(("level", "reached"), [(None, True), (0, True), (5, True), (6, False)])
def test_a_grant_limited_by_level_reaches_no_higher(level: int | None, reached: bool) -> None:
    limited = actor(GrantRule("all", "pay", "read", "allow", None, None, 5))
    assert may(limited, "pay", "read", Target(person_id="b", level=level)) is reached


CONFLICTS = [
    # of the department, of the level, personal → the outcome
    (None, None, None, False),
    ("allow", None, None, True),
    (None, "allow", None, True),
    (None, None, "allow", True),
    ("deny", "allow", "allow", False),
    ("allow", "deny", "allow", False),
    ("allow", "allow", "deny", False),
    ("allow", "allow", "allow", True),
    ("deny", None, "allow", False),
    (None, "deny", "allow", False),
    ("allow", None, "deny", False),
]


@pytest.mark.parametrize(("department", "level", "personal", "allowed"), CONFLICTS)
def test_conflicts_between_department_level_and_person_are_settled_by_the_deny(
    department: str | None, level: str | None, personal: str | None, allowed: bool
) -> None:
    """L4: three sources, one rule."""
    grants = [GrantRule("all", "interview", "read", effect) for effect in (department, level, personal) if effect]
    assert may(actor(*grants), "interview", "read", Target(person_id="b")) is allowed


# Roles: the whole table, row by row. r read, w write, d decide, e export, m manage, a audit.
MATRIX = {
    "administrator": {
        "public": "rwdema",
        "contact": "rwdema",
        "interview": "rwdema",
        "performance": "rwdema",
        "pay": "rwdema",
        "payroll": "rwdema",
        "health": "rwdema",
        "identity": "rwdema",
        "succession": "rwdema",
    },
    "hr": {
        "public": "rwdem",
        "contact": "rwde",
        "identity": "rw",
        "interview": "rwde",
        "performance": "rwde",
        "pay": "rwde",
        "payroll": "rwde",
        "health": "rwd",
        "succession": "rwde",
    },
    "payroll": {
        "public": "r",
        "contact": "r",
        "identity": "",
        "interview": "",
        "performance": "",
        "pay": "rwde",
        "payroll": "rwde",
        "health": "",
        "succession": "",
    },
    "recruiter": {
        "public": "rwe",
        "contact": "rwe",
        "identity": "",
        "interview": "rwde",
        "performance": "",
        "pay": "rw",
        "payroll": "",
        "health": "",
        "succession": "",
    },
    "hiring_manager": {
        "public": "rw",
        "contact": "r",
        "identity": "",
        "interview": "rwd",
        "performance": "",
        "pay": "",
        "payroll": "",
        "health": "",
        "succession": "",
    },
    "interviewer": {
        "public": "r",
        "contact": "",
        "identity": "",
        "interview": "rw",
        "performance": "",
        "pay": "",
        "payroll": "",
        "health": "",
        "succession": "",
    },
    "manager": {
        "public": "r",
        "contact": "r",
        "identity": "",
        "interview": "r",
        "performance": "rw",
        "pay": "",
        "payroll": "",
        "health": "",
        "succession": "",
    },
    "employee": {
        "public": "",
        "contact": "rwe",
        "identity": "r",
        "interview": "r",
        "performance": "r",
        "pay": "r",
        "payroll": "r",
        "health": "rw",
        "succession": "",
    },
    "auditor": {
        "public": "ra",
        "contact": "a",
        "identity": "a",
        "interview": "a",
        "performance": "a",
        "pay": "a",
        "payroll": "a",
        "health": "a",
        "succession": "a",
    },
}
LETTERS = dict(zip("rwdema", ACTIONS, strict=True))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("field_class", FIELD_CLASSES)
@pytest.mark.parametrize("letter", LETTERS)
def test_a_role_may_do_what_the_table_says_and_nothing_else(role: str, field_class: str, letter: str) -> None:
    """L4: roles × field classes × actions."""
    holder = actor(*preset_rules(role, "all"))
    expected = letter in MATRIX[role][field_class]
    assert may_at_all(holder, field_class, LETTERS[letter]) is expected
    assert may(holder, field_class, LETTERS[letter], Target(department_path="/a/", person_id="b")) is expected


def test_every_role_has_a_preset_a_scope_and_a_row() -> None:
    assert set(PRESETS) == set(DEFAULT_SCOPES) == set(MATRIX) == set(ROLES)


@pytest.mark.parametrize("field_class", FIELD_CLASSES)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_candidate_reaches_their_own_and_nobody_elses(field_class: str, action: str) -> None:
    candidate = candidate_actor("i", "a", "zh")
    assert not may(candidate, field_class, action, Target(department_path="/a/", legal_entity_id="a", person_id="b"))
    own = may(candidate, field_class, action, Target(person_id="a"))
    assert own is (field_class in ("contact", "interview") and action in ("read", "write", "export"))


@given(classes, actions, targets)
def test_the_system_may_do_everything(field_class: str, action: str, target: Target) -> None:
    assert may(SYSTEM, field_class, action, target)


@given(actors, st.frozensets(st.sampled_from([*TOKEN_SCOPES, "unknown:read", "*"])), classes, actions, targets)
def test_a_token_never_opens_more_than_its_account_nor_more_than_its_scopes(
    who: Actor, held: frozenset[str], field_class: str, action: str, target: Target
) -> None:
    by_token = replace(who, token_scopes=held)
    if may(by_token, field_class, action, target):
        assert may(who, field_class, action, target)
        assert token_reaches(held, field_class, action)


def test_an_unknown_token_scope_opens_nothing() -> None:
    assert not token_reaches({"unknown:read", "*", ""}, "public", "read")


@given(actors, rules(), classes, actions, targets)
def test_nobody_can_pass_on_more_than_they_hold(
    giver: Actor, rule: GrantRule, field_class: str, action: str, target: Target
) -> None:
    given_to = actor(replace(rule, effect="allow"), person=giver.person_id)
    if can_pass_on(giver, rule) and may(given_to, field_class, action, target):
        assert may(giver, field_class, action, target)
