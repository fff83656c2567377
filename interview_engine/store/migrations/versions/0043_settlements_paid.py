"""What payroll says about a leaver's last pay, and that it was paid once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def _row() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
    )


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "pay_settlement",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("severance", sa.String(length=8), nullable=False),
        sa.Column("severance_months", sa.String(length=8), nullable=True),
        sa.Column("notice_months", sa.String(length=8), nullable=True),
        sa.Column("leave_days", sa.String(length=8), nullable=True),
        sa.Column("work_years", sa.Integer(), nullable=True),
        sa.Column("leave_taken", sa.String(length=8), nullable=True),
        sa.Column("leave_declined", sa.Boolean(), nullable=False),
        sa.Column("average", sa.BigInteger(), nullable=True),
        sa.Column("lost_assets", sa.BigInteger(), nullable=True),
        sa.Column("advances", sa.BigInteger(), nullable=True),
        *_row(),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_pay_settlement_employment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pay_settlement_person_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_pay_settlement_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_pay_settlement_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_settlement")),
        sa.UniqueConstraint("employment_id", name=op.f("uq_pay_settlement_employment_id")),
    )
    op.create_index("ix_pay_settlement_person_id", "pay_settlement", ["person_id"])
    op.create_index("ix_pay_settlement_department_id", "pay_settlement", ["department_id"])
    op.create_table(
        "pay_settled",
        sa.Column("final_settlement_id", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("payslip_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(
            ["final_settlement_id"], ["final_settlement.id"], name=op.f("fk_pay_settled_final_settlement_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["pay_run.id"], name=op.f("fk_pay_settled_run_id")),
        sa.ForeignKeyConstraint(["payslip_id"], ["payslip.id"], name=op.f("fk_pay_settled_payslip_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pay_settled_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_settled")),
        sa.UniqueConstraint("final_settlement_id", name=op.f("uq_pay_settled_final_settlement_id")),
    )
    op.create_index("ix_pay_settled_person_id", "pay_settled", ["person_id"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_pay_settled_person_id", "pay_settled")
    op.drop_table("pay_settled")
    op.drop_index("ix_pay_settlement_department_id", "pay_settlement")
    op.drop_index("ix_pay_settlement_person_id", "pay_settlement")
    op.drop_table("pay_settlement")
