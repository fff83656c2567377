"""The letters that were meant, and whether what was read is text that a person wrote. Pure functions."""

from __future__ import annotations

import re
import unicodedata

from interview_engine.text_files import is_in_use

_RADICALS = str.maketrans(
    "⺁⺄⺆⺈⺊⺋⺌⺍⺗⺘⺙⺝⺞⺟⺠⺡⺣⺤⺥⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺴⺶⺷⺸⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃"
    "⻄⻅⻆⻈⻉⻊⻋⻌⻍⻎⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻳",
    "厂乙冂刀卜㔾小小心手攵月歹母民水灬爪爫王疋目示礻竹糸纟网罒冈羊羊羊肀聿肉臼艹艹艹虎衤覀"
    "西见角讠贝足车辶辶辶钅長镸长门阝雨青韦页风飞食食食饣马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜龟",
)
"""CJK Radicals Supplement to the letters they stand for (Unicode, EquivalentUnifiedIdeograph.txt): printers of PDF
write the radical's code where a letter of that form is meant. The Kangxi block has compatibility mappings."""

_BASE64 = re.compile(r"[A-Za-z0-9+/]{60,}={0,2}")
_TAG = re.compile(r"</?[a-zA-Z!?][^<>\n]{0,200}>|\\[a-z]{2,}-?\d*|&(?:#\d+|[a-z]+);|\{\"|\"\s*:\s*[\"{\[]")
_LATIN_MOJIBAKE = re.compile(
    "[\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2018-\u203a\u20ac\u2122]"
)
_UNLIKELY = re.compile("[\ufffd\ue000-\uf8ff\u3400-\u4dbf\ua000-\uabff\u4dc0-\u4dff\ufff0-\uffff]")
_HAN = re.compile("[\u4e00-\u9fff]")
_SPACED = re.compile(r"(?<=\S) (?=\S)")


def tidied(text: str) -> str:
    """The text with the letters that were meant: radicals, full-width letters and digits, letters set one by one.

    Chinese punctuation stays as it is.
    """
    plain = "".join(
        unicodedata.normalize("NFKC", c) if 0x2F00 <= ord(c) <= 0x2FDF or _is_wide(c) else c
        for c in text.translate(_RADICALS).replace("\u3000", " ")
    )
    return "\n".join(_joined(line) for line in plain.split("\n"))


def is_readable(text: str) -> bool:
    """Whether it can be what a person wrote: no markup, no encoded data, no letters of a wrong encoding.

    Thresholds are far from both sides: of text in Chinese, Japanese, English, Spanish less than a tenth of each.
    """
    ink = [c for c in text if not c.isspace()]
    if not ink:
        return True
    size = len(ink)
    if sum(len(found.group()) for found in _BASE64.finditer(text)) > 0.3 * size:
        return False
    if sum(len(found.group()) for found in _TAG.finditer(text)) > 0.25 * size:
        return False
    if len(_UNLIKELY.findall(text)) + sum(unicodedata.category(c) == "Cn" for c in ink) > 0.03 * size:
        return False
    if len(_LATIN_MOJIBAKE.findall(text)) > 0.25 * size:
        return False
    han = _HAN.findall(text)
    return len(han) < 20 or sum(map(_is_common, han)) >= 0.6 * len(han)


def _is_wide(c: str) -> bool:
    return "\uff10" <= c <= "\uff19" or "\uff21" <= c <= "\uff3a" or "\uff41" <= c <= "\uff5a" or c in "＠．－＋＿"


def _joined(line: str) -> str:
    """A line whose letters stand one by one, put together: single spaces go, wider ones stay as one."""
    pieces = line.split(" ")
    words = [piece for piece in pieces if piece]
    if len(words) < 4 or sum(len(word) == 1 for word in words) < 0.8 * len(words):
        return line
    return re.sub(r" {2,}", " ", _SPACED.sub("", line))


def _is_common(letter: str) -> bool:
    """Of the letters in daily use: the first level of GB 2312 or of Big5."""
    return is_in_use(letter, "gb2312") or is_in_use(letter, "big5")
