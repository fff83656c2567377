"""What is odd in a cell and understood all the same: named, so that a person can say that it was understood wrongly."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date

from interview_engine.hr.forms.fields import Field, Value
from interview_engine.i18n import Text, msg

_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_DECIMALS = re.compile(r"\d{1,18}\.0+")
_WIDE = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{1,4}")


_SPACED_NAME = re.compile(r"[\u3400-\u9fff](?:\s*[\u3400-\u9fff·])+")


def plain_number(cell: str) -> str:
    """A number of a person that a program has written with decimals: "1253.0" is 1253."""
    return cell.partition(".")[0].strip() if _DECIMALS.fullmatch(cell.strip()) else cell


def plain_name(cell: str) -> str:
    """A Chinese name without the spaces that set two characters as wide as three: "张　伟" is 张伟."""
    return "".join(cell.split()) if _SPACED_NAME.fullmatch(cell.strip()) else cell


def mended(field: Field, raw: str, value: Value) -> tuple[Text, Text] | None:
    """What is odd in a cell, and what is made of it; None where nothing is, or where the cell is empty.

    Args:
        raw: the cell. value: what it was read as.
    """
    text = raw.strip()
    if text and value is None and field.nothing:
        return msg("“{raw}” stands for nothing here.", raw=text), msg("The {thing} is empty.", thing=field.label)
    if not text or value is None:
        return None
    if field.mask is not None:
        return _of_masked(field, text, str(value))
    plain = unicodedata.normalize("NFKC", text).strip("'‘’")
    if isinstance(value, date) and (_SERIAL.fullmatch(plain) or _SHORT_YEAR.fullmatch(plain)):
        return (
            msg("“{raw}” is a day as the spreadsheet counts days.", raw=text)
            if _SERIAL.fullmatch(plain)
            else msg("“{raw}” has no year in four digits in front.", raw=text),
            msg("It is read as {value}.", value=value.isoformat()),
        )
    if not isinstance(value, str):
        return _of_text(text, str(value)) if text.startswith("'") else None
    return None if value == text and not text.startswith("'") else _of_text(text, value)


def _of_masked(field: Field, text: str, value: str) -> tuple[Text, Text] | None:
    """The same of a value that is not shown whole: what is kept of an import says no more of it than its pages do."""
    if text == value:
        return None
    if field.reads is None:
        found = (
            mended(replace(field, mask=None), text, date.fromisoformat(value))
            if field.kind in ("day", "month")
            else None
        )
        hidden = "" if field.mask is None else field.mask(value)
        return found and (msg("It is not written as year-month-day."), msg("It is read as {value}.", value=hidden))
    plain = unicodedata.normalize("NFKC", text).strip("'‘’ ")
    hidden = field.mask(value) if field.mask is not None else value
    read = msg("It is read as {value}.", value=hidden)
    if len(plain) == 15 and plain.isdigit():
        return msg("It is an ID number of 15 digits."), read
    if re.search(r"[eE.]", plain):
        return msg("The spreadsheet has kept it as a number, with every digit."), read
    if plain == value.lower():
        return msg("Its last letter is small."), read
    if text.startswith(("'", "‘", "’")):
        return msg("It begins with an apostrophe."), read
    if _WIDE.search(text):
        return msg("It has full-width characters."), read
    return msg("It has spaces, dashes or invisible characters."), read


def _of_text(text: str, value: str) -> tuple[Text, Text] | None:
    read = msg("It is read as {value}.", value=value)
    if text.startswith(("'", "‘", "’")):
        return msg("“{raw}” begins with an apostrophe.", raw=text), read
    if _WIDE.search(text):
        return msg("“{raw}” has full-width characters.", raw=text), read
    if _DECIMALS.fullmatch(text) and text != value:
        return msg("“{raw}” is a number that has no decimals.", raw=text), read
    if text != value and "".join(text.split()) == value:
        return msg("“{raw}” has spaces between its characters.", raw=text), read
    return None
