"""A candidate's consent narrows what a market allows, and never widens it."""

from __future__ import annotations

from dataclasses import replace

from interview_engine.assessment.policy import POLICIES, narrowed


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
