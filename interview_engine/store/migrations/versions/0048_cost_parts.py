"""What departments cost in closed runs, by the lines that it is made of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

SUMS = """
INSERT INTO pay_cost_part (id, created_at, updated_at, actor, run_id, legal_entity_id, department_id, month, kind, code,
                           amount)
SELECT min(payslip_line.id), min(pay_run.updated_at), min(pay_run.updated_at), 'system', pay_run.id,
       pay_run.legal_entity_id, payslip.department_id, pay_run.month, payslip_line.kind, payslip_line.code,
       sum(payslip_line.amount)
FROM payslip_line JOIN payslip ON payslip.id = payslip_line.payslip_id JOIN pay_run ON pay_run.id = payslip.run_id
WHERE pay_run.state = 'closed' AND payslip_line.kind IN ('earning', 'employer')
GROUP BY pay_run.id, pay_run.legal_entity_id, payslip.department_id, pay_run.month, payslip_line.kind, payslip_line.code
"""


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "pay_cost_part",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_cost_part")),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_pay_cost_part_{column}"))
            for column, other in (
                ("run_id", "pay_run"), ("legal_entity_id", "legal_entity"), ("department_id", "department")
            )
        ),
        sa.UniqueConstraint(
            "run_id", "department_id", "kind", "code", name=op.f("uq_pay_cost_part_run_id_department_id_kind_code")
        ),
    )  # fmt: skip
    for column in ("legal_entity_id", "department_id", "month"):
        op.create_index(f"ix_pay_cost_part_{column}", "pay_cost_part", [column])
    op.execute(SUMS)


def downgrade() -> None:
    """Back."""
    for column in ("month", "department_id", "legal_entity_id"):
        op.drop_index(f"ix_pay_cost_part_{column}", "pay_cost_part")
    op.drop_table("pay_cost_part")
