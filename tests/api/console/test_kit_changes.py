"""Differences of two kits in words: every field that differs is said once, weights first."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from api.console.competency.kit_changes import kit_changes
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import (
    AnchorAnswer,
    Competency,
    CounterIndicator,
    Indicator,
    Kit,
    Phrases,
    Question,
)
from interview_engine.i18n import LocalizedText

OTHER = LocalizedText("别的", "Another")


@pytest.fixture(scope="module")
def kit() -> Kit:
    return load_kit(shipped_kits()["customer-service"])


def said(old: Kit, new: Kit, language: str = "zh") -> list[str]:
    return [
        " ".join(part.get(language) for part in (one.about, one.what, one.before, one.after) if part is not None)
        for one in kit_changes(old, new)
    ]


def with_first(kit: Kit, **values: Any) -> Kit:
    return replace(kit, competencies=(replace(kit.competencies[0], **values), *kit.competencies[1:]))


def test_equal_kits_have_no_differences_and_a_version_is_none(kit: Kit) -> None:
    assert kit_changes(kit, replace(kit, version=9, sha256="other")) == ()


def test_a_weight_is_told_with_before_and_after(kit: Kit) -> None:
    assert said(kit, with_first(kit, weight=5.0)) == ["沟通能力 权重 25 % 5 %"]
    assert said(kit, with_first(kit, weight=5.0), "en") == ["Communication weight 25 % 5 %"]


def test_weights_stand_before_questions_and_texts(kit: Kit) -> None:
    new = replace(with_first(kit, weight=5.0, definition=OTHER), role=OTHER, questions=kit.questions[1:])
    parts = [one.part for one in kit_changes(kit, new)]
    assert parts == sorted(parts, key=["weights", "competencies", "questions", "kit"].index)
    assert parts[0] == "weights"


def test_a_text_that_changed_in_one_language_is_told_in_that_one(kit: Kit) -> None:
    name = kit.competencies[0].name
    found = kit_changes(kit, with_first(kit, name=LocalizedText("沟通", name.en)))
    assert [(one.before and one.before.get("en"), one.after and one.after.get("en")) for one in found] == [
        ("沟通能力", "沟通")
    ]


def test_what_came_and_what_went_is_named(kit: Kit) -> None:
    gone = replace(kit, competencies=kit.competencies[1:])
    assert said(kit, gone)[0] == "沟通能力 已删除 25 %"
    assert said(gone, kit)[0] == "沟通能力 新增 25 %"


CHANGED: dict[type, dict[str, Any]] = {
    Competency: {
        "kind": "role", "name": OTHER, "definition": OTHER, "weight": 1.0, "required_level": 1.5, "indicators": (),
        "counter_indicators": (CounterIndicator("other", OTHER, Phrases((), ())),),
        "anchors": (OTHER,) * 5, "coherence": True, "delivery": ("other",),
        "anchor_answers": (AnchorAnswer(3.0, OTHER),),
    },
    Question: {"text": OTHER, "think_s": 1, "answer_s": 11, "attempts": 9, "probes": (), "references": (OTHER,),
        "marks": (0, 1)},
    Indicator: {"text": OTHER, "phrases": Phrases(("别的",), ("other",)), "marker": True},
    Kit: {
        "id": "other", "role": OTHER, "description": OTHER, "languages": ("en",), "competencies": (), "questions": (),
        "vocabulary": Phrases((), ()), "scorer": "hybrid",
    },
}  # fmt: skip
"""Another value of every field."""


@pytest.mark.parametrize(("kind", "field"), [(kind, name) for kind, values in CHANGED.items() for name in values])
def test_no_field_changes_unsaid(kit: Kit, kind: type, field: str) -> None:
    value = {field: CHANGED[kind][field]}
    first, question = kit.competencies[0], kit.questions[0]
    new = {
        Kit: lambda: replace(kit, **value),
        Competency: lambda: with_first(kit, **value),
        Question: lambda: replace(kit, questions=(replace(question, **value), *kit.questions[1:])),
        Indicator: lambda: with_first(kit, indicators=(replace(first.indicators[0], **value), *first.indicators[1:])),
    }[kind]()
    assert kit_changes(kit, new) != ()


@pytest.mark.parametrize("kind", CHANGED)
def test_every_field_is_tried(kind: type) -> None:
    assert {one.name for one in fields(kind)} - {"id", "version", "sha256"} <= set(CHANGED[kind])
