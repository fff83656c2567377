"""Spoken numbers as digits: 三百二十 → 320, 百分之十五 → 15%, twenty five percent → 25%.

For finding numbers in an answer, not for quoting: quotes are always of the text as it was spoken. Words that merely
hold a numeral (一起, 十分, 万一, "one of them", "that one") stay as they are: a numeral must be a quantity by its form.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

ZH_DIGITS = {
    "零": "0",
    "〇": "0",
    "一": "1",
    "二": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "七": "7",
    "八": "8",
    "九": "9",
    "幺": "1",
}
_DIGIT = "零〇一二三四五六七八九两幺"
_UNIT = "十百千万亿"
_NUMERAL = f"[{_DIGIT}{_UNIT}]"
_NUMBER = rf"(?:\d+(?:\.\d+)?[{_UNIT}]+|{_NUMERAL}+)(?:点[{_DIGIT}]+)?"

_SMALL_UNITS = {"十": 10, "百": 100, "千": 1_000}
_LARGE_UNITS = {"万": 10_000, "亿": 100_000_000}
_MIXED = re.compile(rf"(\d+(?:\.\d+)?)([{_UNIT}]+)")

COUNTED = (
    "年月日号天周点分秒时小个位名人次遍件项条张台辆家间套份倍元块毛角米斤克吨升度岁层楼级届期轮页章句字双对只头"
    "篇本部门种类组批场座所支款单笔票箱桶包袋瓶杯公千毫厘平里亩成折星颗步站集段排行道杠"
)
"""Characters after which (or of which) a bare single numeral is a quantity: 三个, 五年, 两次."""

_IDIOM_LIST = """
一起 一些 一样 一般 一直 一定 一下 一边 一旦 一切 一致 一向 一共 一时
一会 一方面 一点 一种 一个 一位 一名 一条 一次 一段 一份 一部分 万一
千万 四处 四周 三思 五官 千方百计 一心一意 三心二意 七上八下 乱七八糟 百般 万分 万能 万物
百姓 第一时间 一来 二来 统一 唯一 单一 之一 万科 两者 一半 一流 一线 二手
三方 一方 一面
"""
IDIOMS = frozenset(_IDIOM_LIST.split())
"""Words and phrases in which the numeral counts nothing, longest match wins."""

_APPROXIMATE = frozenset(["两三", *(a + b for a, b in itertools.pairwise("一二三四五六七八九"))])
"""五六个 is "five or six", not 56."""

_IDIOM = "|".join(sorted(map(re.escape, IDIOMS), key=len, reverse=True))
_ZH = re.compile(
    rf"百分之(?P<percent>{_NUMBER})"
    rf"|(?P<decimal>{_NUMERAL}+点[{_DIGIT}]+)"
    rf"|(?P<idiom>{_IDIOM}|十分(?!钟))"
    rf"|(?P<denominator>{_NUMBER})分之(?P<numerator>{_NUMBER})"
    rf"|(?P<number>{_NUMBER})"
)

_UNIT_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
EN_UNITS = {word: value for value, word in enumerate(_UNIT_WORDS.split())}
EN_TENS = {word: 10 * value for value, word in enumerate(_TEN_WORDS.split(), 2)}
EN_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_EN_WORD = "|".join([*EN_UNITS, *EN_TENS, *EN_SCALES])
_EN = re.compile(
    rf"\b(?P<words>(?:a\s+(?=(?:{'|'.join(EN_SCALES)})\b))?(?:(?:{_EN_WORD})(?:[\s-]+(?:and[\s-]+)?(?={_EN_WORD}\b))?)+(?:\s+point(?:\s+(?:{'|'.join(list(EN_UNITS)[:10])}))+)?)\b"
    rf"(?P<percent>\s*(?:percent|per cent|%))?",
    re.IGNORECASE,
)


def with_digits(text: str, language: str) -> str:
    """`text` with spoken quantities as digits; languages other than "zh" and "en" come back unchanged."""
    if language == "zh":
        return _EN.sub(_en_digits, _ZH.sub(_zh_digits, text))
    if language == "en":
        return _EN.sub(_en_digits, text)
    return text


def spoken(text: str, language: str) -> Iterator[tuple[int, int, str]]:
    """Every spoken quantity of `text` in "zh" or "en": where it starts and ends, and its digits; none overlap."""
    found = [(_EN, _en_digits)] if language == "en" else [(_ZH, _zh_digits), (_EN, _en_digits)]
    for pattern, digits in found:
        for match in pattern.finditer(text):
            written = digits(match)
            if written != match[0]:
                yield match.start(), match.end(), written


def zh_value(numeral: str) -> str | None:
    """The digits of a Chinese numeral (三百二十, 4千万, 二零一五, 一点五), or None when it is not a well-formed one."""
    whole, _, decimals = numeral.partition("点")
    if all(character in ZH_DIGITS for character in whole):
        digits = "".join(ZH_DIGITS[character] for character in whole)
    else:
        value = _zh_number(whole)
        if value is None:
            return None
        digits = f"{value:.10g}" if value != int(value) else str(int(value))
    if decimals:
        return digits + "." + "".join(ZH_DIGITS.get(character, "2") for character in decimals)
    return digits


def _zh_number(numeral: str) -> float | None:
    mixed = _MIXED.fullmatch(numeral)
    if mixed:
        value = float(mixed[1])
        for unit in mixed[2]:
            value *= _SMALL_UNITS.get(unit) or _LARGE_UNITS[unit]
        return value
    total = section = 0
    digit: int | None = None
    smallest, last_unit, after_zero = 10_000, 1, False
    for character in numeral:
        if character in "零〇":
            if digit is not None:
                return None
            after_zero = True
        elif character in _SMALL_UNITS:
            unit = _SMALL_UNITS[character]
            if digit is None and character == "十" and section == 0:
                digit = 1
            if digit is None or unit >= smallest:
                return None
            section += digit * unit
            digit, smallest, last_unit, after_zero = None, unit, unit, False
        elif character in _LARGE_UNITS:
            last_unit = _LARGE_UNITS[character]
            section += digit or 0
            if section == 0 and (total == 0 or character == "万"):
                return None
            total = (total + section) * last_unit if character == "亿" else total + section * last_unit
            section, digit, smallest, after_zero = 0, None, 10_000, False
        else:
            if digit is not None:
                return None
            digit = 2 if character == "两" else int(ZH_DIGITS[character])
    if digit is not None:
        # 三百四 is 340 and 一万二 is 12000, but 三百零四 is 304.
        section += digit * (last_unit // 10 if last_unit >= 100 and not after_zero else 1)
    return float(total + section)


def _zh_digits(match: re.Match[str]) -> str:
    if match["idiom"]:
        return match[0]
    if match["percent"]:
        value = zh_value(match["percent"])
        return f"{value}%" if value else match[0]
    if match["denominator"]:
        denominator, numerator = zh_value(match["denominator"]), zh_value(match["numerator"])
        return f"{numerator}/{denominator}" if denominator and numerator else match[0]
    numeral = match["decimal"] or match["number"]
    following = match.string[match.end() : match.end() + 1]
    if len(numeral) == 1 and (following == "" or following not in COUNTED):
        return numeral
    if numeral in _APPROXIMATE:
        return numeral
    return zh_value(numeral) or numeral


def _en_digits(match: re.Match[str]) -> str:
    words = re.split(r"[\s-]+", match["words"].lower())
    percent = "%" if match["percent"] else ""
    if words == ["one"] and not percent:
        return match[0]  # "one of them", "the one I chose": mostly a pronoun
    values = _en_values(words)
    return " ".join(values) + percent if values else match[0]


def _en_values(words: list[str]) -> list[str] | None:
    """Digits of number words; several when they do not combine ("nineteen ninety five" → 1995, "two three" → 2 3)."""
    decimals = ""
    if "point" in words:
        point = words.index("point")
        decimals = "." + "".join(str(EN_UNITS[word]) for word in words[point + 1 :])
        words = words[:point]
    values: list[str] = []
    total = group = 0
    last = "start"
    for word in words:
        if word == "and":
            continue
        if word == "a":  # "a hundred"
            group, last = 1, "unit"
            continue
        if word in EN_SCALES:
            if last in ("start", "thousand") and group == 0:
                return None
            scale = EN_SCALES[word]
            if word == "hundred":
                group *= scale
            else:
                total, group = total + group * scale, 0
            last = "hundred" if word == "hundred" else "thousand"
            continue
        value = EN_TENS.get(word, EN_UNITS.get(word, 0))
        kind = "tens" if word in EN_TENS else "teen" if value >= 10 else "unit"
        joins = last in ("start", "hundred", "thousand") or (last == "tens" and kind == "unit" and value)
        if joins:
            group += value
        else:
            values.append(str(total + group))
            total, group = 0, value
        last = kind
    values.append(str(total + group))
    if len(values) == 2 and len(values[0]) == 2 and len(values[1]) == 2 and not decimals:
        return ["".join(values)]  # a year: nineteen ninety five
    values[-1] += decimals
    return values
