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
        (
            "财税〔2018〕164号第一条、附件2；国发〔2022〕8号",
            "Cai Shui [2018] No. 164, Article 1, Annex 2; Guo Fa [2022] No. 8",
        ),
        (
            "财政部 税务总局公告2023年第30号",
            "Announcement No. 30 of 2023 of the Ministry of Finance and the State Taxation Administration",
        ),
        ("《中华人民共和国劳动法》第十条至第十二条", "Labour Law, Articles 10 to 12"),
        ("某市人社规〔2025〕1号第二条", "某市人社规〔2025〕1号第二条"),
        ("", ""),
    ],
)
def test_an_article_is_cited_in_english_and_as_it_stands_in_chinese(cited: str, english: str) -> None:
    text = law_articles.article_text(cited)
    assert (text.zh, text.en) == (cited, english)


def test_every_article_of_the_data_has_its_english_form() -> None:
    files = ("offboarding/kinds.json", "files/contract_law.json", "privacy/schedule.json", "pay/law.json")
    cited = [
        found
        for name in files
        for found in re.findall(r'"(?:(?:\w+_)?article|law)": "(.+?)"', (HR / name).read_text("utf-8"))
    ]
    assert len(cited) > 34
    for each in cited:
        assert re.search("[\u4e00-\u9fff]", law_articles.article_text(each).en) is None, each
