"""What stands on a Chinese identity card, from the lines of text that a reader of pictures found: pure rules.

The layout is that of GA 448: on one side 姓名, 性别, 民族, 出生, 住址, 公民身份号码; on the other 签发机关, 有效期限.
Positions count more than words: a reader takes a label and its value for one line or for two, as it happens.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from interview_engine.errors import InvalidInput
from interview_engine.hr.files.id_numbers import IdNumber, read_id_number
from interview_engine.hr.problems import invalid
from interview_engine.i18n import Text, msg

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of text that was found on a picture.

    Args:
        text: as it was read.
        corners: x to the right and y down, in pixels: where the text begins and ends above, ends and begins below. Of
            text that stands on its side the first may be the upper left one of the box.
    """

    text: str
    corners: tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True)
class CardRead:
    """What was read; "" and None for what was not. A person compares all of it with the card.

    Args:
        id_number: checked by its checksum; None where it was not read or does not check.
        number_seen: the 18 characters as they were read, also where they do not check.
        valid_from, valid_until: `valid_until` None with `valid_from`: the card holds for good (长期).
        doubts: what must be looked at with care, in words.
    """

    name: str = ""
    id_number: IdNumber | None = None
    number_seen: str = ""
    address: str = ""
    issuer: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    doubts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A line as it lies on the upright card: from `left` to `right` along the text, `y` across it, `height`."""

    text: str
    left: float
    right: float
    y: float
    height: float

    @property
    def letter(self) -> float:
        return (self.right - self.left) / max(1, len(self.text))


_Row = list[_Piece]

_NUMBER = re.compile(r"\d{17}[\dXx]")
_LIKE_DIGITS = str.maketrans({"O": "0", "o": "0", "D": "0", "Q": "0", "I": "1", "l": "1", "|": "1", "Z": "2", "S": "5",
                              "B": "8", "×": "X", "〇": "0"})  # fmt: skip
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]{2,20}(?:·[\u3400-\u9fff\U00020000-\U000323af]{1,20}){0,4}")
_VALID = re.compile(
    r"(\d{4})\D{0,2}(\d{2})\D{0,2}(\d{2})\s*[-—–~至一到]*\s*(?:(\d{4})\D{0,2}(\d{2})\D{0,2}(\d{2})|(长期))"
)
_SPACES = re.compile(r"[\s\u3000]+")


def read_card(lines: Sequence[Line], today: date) -> CardRead:
    """What stands on one side of a card, or on both where the picture shows both, however it is turned.

    Args:
        today: for the checks of the number.

    Raises:
        InvalidInput: `id_card.unreadable`, no field of an identity card was found.
    """
    best, most = CardRead(), 0
    for turn in range(4):
        read = _read_rows(_rows(lines, turn), today)
        found = sum(bool(one) for one in (read.name, read.number_seen, read.address, read.issuer, read.valid_from))
        if found > most:
            best, most = read, found
    if most == 0:
        raise unreadable()
    return best


def unreadable() -> InvalidInput:
    """What is said of a picture on which nothing of a card can be read."""
    return invalid(
        "photo",
        "id_card.unreadable",
        msg("No identity card could be read on this photo."),
        msg(
            "Lay the card on a dark, even ground, let it fill the picture, avoid glare and shadows, and take the photo "
            "again. Or type the fields in yourself."
        ),
    )


def _read_rows(rows: list[_Row], today: date) -> CardRead:
    doubts: list[Text] = []
    number, seen = _number(rows, today)
    if seen and number is None:
        doubts.append(msg("The ID number does not check: at least one character was misread. Correct it by the card."))
    name = _name(rows)
    if (name or seen) and not name:
        doubts.append(msg("The name could not be read: type it in."))
    first, last, holds = _validity(rows)
    if holds and last is not None and last < today:
        doubts.append(msg("This card is no longer valid; it ended on {day}.", day=last.isoformat()))
    return CardRead(name, number, seen, _address(rows), _after(rows, "签发机关"), first, last, tuple(doubts))


def _number(rows: list[_Row], today: date) -> tuple[IdNumber | None, str]:
    """The number, and its characters as they were read."""
    seen = ""
    for row in rows:
        for text in (*(piece.text for piece in row), _words(row)):
            tail = _SPACES.sub("", text).rpartition("号码")[2].translate(_LIKE_DIGITS)
            for found in _NUMBER.findall(tail):
                try:
                    return read_id_number(found, today), found.upper()
                except InvalidInput:
                    seen = seen or found.upper()
    return None, seen


def _name(rows: list[_Row]) -> str:
    said = _after(rows, "姓名")
    found = _NAME.match(said.replace("•", "·").replace(".", "·").replace("・", "·")) if said else None
    return found[0] if found else ""


def _address(rows: list[_Row]) -> str:
    """What stands beside 住址, and the lines below that begin where it begins."""
    for at, row in enumerate(rows):
        if "住址" not in _words(row):
            continue
        value = _value(row, "住址")
        if not value:
            return ""
        begins, text, y, height = value[0].left, "".join(one.text for one in value), row[0].y, row[0].height
        for below in rows[at + 1 :]:
            more = [one for one in below if abs(one.left - begins) < 1.5 * height]
            if not more or more[0].y - y > 2.6 * height or "公民" in _words(below) or _NUMBER.search(more[0].text):
                break
            text, y = text + more[0].text, more[0].y
        return _SPACES.sub("", text)
    return ""


def _validity(rows: list[_Row]) -> tuple[date | None, date | None, bool]:
    """First day, last day (None: for good), whether it was read."""
    for row in rows:
        found = _VALID.search(_words(row))
        if found is None:
            continue
        try:
            first = date(int(found[1]), int(found[2]), int(found[3]))
            last = None if found[7] else date(int(found[4]), int(found[5]), int(found[6]))
        except ValueError:
            continue
        if last is None or first < last:
            return first, last, True
    return None, None, False


def _after(rows: list[_Row], label: str) -> str:
    """What stands to the right of a label in its row."""
    for row in rows:
        if label in _words(row):
            return "".join(_SPACES.sub("", one.text) for one in _value(row, label))
    return ""


def _value(row: _Row, label: str) -> _Row:
    """The pieces of a row behind its label, without what overlaps."""
    words = ""
    for at, piece in enumerate(row):
        words += piece.text
        if label not in words:
            continue
        rest = words.partition(label)[2]
        here = [] if not rest else [_Piece(rest, piece.right - piece.letter * len(rest), piece.right, piece.y,
                                           piece.height)]  # fmt: skip
        return [*here, *row[at + 1 :]]
    return []


def _words(row: _Row) -> str:
    return "".join(piece.text for piece in row)


def _rows(lines: Sequence[Line], turn: int) -> list[_Row]:
    """The lines in rows from top to bottom, from left to right, after as many quarter turns; letters that two lines
    both hold, because they overlap, once."""
    pieces = _upright(lines, turn)
    if not pieces:
        return []
    usual = median(piece.height for piece in pieces)
    rows: list[_Row] = []
    for piece in sorted(pieces, key=lambda one: one.y):
        if rows and piece.y - rows[-1][-1].y < 0.55 * usual:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [_without_overlaps(sorted(row, key=lambda one: one.left)) for row in rows]


def _without_overlaps(row: _Row) -> _Row:
    kept: _Row = []
    for piece in row:
        if kept and len(kept[-1].text) > 1:
            before = kept[-1]
            double = min(round((before.right - piece.left) / before.letter), len(before.text) - 1)
            if double > 0:
                kept[-1] = _Piece(before.text[:-double], before.left, piece.left, before.y, before.height)
        kept.append(piece)
    return kept


def _upright(lines: Sequence[Line], turn: int) -> list[_Piece]:
    """The lines as they lie when the longest one runs level, turned by as many quarters."""
    usable = [line for line in lines if line.text.strip() and math.dist(line.corners[0], line.corners[2]) > 1]
    if not usable:
        return []
    longest = max(usable, key=lambda line: _long_side(line.corners)[2])
    across, down, _ = _long_side(longest.corners)
    angle = -math.atan2(down, across) + turn * math.pi / 2
    cosine, sine = math.cos(angle), math.sin(angle)
    pieces = []
    for line in usable:
        corners = [(x * cosine - y * sine, x * sine + y * cosine) for x, y in line.corners]
        left, right = min(x for x, _ in corners), max(x for x, _ in corners)
        y = sum(y for _, y in corners) / 4
        height = _short_side(line.corners)
        pieces.append(_Piece(line.text.strip(), left, right, y, height))
    return pieces


def _long_side(corners: tuple[Point, Point, Point, Point]) -> tuple[float, float, float]:
    """The longer side of a box: how far across, how far down, its length."""
    sides = [(b[0] - a[0], b[1] - a[1]) for a, b in ((corners[0], corners[1]), (corners[0], corners[3]))]
    across, down = max(sides, key=lambda side: math.hypot(*side))
    return across, down, math.hypot(across, down)


def _short_side(corners: tuple[Point, Point, Point, Point]) -> float:
    return min(math.dist(corners[0], corners[1]), math.dist(corners[0], corners[3]))
