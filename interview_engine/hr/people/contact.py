"""Contact data as people write it, and the one form by which the same address is known again (C5). Pure rules."""

from __future__ import annotations

import re
import unicodedata

from interview_engine.hr.problems import invalid
from interview_engine.i18n import joined, languages, msg

_MAIL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}@(?:\w(?:[\w-]{0,61}\w)?\.)+\w(?:[\w-]{0,61}\w)?")
"""What a form may take of RFC 5321 and 6531: no quoted local parts, comments, addresses in brackets or spaces."""
_MOBILE = re.compile(r"1[3-9]\d{9}")
_AREA = re.compile(r"0[1-9]\d{9,10}")
_SEPARATORS = re.compile(r"[\s\-‐-―()（）.·/]+")


def check_reading(language: str) -> None:
    """Whether somebody can be written to in `language`: one that has catalogues.

    Raises:
        InvalidInput: `person.language`.
    """
    if language not in languages():
        raise invalid(
            "language",
            "person.language",
            msg("There is no such {thing} to choose.", thing=msg("language")),
            msg("Choose one of {listed}.", listed=joined(languages())),
        )


def email_key(text: str) -> str | None:
    """The normal form of an e-mail address: full width made plain, folded, without invisible characters; None for "".

    What stands before the @ is otherwise kept: dots and "+tag" mean different mailboxes with most providers.

    Raises:
        InvalidInput: `person.email`.
    """
    clean = _plain(text).casefold().removeprefix("mailto:")
    if not clean:
        return None
    if len(clean) > 254 or not _MAIL.fullmatch(clean):
        raise invalid(
            "email",
            "person.email",
            msg("The e-mail address is not valid."),
            msg("Check it, for instance name@example.com."),
        )
    return clean


def phone_key(text: str) -> str | None:
    """The normal form of a phone number: "+" country and number; None for "".

    A Chinese mobile number is known with and without +86, 0086 or 86; a Chinese land line by its area code. Other
    numbers without "+" or "00" stay as their digits: their country is not known.

    Raises:
        InvalidInput: `person.phone`.
    """
    clean = _SEPARATORS.sub("", _digits(_plain(text)).casefold().removeprefix("tel:"))
    if not clean:
        return None
    if clean.startswith("00"):
        clean = "+" + clean[2:]
    digits = clean.removeprefix("+")
    is_number = digits.isascii() and digits.isdigit() and 6 <= len(digits) <= 15
    if not is_number or clean.startswith("+0"):  # no country's code begins with 0
        raise invalid(
            "phone",
            "person.phone",
            msg("The phone number is not valid."),
            msg("Check it, for instance +86 138 0000 0000."),
        )
    if digits.startswith("86") and (_MOBILE.fullmatch(digits[2:]) or _AREA.fullmatch("0" + digits[2:].lstrip("0"))):
        return "+86" + digits[2:].lstrip("0")
    if clean.startswith("+"):
        return clean
    if _MOBILE.fullmatch(digits):
        return "+86" + digits
    if _AREA.fullmatch(digits):
        return "+86" + digits.lstrip("0")
    return digits


def name_key(text: str) -> str:
    """A name without case, width and spaces, to see whether two are plainly the same."""
    return "".join(_plain(text).casefold().split())


def _plain(text: str) -> str:
    """Compatibility forms made plain (full width, ligatures), invisible characters out, ends trimmed."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if unicodedata.category(c) not in ("Cf", "Cc") or c in "\t\n").strip()


def _digits(text: str) -> str:
    """Digits of every script as 0..9."""
    return "".join(
        str(unicodedata.digit(c)) if c.isdigit() and unicodedata.digit(c, None) is not None else c for c in text
    )
