"""How texts of a report are chosen by language."""

from __future__ import annotations

import pytest

from interview_engine.i18n import catalogue
from pipelines.reports.format import in_language, span_clock

POLICY = {"zh": "中国大陆", "en": "Mainland China"}


@pytest.mark.parametrize("language", ["ja", "es"])
def test_a_text_of_the_product_is_read_in_a_language_that_the_report_does_not_hold(language: str) -> None:
    assert in_language(POLICY, language) == catalogue(language)["Mainland China"] != POLICY["en"]


def test_what_a_kit_says_is_english_where_it_has_not_the_language() -> None:
    assert in_language({"zh": "沟通能力", "en": "Communication of this kit"}, "ja") == "Communication of this kit"


@pytest.mark.parametrize(
    ("start_s", "end_s", "shown"),
    [
        (42.0, 51.0, "00:42–00:51"),
        (0.0, 0.6, "00:00–00:01"),
        (59.7, 60.3, "00:59–01:01"),
        (74.2, 75.02, "01:14–01:15"),
        (12.0, 12.0, "00:12"),
        (12.0, 12.04, "00:12"),
    ],
)
def test_a_stretch_of_time_is_never_shown_as_empty(start_s: float, end_s: float, shown: str) -> None:
    assert span_clock({"start_s": start_s, "end_s": end_s}) == shown
