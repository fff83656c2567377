"""Articles of law are cited in the reader's language, and nothing is lost of a citation in another form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from interview_engine import law_articles

HR = Path(law_articles.__file__).parent / "hr"


@pytest.mark.parametrize(
    ("cited", "english"),
    [
        ("第十条、第八十二条", "Article 10, Article 82"),
        ("第十四条第二款第（三）项", "Article 14, paragraph 2 (3)"),
        ("劳动合同法第四十六条第（二）项", "Labour Contract Law, Article 46 (2)"),
        ("第一百〇八条", "Article 108"),
        ("第四十条（依照第三十九条的，无须提前通知）", "Article 40 (no notice under Article 39)"),
        ("国家税务总局公告2018年第61号第八条", "国家税务总局公告2018年第61号第八条"),
        ("", ""),
    ],
)
def test_an_article_is_cited_in_english_and_as_it_stands_in_chinese(cited: str, english: str) -> None:
    text = law_articles.article_text(cited)
    assert (text.zh, text.en) == (cited, english)


def test_every_article_of_the_data_has_its_english_form() -> None:
    files = ("offboarding/kinds.json", "files/contract_law.json", "privacy/schedule.json")
    cited = [
        found for name in files for found in re.findall(r'"(?:\w+_)?article": "(.+?)"', (HR / name).read_text("utf-8"))
    ]
    assert len(cited) > 20
    for each in cited:
        assert re.search("[\u4e00-\u9fff]", law_articles.article_text(each).en) is None, each
