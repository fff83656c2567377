"""Numbers of Chinese identity cards (GB 11643): read from dirty sheets, checked by their checksum, shown in part."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from interview_engine.hr.problems import invalid
from interview_engine.i18n import Text, msg

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_FLOAT = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})")
"""What a sheet makes of a long number that was kept as one: the last digits are lost, unless it gives every one."""
_PROVINCES = frozenset(
    str(number)
    for numbers in (
        range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66), (71, 81, 82, 83)
    )
    for number in numbers
)  # fmt: skip
"""First two digits: GB/T 2260, and 83 of residence permits of Taiwan residents."""


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A valid number: 18 characters, the last a digit or X.

    Args:
        was_short: it was given as one of the 15 digits that were used until 2013.
    """

    number: str
    born_on: date
    sex: Literal["male", "female"]
    was_short: bool = False

    def masked(self) -> str:
        """Enough to compare with a card in the hand: 330***********1234."""
        return f"{self.number[:3]}{'*' * 11}{self.number[-4:]}"


def read_id_number(given: str, today: date) -> IdNumber:
    """The number in a cell or a form: full-width digits, spaces, a leading apostrophe and a small x are no mistake.

    Args:
        today: a birthday after it is none.

    Raises:
        InvalidInput: `id_number.rounded` (a spreadsheet has lost the last digits), `id_number.length`,
            `id_number.day`, `id_number.region`, `id_number.checksum`.
    """
    text = re.sub(r"[\s'’‘`\-\u200b\ufeff]", "", unicodedata.normalize("NFKC", given)).upper()
    text = re.sub(r"(\d{15,18})\.0+", r"\1", text)
    counted = _FLOAT.fullmatch(text)
    if counted and len(whole := counted[1] + (counted[2] or "")) == int(counted[3]) + 1:
        text = whole
    if _FLOAT.fullmatch(text) or (text.isdigit() and len(text) == 18 and text.endswith("000") and not _sums(text)):
        raise _wrong(
            "rounded",
            msg("The spreadsheet has kept the ID number as a number and lost its last digits."),
            msg("Format the column as text and enter the number again."),
        )
    short = len(text) == 15
    if short and text.isdigit():
        text = text[:6] + "19" + text[6:]
        text += _check(text)
    if re.fullmatch(r"\d{17}[\dX]", text) is None:
        raise _wrong("length", msg("An ID number has 18 characters: 17 digits and a digit or X."))
    born_on = _birthday(text[6:14], today)
    if text[:2] not in _PROVINCES:
        raise _wrong("region", msg("No ID number begins with {digits}.", digits=text[:2]))
    if not _sums(text):
        raise _wrong("checksum", msg("The ID number's last character does not fit the others: a digit is wrong."))
    return IdNumber(text, born_on, "male" if int(text[16]) % 2 else "female", short)


def _sums(text: str) -> bool:
    return text[17] == _check(text[:17])


def _check(first17: str) -> str:
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11]


def _birthday(digits: str, today: date) -> date:
    try:
        born_on = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        born_on = None
    if born_on is None or not born_on.year >= 1900 or born_on > today:
        raise _wrong("day", msg("The birthday in the ID number does not exist."))
    return born_on


def _wrong(code: str, message: Text, next_step: Text | None = None) -> Exception:
    return invalid(
        "id_number", f"id_number.{code}", message, next_step or msg("Compare it with the card and enter it again.")
    )
