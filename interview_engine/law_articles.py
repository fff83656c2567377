"""Articles of Chinese law, as the data cites them ("劳动合同法第四十六条"), in the language of the reader. Pure."""

from __future__ import annotations

import re

from interview_engine.i18n import LocalizedText

_LAWS = {
    "劳动合同法": "Labour Contract Law",
    "个人信息保护法": "Personal Information Protection Law",
    "工资支付暂行规定": "Interim Provisions on Payment of Wages",
}
_NUMBER = "[〇一二三四五六七八九十百]+"
_ARTICLE = re.compile(rf"第({_NUMBER})条(?:第({_NUMBER})款)?(?:第（({_NUMBER})）项)?")
_NOTES = (
    (re.compile("(.+)（依照(.+)的，无须提前通知）"), "no notice under {}"),
    (
        re.compile("(.+)（自 ([0-9-]+) 起；此前的年限按当时的规定）"),
        "from {} on; years before by the rules of their time",
    ),
)
"""What a citation adds in brackets, and the same in English."""
_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")}


def article_text(cited: str) -> LocalizedText:
    """What is cited, in Chinese as it stands and in English: "Labour Contract Law, Article 46 (2)".

    "第四十条（依照第三十九条的，无须提前通知）" says where no notice is needed (_NOTES). A citation in another form,
    for example a document's own title, stays as it is in both.
    """
    for pattern, said in _NOTES:
        if noted := pattern.fullmatch(cited):
            rule, about = (article_text(part).en for part in noted.groups())
            return LocalizedText(zh=cited, en=f"{rule} ({said.format(about)})")
    named = next((name for name in _LAWS if cited.startswith(name)), "")
    parts = cited.removeprefix(named).split("、")
    found = [_ARTICLE.fullmatch(part) for part in parts]
    if not all(found):
        return LocalizedText(zh=cited, en=cited)
    english = [_english(each) for each in found if each is not None]
    return LocalizedText(zh=cited, en=", ".join([_LAWS[named], *english] if named else english))


def _english(article: re.Match[str]) -> str:
    number, paragraph, item = (None if each is None else _value(each) for each in article.groups())
    text = f"Article {number}"
    if paragraph is not None:
        text += f", paragraph {paragraph}"
    return text if item is None else f"{text} ({item})"


def _value(signs: str) -> int:
    """12 of 十二, 97 of 九十七, 108 of 一百〇八."""
    total, digit = 0, 0
    for sign in signs:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        else:
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
    return total + digit
