"""Money is kept in whole fen: SQLite stores decimal numbers as floating point."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

COLUMNS = (("posting", "cost", False), ("offer", "monthly_pay", False), ("requisition", "pay_low", True),
           ("requisition", "pay_high", True))  # fmt: skip
"""(table, column, may be empty)."""
BEFORE: dict[str, Any] = {"posting": sa.Numeric(12, 2), "offer": sa.Numeric(12, 2), "requisition": sa.Integer()}


def upgrade() -> None:
    """Forward: yuan times 100."""
    for table, column, nullable in COLUMNS:
        _rewrite(table, column, sa.BigInteger(), "CAST(ROUND({column} * 100) AS BIGINT)", nullable)


def downgrade() -> None:
    """Back: fen divided by 100."""
    for table, column, nullable in COLUMNS:
        _rewrite(table, column, BEFORE[table], "{column} / 100.0", nullable)


def _rewrite(table: str, column: str, kind: sa.types.TypeEngine[Any], formula: str, nullable: bool) -> None:
    """A column of another type with values made of the old ones, under the same name."""
    kept = f"{column}_before"
    with op.batch_alter_table(table) as batch:
        batch.alter_column(column, new_column_name=kept)
    op.add_column(table, sa.Column(column, kind, nullable=True))
    op.execute(f"UPDATE {table} SET {column} = {formula.format(column=kept)}")
    with op.batch_alter_table(table) as batch:
        batch.drop_column(kept)
        if not nullable:
            batch.alter_column(column, existing_type=kind, nullable=False)
