"""Money is exact: whole fen in both databases, one rounding, sums of what people see."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select

from interview_engine.store.engine import Database, open_database
from interview_engine.store.money import Yuan, from_fen, rounded, to_fen

amounts = st.integers(-(10**14), 10**14).map(from_fen)


@given(amounts)
def test_an_amount_comes_back_from_fen_as_it_was(amount: Decimal) -> None:
    assert from_fen(to_fen(amount)) == amount


@given(st.decimals(min_value="-1e9", max_value="1e9", places=6))
def test_rounding_moves_by_half_a_fen_at_most(amount: Decimal) -> None:
    assert abs(rounded(amount) - amount) <= Decimal("0.005")


@pytest.mark.parametrize(("exact", "shown"), [("0.125", "0.13"), ("-0.125", "-0.13"), ("2.675", "2.68"), ("1", "1.00")])
def test_half_a_fen_is_rounded_away_from_zero(exact: str, shown: str) -> None:
    assert str(rounded(Decimal(exact))) == shown


@pytest.mark.parametrize("amount", ["0.001", "NaN", "Infinity", "1e15"])
def test_what_is_no_amount_of_whole_fen_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match=r"fen|money"):
        to_fen(Decimal(amount))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


def test_a_sum_of_twenty_thousand_rows_is_exact(database: Database) -> None:
    table = Table("line", MetaData(), Column("id", Integer, primary_key=True), Column("amount", Yuan))
    with database.engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), [{"amount": Decimal("0.10")} for _ in range(20_000)])
        assert connection.scalar(select(func.sum(table.c.amount))) == Decimal("2000.00")
