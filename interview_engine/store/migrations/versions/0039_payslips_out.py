"""Payslips handed out, opened, asked about, and what they are opened with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "payslip_notice",
        sa.Column("payslip_id", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["payslip_id"], ["payslip.id"], name=op.f("fk_payslip_notice_payslip_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_payslip_notice_person_id")),
        sa.ForeignKeyConstraint(["run_id"], ["pay_run.id"], name=op.f("fk_payslip_notice_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payslip_notice")),
        sa.UniqueConstraint("payslip_id", name=op.f("uq_payslip_notice_payslip_id")),
    )
    op.create_index("ix_payslip_notice_person_id", "payslip_notice", ["person_id"])
    op.create_index("ix_payslip_notice_run_id", "payslip_notice", ["run_id"])
    op.create_table(
        "payslip_receipt",
        sa.Column("payslip_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["payslip_id"], ["payslip.id"], name=op.f("fk_payslip_receipt_payslip_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_payslip_receipt_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payslip_receipt")),
        sa.UniqueConstraint("payslip_id", name=op.f("uq_payslip_receipt_payslip_id")),
    )
    op.create_index("ix_payslip_receipt_person_id", "payslip_receipt", ["person_id"])
    op.create_table(
        "payslip_question",
        sa.Column("payslip_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        *_row(),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_payslip_question_department_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_payslip_question_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["payslip_id"], ["payslip.id"], name=op.f("fk_payslip_question_payslip_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_payslip_question_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payslip_question")),
    )
    for column in ("department_id", "payslip_id", "person_id", "state"):
        op.create_index(f"ix_payslip_question_{column}", "payslip_question", [column])
    op.create_table(
        "pay_lock",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=True),
        sa.Column("only_pin", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_until", UtcDateTime(), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("code_sent_at", UtcDateTime(), nullable=True),
        sa.Column("codes_day", sa.Date(), nullable=True),
        sa.Column("codes_sent", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pay_lock_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_lock")),
        sa.UniqueConstraint("person_id", name=op.f("uq_pay_lock_person_id")),
    )
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Back; who opened what, questions and PINs are lost."""
    for table in ("pay_lock", "payslip_question", "payslip_receipt", "payslip_notice"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION payslip_receipt_append_only()")


def _row() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
    )


def _guards(dialect: str) -> tuple[str, ...]:
    table = "payslip_receipt"
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            "WHEN NOT EXISTS (SELECT 1 FROM erasure_passage) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        )
    return (
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_LEVEL = 'ROW' AND EXISTS (SELECT 1 FROM erasure_passage) THEN "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END IF; "
        f"RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    )
