"""Amounts in Chinese capitals, as invoices and receipts write them beside the figures."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {one: value for value, one in enumerate("零壹贰叁肆伍陆柒捌玖")}
ALIKE = str.maketrans("〇貳叄參陸兩", "零贰叁叁陆贰")
"""Forms of the same digits, and what recognition of photos makes of them."""
UNITS = {"拾": 10, "佰": 100, "仟": 1000}
LARGE = {"万": 10_000, "亿": 100_000_000}
PATTERN = re.compile(r"[零〇壹贰貳叁叄參肆伍陆陸柒捌玖兩拾佰仟万亿]+[圆元圓][零〇壹贰貳叁叄參肆伍陆陸柒捌玖角分整正]*")
_PARTS = re.compile(
    r"(?P<whole>.+?)元(?:零?(?P<jiao>[壹贰叁肆伍陆柒捌玖])角)?(?:零?(?P<fen>[壹贰叁肆伍陆柒捌玖])分)?(?:零[角分])*[整正]?"
)


def amount_of(words: str) -> Decimal | None:
    """The amount in yuan that the capitals say, "壹佰贰拾叁圆肆角伍分" 123.45; None where they say none.

    "(负数)" before them, as on a red invoice, makes it less than 0.
    """
    text = re.sub(r"[\s()（）]", "", words).translate(ALIKE).replace("圆", "元").replace("圓", "元")
    sign = -1 if text.startswith("负") else 1
    text = re.sub(r"^负数?", "", text)
    found = _PARTS.fullmatch(text)
    if found is None:
        return None
    whole = _whole(found["whole"])
    if whole is None:
        return None
    cents = DIGITS.get(found["jiao"] or "零", 0) * 10 + DIGITS.get(found["fen"] or "零", 0)
    return sign * (Decimal(whole) + Decimal(cents) / 100)


def _whole(text: str) -> int | None:
    """The whole yuan: digits with 拾佰仟 within groups of 万 and 亿."""
    total, group, digit = 0, 0, 0
    for one in text:
        if one in DIGITS:
            digit = DIGITS[one]
        elif one in UNITS:
            # 拾 alone at the beginning is 壹拾
            group += (digit or (1 if group == 0 else 0)) * UNITS[one]
            digit = 0
        elif one in LARGE:
            group += digit
            if one == "亿":
                total = (total + group) * LARGE[one]
            else:
                total += group * LARGE[one]
            group = digit = 0
        else:
            return None
    return total + group + digit
