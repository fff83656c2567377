"""A candidate's consent narrows what a market allows, and never widens it; a policy knows its laws (L7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from interview_engine.assessment.policy import POLICIES, UNCHECKED, WATCHED, Policy, narrowed
from interview_engine.i18n import languages


def test_a_policy_stays_as_it_is_when_all_was_agreed_to() -> None:
    assert narrowed(POLICIES["cn"], {"face": True, "voice": True}) == POLICIES["cn"]


def test_without_consent_to_the_face_nothing_is_seen_or_kept_as_a_picture() -> None:
    expected = replace(POLICIES["cn"], visual_cues=False, frames=False)

    assert narrowed(POLICIES["cn"], {"face": False, "voice": True}) == expected


def test_without_consent_to_the_voice_its_sound_is_not_measured() -> None:
    assert narrowed(POLICIES["cn"], {"face": True, "voice": False}) == replace(POLICIES["cn"], voice_cues=False)


def test_a_purpose_that_nobody_was_asked_about_was_not_agreed_to() -> None:
    found = narrowed(POLICIES["cn"], {})

    assert (found.visual_cues, found.frames, found.voice_cues) == (False, False, False)


def test_consent_does_not_widen_what_the_market_forbids() -> None:
    assert narrowed(POLICIES["eu"], {"face": True, "voice": True}) == POLICIES["eu"]


WITH_LAWS = [policy for policy in POLICIES.values() if policy.laws]


def test_the_american_states_have_policies_with_their_laws() -> None:
    assert {policy.id for policy in WITH_LAWS} == {"us-ca", "us-co", "us-il", "us-tx"}
    assert [law.in_force for law in POLICIES["us-il"].laws] == [date(2020, 1, 1), date(2026, 1, 1)]
    assert [law.in_force for law in WATCHED] == [date(2026, 10, 1)]


@pytest.mark.parametrize("policy", WITH_LAWS, ids=lambda policy: policy.id)
@pytest.mark.parametrize("language", languages())
def test_a_law_says_since_when_what_and_that_it_must_be_checked(policy: Policy, language: str) -> None:
    for law in policy.laws:
        assert law.requires
        said = [law.name.get(language), law.source.get(language), *(point.get(language) for point in law.requires)]
        assert all(said)
        assert language == "en" or law.source.get(language) != UNCHECKED.en


@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.id)
def test_nothing_is_deleted_before_the_law_lets_it_go(policy: Policy) -> None:
    assert policy.retention_days >= policy.record_days


def test_california_keeps_records_four_years_and_colorado_three() -> None:
    assert (POLICIES["us-ca"].record_days, POLICIES["us-co"].record_days) == (1461, 1096)
