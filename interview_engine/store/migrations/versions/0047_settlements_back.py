"""Settlements that are taken back after they were paid: countered by a later run, and paid anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("pay_settled") as batch:
        batch.add_column(sa.Column("reopened", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("back_run_id", sa.String(length=32), nullable=True))
        batch.create_foreign_key(op.f("fk_pay_settled_back_run_id"), "pay_run", ["back_run_id"], ["id"])
        batch.drop_constraint(op.f("uq_pay_settled_final_settlement_id"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_pay_settled_final_settlement_id_reopened"), ["final_settlement_id", "reopened"]
        )
    with op.batch_alter_table("pay_settled") as batch:
        batch.alter_column("reopened", server_default=None)


def downgrade() -> None:
    """Back; a settlement that was paid twice keeps its first payment only."""
    op.execute("DELETE FROM pay_settled WHERE reopened > 0")
    with op.batch_alter_table("pay_settled") as batch:
        batch.drop_constraint(op.f("uq_pay_settled_final_settlement_id_reopened"), type_="unique")
        batch.create_unique_constraint(op.f("uq_pay_settled_final_settlement_id"), ["final_settlement_id"])
        batch.drop_constraint(op.f("fk_pay_settled_back_run_id"), type_="foreignkey")
        batch.drop_column("back_run_id")
        batch.drop_column("reopened")
