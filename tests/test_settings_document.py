"""docs/settings.md says what assessing reads from the environment: every variable, its default, and nothing else."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from interview_engine import settings
from interview_engine.assessment.judge import asking
from interview_engine.assessment.kits.kit import SCORERS
from interview_engine.settings import PREFIX, Settings, read_settings

TEXT = (Path(__file__).parents[1] / "docs" / "settings.md").read_text(encoding="utf-8")
ROW = re.compile(rf"^\| `{PREFIX}([A-Z0-9_]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
TABLE = {name: default for name, _, default in ROW.findall(TEXT)}

OF_OTHERS = {"judge", "recognition"}
"""docs/judge.md has the judge's; the recognition process is started by the product and named by it."""

VALUES = {
    "WEIGHTS": "/somewhere",
    "WEIGHTS_WHISPER_BASE": "/somewhere/larger",
    "WEIGHTS_E5_SMALL_ZH_EN": "/somewhere/finer",
    "DEVICE": "cpu",
    "SCORER": "hybrid",
    "HYBRID_THRESHOLD": "1.5",
    "WORKERS": "3",
    "VISION": "mediapipe",
    "FRAMES_PER_SECOND": "12",
    "MAX_MINUTES": "30",
}
"""A value that is not the default, for each."""


def field_of(variable: str) -> str:
    return "own_weights" if variable.startswith("WEIGHTS_") else variable.lower()


def test_the_table_names_every_setting_and_no_other() -> None:
    assert {field_of(name) for name in TABLE} == {one.name for one in fields(Settings)} - OF_OTHERS
    assert set(VALUES) == set(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_variable_in_the_table_is_read(name: str) -> None:
    field = field_of(name)
    assert getattr(read_settings({PREFIX + name: VALUES[name]}), field) != getattr(read_settings({}), field)


@pytest.mark.parametrize("name", [name for name in sorted(TABLE) if TABLE[name].startswith("`")])
def test_a_default_in_the_table_is_the_default_of_the_code(name: str) -> None:
    default = getattr(read_settings({}), field_of(name))
    assert TABLE[name] == f"`{default:g}`" if isinstance(default, float) else TABLE[name] == f"`{default}`"


def test_settings_and_the_judge_know_the_same_choices() -> None:
    assert get_args(settings.ScorerName) == SCORERS
    assert get_args(settings.JudgeMethod) == get_args(asking.Method)
    assert get_args(settings.JudgePool) == get_args(asking.Pool)
    assert (settings.MOST_SAMPLES, settings.ORDERS, settings.APART) == (
        asking.MAX_SAMPLES,
        asking.ORDERS,
        asking.APART,
    )
