"""How texts of a report are chosen by language."""

from __future__ import annotations

import pytest

from interview_engine.i18n import catalogue
from pipelines.reports.format import in_language

POLICY = {"zh": "中国大陆", "en": "Mainland China"}


@pytest.mark.parametrize("language", ["ja", "es"])
def test_a_text_of_the_product_is_read_in_a_language_that_the_report_does_not_hold(language: str) -> None:
    assert in_language(POLICY, language) == catalogue(language)["Mainland China"] != POLICY["en"]


def test_what_a_kit_says_is_english_where_it_has_not_the_language() -> None:
    assert in_language({"zh": "沟通能力", "en": "Communication of this kit"}, "ja") == "Communication of this kit"
