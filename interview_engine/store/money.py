"""Money: whole fen in the database, `Decimal` yuan in the rules.

SQLite keeps `Numeric` as a floating point number, so that sums of many rows end in …899.999996. Whole fen add up
exactly on both databases. An amount is rounded where it becomes a line that people see, once; totals are sums of such
lines.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

FEN = Decimal("0.01")
MOST_YUAN = Decimal("1e15")
"""What the column holds with room for sums: 64 bits are 9.2e16 yuan."""


class Yuan(TypeDecorator[Decimal]):
    """A column of money: `Decimal` yuan with two places in Python, whole fen in the database; sums stay exact."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Yuan to fen.

        Raises:
            ValueError: the amount has a part of a fen, is not finite, or is too large.
        """
        return None if value is None else to_fen(value)

    def process_result_value(self, value: int | Decimal | None, dialect: Dialect) -> Decimal | None:
        """Fen to yuan; sums come as `Decimal` from PostgreSQL."""
        return None if value is None else from_fen(int(value))


class WholeYuan(TypeDecorator[int]):
    """A column of whole yuan (an advertised pay): `int` yuan in Python, fen in the database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """Yuan to fen."""
        return None if value is None else value * 100

    def process_result_value(self, value: int | Decimal | None, dialect: Dialect) -> int | None:
        """Fen to yuan. ValueError for a part of a yuan, which only another program can have written."""
        if value is None:
            return None
        yuan, rest = divmod(int(value), 100)
        if rest:
            raise ValueError(f"{value} fen is no whole amount of yuan")
        return yuan


def rounded(amount: Decimal) -> Decimal:
    """To the fen, half away from zero, as invoices and payslips round (¥0.125 → ¥0.13)."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def to_fen(amount: Decimal) -> int:
    """Whole fen of an amount in yuan.

    Raises:
        ValueError: the amount has a part of a fen (round it where it becomes a line), is not finite, or is too large.
    """
    if not amount.is_finite() or abs(amount) >= MOST_YUAN:
        raise ValueError(f"{amount} is no amount of money")
    fen = amount.scaleb(2)
    if fen != fen.to_integral_value():
        raise ValueError(f"{amount} has a part of a fen")
    return int(fen)


def from_fen(fen: int) -> Decimal:
    """Yuan with two places."""
    return Decimal(fen).scaleb(-2).quantize(FEN)
