"""Accounts of pay, journal entries of runs, and what departments cost in those that are closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

SUMS = """
INSERT INTO pay_cost (id, created_at, updated_at, actor, run_id, legal_entity_id, department_id, month, people, gross,
                      employer, cost)
SELECT min(payslip.id), min(pay_run.updated_at), min(pay_run.updated_at), 'system', pay_run.id,
       pay_run.legal_entity_id, payslip.department_id, pay_run.month, count(*), sum(payslip.gross),
       sum(payslip.employer), sum(payslip.gross) + sum(payslip.employer)
FROM payslip JOIN pay_run ON pay_run.id = payslip.run_id
WHERE pay_run.state = 'closed'
GROUP BY pay_run.id, pay_run.legal_entity_id, payslip.department_id, pay_run.month
"""


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
        "pay_account",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(length=20), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        *_row("pay_account", ("legal_entity_id", "legal_entity")),
        sa.UniqueConstraint(
            "legal_entity_id", "item", "department_id",
            name=op.f("uq_pay_account_legal_entity_id_item_department_id"),
        ),
    )  # fmt: skip
    op.create_table(
        "pay_journal_line",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        *_row("pay_journal_line", ("run_id", "pay_run"), ("legal_entity_id", "legal_entity"),
              ("department_id", "department")),
        sa.UniqueConstraint("run_id", "position", name=op.f("uq_pay_journal_line_run_id_position")),
    )  # fmt: skip
    op.create_index("ix_pay_journal_line_legal_entity_id", "pay_journal_line", ["legal_entity_id"])
    op.create_table(
        "pay_cost",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("employer", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        *_row("pay_cost", ("run_id", "pay_run"), ("legal_entity_id", "legal_entity"),
              ("department_id", "department")),
        sa.UniqueConstraint("run_id", "department_id", name=op.f("uq_pay_cost_run_id_department_id")),
    )  # fmt: skip
    for column in ("legal_entity_id", "department_id", "month"):
        op.create_index(f"ix_pay_cost_{column}", "pay_cost", [column])
    op.execute(SUMS)


def downgrade() -> None:
    """Back."""
    for column in ("month", "department_id", "legal_entity_id"):
        op.drop_index(f"ix_pay_cost_{column}", "pay_cost")
    op.drop_table("pay_cost")
    op.drop_index("ix_pay_journal_line_legal_entity_id", "pay_journal_line")
    op.drop_table("pay_journal_line")
    op.drop_table("pay_account")
