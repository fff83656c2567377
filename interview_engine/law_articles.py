"""Articles and documents of Chinese law, as the data cites them ("劳动合同法第四十六条"), for the reader. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from interview_engine.i18n import LocalizedText

_LAWS = {
    "劳动合同法": "Labour Contract Law",
    "个人信息保护法": "Personal Information Protection Law",
    "工资支付暂行规定": "Interim Provisions on Payment of Wages",
    "个人所得税法": "Individual Income Tax Law",
    "劳动法": "Labour Law",
    "社会保险法": "Social Insurance Law",
    "住房公积金管理条例": "Regulations on the Administration of the Housing Fund",
    "职工带薪年休假条例": "Regulations on Paid Annual Leave of Employees",
    "企业职工带薪年休假实施办法": "Measures on Paid Annual Leave of Employees of Enterprises",
    "最低工资规定": "Provisions on Minimum Wages",
    "全国人大常委会关于实施渐进式延迟法定退休年龄的决定": "Decision of the Standing Committee of the National People's "
    "Congress on Gradually Raising the Statutory Retirement Age",
    "实施条例": "Implementing Regulations",
    "办法": "Measures",
}
_OFFICES = {
    "国务院": "State Council",
    "国家税务总局": "State Taxation Administration",
    "税务总局": "State Taxation Administration",
    "财政部": "Ministry of Finance",
    "人力资源社会保障部": "Ministry of Human Resources and Social Security",
}
_SIGNS = {
    "财税": "Cai Shui",
    "国发": "Guo Fa",
    "国办发": "Guo Ban Fa",
    "劳部发": "Lao Bu Fa",
    "劳社部发": "Lao She Bu Fa",
    "人社部发": "Ren She Bu Fa",
    "国税发": "Guo Shui Fa",
}
"""Signs of documents, which English texts write in pinyin: 财税〔2018〕164号 is Cai Shui [2018] No. 164."""
_NUMBER = "[〇一二三四五六七八九十百]+"
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

    Documents are cited by their titles, by their signs and numbers, or as announcements, with articles, annexes and
    rate tables. "第四十条（依照第三十九条的，无须提前通知）" says where no notice is needed (_NOTES). A citation in
    another form, for example the title of a city's document, stays as it is in both.
    """
    for pattern, said in _NOTES:
        if noted := pattern.fullmatch(cited):
            rule, about = (article_text(part).en for part in noted.groups())
            return LocalizedText(zh=cited, en=f"{rule} ({said.format(about)})")
    return LocalizedText(zh=cited, en=_english(cited) or cited)


def _english(cited: str) -> str:
    """The whole in English; "" where a part of it is in a form that is not known."""
    said, between = "", ""
    rest = cited
    while rest:
        for pattern, write in _FORMS:
            if (found := pattern.match(rest)) and (part := write(found)):
                break
        else:
            return ""
        rest = rest[found.end() :]
        if part in _MARKS:
            between = part
            continue
        is_place = part.startswith(("Article", "Annex", "rate table"))
        said += (between or (", " if is_place else " ") if said else "") + part
        between = ""
    return said


def _article(found: re.Match[str]) -> str:
    number, paragraph, item, last = (None if each is None else _value(each) for each in found.groups())
    text = f"Article {number}"
    if paragraph is not None:
        text += f", paragraph {paragraph}"
    if item is not None:
        text += f" ({item})"
    return text if last is None else f"{text.replace('Article', 'Articles')} to {last}"


def _announcement(found: re.Match[str]) -> str:
    offices = list(dict.fromkeys(f"the {_OFFICES[one]}" for one in re.split("[ 、]", found[1])))
    return f"Announcement No. {found[3]} of {found[2]} of {' and '.join(offices)}"


def _note(found: re.Match[str]) -> str:
    """A note in brackets: a day, a document, or one of the few words that the data has."""
    inner = found[1]
    if re.fullmatch("[0-9-]+", inner):
        return f"({inner})"
    if unchanged := re.fullmatch("([0-9.]+) 天不变", inner):
        return f"({unchanged[1]} days unchanged)"
    if amended := re.fullmatch("([0-9]{4}) 修正", inner):
        return f"(amended {amended[1]})"
    known = {"按月换算": "converted to months"}.get(inner) or _english(inner)
    return f"({known})" if known else ""


_MARKS = (", ", "; ")
_TITLES = "|".join(sorted(_LAWS, key=len, reverse=True))
_OFFICE = "|".join(sorted(_OFFICES, key=len, reverse=True))
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile("、"), lambda _: ", "),
    (re.compile("；"), lambda _: "; "),
    (re.compile(rf"《(?:中华人民共和国)?({_TITLES})》"), lambda found: _LAWS[found[1]]),
    (re.compile(f"(?:中华人民共和国)?({_TITLES})"), lambda found: _LAWS[found[1]]),
    (re.compile(rf"({'|'.join(sorted(_SIGNS, key=len, reverse=True))})〔(\d{{4}})〕(\d+)号"),
     lambda found: f"{_SIGNS[found[1]]} [{found[2]}] No. {found[3]}"),
    (re.compile(rf"((?:{_OFFICE})(?:[ 、](?:{_OFFICE}))*)公告(\d{{4}})年第(\d+)号"), _announcement),
    (re.compile(r"(\d{4})年第(\d+)号"), lambda found: f"No. {found[2]} of {found[1]}"),
    (re.compile(f"({_OFFICE})"), lambda found: _OFFICES[found[1]]),
    (re.compile(rf"第({_NUMBER})条(?:第({_NUMBER})款)?(?:第（({_NUMBER})）项)?(?:至第({_NUMBER})条)?"), _article),
    (re.compile(r"附件(\d+)"), lambda found: f"Annex {found[1]}"),
    (re.compile(f"税率表({_NUMBER})"), lambda found: f"rate table {_value(found[1])}"),
    (re.compile("（([^（）]+)）"), _note),
)  # fmt: skip
"""Forms of the parts of a citation, each with its English; "" says that it is not known after all."""


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
