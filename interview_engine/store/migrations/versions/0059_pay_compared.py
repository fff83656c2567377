"""Months as another system paid them, and budgets of pay by department."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0059"
down_revision = "0052"
branch_labels = None
depends_on = None


def _row(table: str, *references: tuple[str, str]) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
            for column, other in references
        ),
    )


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "pay_old_month",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amounts", Json, nullable=False),
        *_row("pay_old_month", ("employment_id", "employment"), ("person_id", "person"),
              ("legal_entity_id", "legal_entity"), ("department_id", "department")),
        sa.UniqueConstraint("employment_id", "month", name=op.f("uq_pay_old_month_employment_id_month")),
    )  # fmt: skip
    for column in ("person_id", "legal_entity_id", "month"):
        op.create_index(f"ix_pay_old_month_{column}", "pay_old_month", [column])
    op.create_table(
        "pay_budget",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        *_row("pay_budget", ("legal_entity_id", "legal_entity"), ("department_id", "department")),
        sa.UniqueConstraint("department_id", "month", name=op.f("uq_pay_budget_department_id_month")),
    )  # fmt: skip
    for column in ("legal_entity_id", "month"):
        op.create_index(f"ix_pay_budget_{column}", "pay_budget", [column])


def downgrade() -> None:
    """Back."""
    for column in ("month", "legal_entity_id"):
        op.drop_index(f"ix_pay_budget_{column}", "pay_budget")
    op.drop_table("pay_budget")
    for column in ("month", "legal_entity_id", "person_id"):
        op.drop_index(f"ix_pay_old_month_{column}", "pay_old_month")
    op.drop_table("pay_old_month")
