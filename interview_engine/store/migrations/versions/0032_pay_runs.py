"""Pay profiles, attendance for pay, runs and payslips."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

EVERYTHING = ("read", "write", "decide", "export")
GIVEN = {"hr": EVERYTHING, "payroll": EVERYTHING, "employee": ("read",)}


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "pay_period",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_pay_period_legal_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_period")),
        sa.UniqueConstraint("legal_entity_id", "month", name=op.f("uq_pay_period_legal_entity_id_month")),
    )
    op.create_table(
        "pay_run",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pay_day", sa.Date(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("inputs_sha256", sa.String(length=64), nullable=True),
        sa.Column("computed_by", sa.String(length=80), nullable=True),
        sa.Column("computed_at", UtcDateTime(), nullable=True),
        sa.Column("reviewed_by", sa.String(length=80), nullable=True),
        sa.Column("approved_by", sa.String(length=80), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_pay_run_legal_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_run")),
        sa.UniqueConstraint("legal_entity_id", "month", "number", name=op.f("uq_pay_run_legal_entity_id_month_number")),
    )
    with op.batch_alter_table("pay_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pay_run_legal_entity_id"), ["legal_entity_id"], unique=False)

    op.create_table(
        "pay_attendance",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("unpaid_days", sa.String(length=8), nullable=False),
        sa.Column("sick_days", sa.String(length=8), nullable=False),
        sa.Column("held_days", sa.Integer(), nullable=False),
        sa.Column("minutes", Json, nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("amounts", Json, nullable=False),
        sa.Column("bonus_way", sa.String(length=8), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_pay_attendance_department_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_pay_attendance_employment_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_pay_attendance_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pay_attendance_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_attendance")),
        sa.UniqueConstraint("employment_id", "month", name=op.f("uq_pay_attendance_employment_id_month")),
    )
    with op.batch_alter_table("pay_attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pay_attendance_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pay_attendance_month"), ["month"], unique=False)
        batch_op.create_index(batch_op.f("ix_pay_attendance_person_id"), ["person_id"], unique=False)

    op.create_table(
        "pay_profile",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("social_base", sa.BigInteger(), nullable=True),
        sa.Column("fund_base", sa.BigInteger(), nullable=True),
        sa.Column("special", sa.BigInteger(), nullable=False),
        sa.Column("other", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.String(length=12), nullable=False),
        sa.Column("allowances", Json, nullable=False),
        sa.Column("opening", Json, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("dated_state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_pay_profile_employment_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_pay_profile_legal_entity_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pay_profile_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_profile")),
        sa.UniqueConstraint(
            "employment_id", "valid_from", "revision", name=op.f("uq_pay_profile_employment_id_valid_from_revision")
        ),
    )
    with op.batch_alter_table("pay_profile", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pay_profile_employment_id"), ["employment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pay_profile_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pay_profile_valid_from"), ["valid_from"], unique=False)

    op.create_table(
        "payslip",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("inputs", Json, nullable=False),
        sa.Column("inputs_sha256", sa.String(length=64), nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("year", Json, nullable=False),
        sa.Column("findings", Json, nullable=False),
        sa.Column("bonus_apart", sa.Boolean(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("own", sa.BigInteger(), nullable=False),
        sa.Column("employer", sa.BigInteger(), nullable=False),
        sa.Column("differences", Json, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_payslip_department_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_payslip_employment_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_payslip_legal_entity_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_payslip_person_id")),
        sa.ForeignKeyConstraint(["run_id"], ["pay_run.id"], name=op.f("fk_payslip_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payslip")),
        sa.UniqueConstraint("run_id", "employment_id", name=op.f("uq_payslip_run_id_employment_id")),
    )
    with op.batch_alter_table("payslip", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payslip_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payslip_employment_id"), ["employment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payslip_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payslip_run_id"), ["run_id"], unique=False)

    op.create_table(
        "payslip_line",
        sa.Column("payslip_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("said", Json, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["payslip_id"], ["payslip.id"], name=op.f("fk_payslip_line_payslip_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_payslip_line_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payslip_line")),
        sa.UniqueConstraint("payslip_id", "position", name=op.f("uq_payslip_line_payslip_id_position")),
    )
    with op.batch_alter_table("payslip_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payslip_line_person_id"), ["person_id"], unique=False)
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)
    _give_payroll()


def downgrade() -> None:
    """Back; profiles, runs and payslips are lost."""
    op.execute("DELETE FROM access_grant WHERE field_class = 'payroll'")
    with op.batch_alter_table("payslip_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payslip_line_person_id"))

    op.drop_table("payslip_line")
    with op.batch_alter_table("payslip", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payslip_run_id"))
        batch_op.drop_index(batch_op.f("ix_payslip_person_id"))
        batch_op.drop_index(batch_op.f("ix_payslip_employment_id"))
        batch_op.drop_index(batch_op.f("ix_payslip_department_id"))

    op.drop_table("payslip")
    with op.batch_alter_table("pay_profile", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pay_profile_valid_from"))
        batch_op.drop_index(batch_op.f("ix_pay_profile_person_id"))
        batch_op.drop_index(batch_op.f("ix_pay_profile_employment_id"))

    op.drop_table("pay_profile")
    with op.batch_alter_table("pay_attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pay_attendance_person_id"))
        batch_op.drop_index(batch_op.f("ix_pay_attendance_month"))
        batch_op.drop_index(batch_op.f("ix_pay_attendance_department_id"))

    op.drop_table("pay_attendance")
    with op.batch_alter_table("pay_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pay_run_legal_entity_id"))

    op.drop_table("pay_run")
    op.drop_table("pay_period")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION payslip_line_append_only()")


def _give_payroll() -> None:
    """HR and payroll read, write, decide and export payroll from now on, everybody who works here reads their own;
    within the reach that the role has for pay."""
    bind = op.get_bind()
    grant = sa.Table("access_grant", sa.MetaData(), autoload_with=bind)
    for role, actions in GIVEN.items():
        held = sa.select(grant).where(grant.c.role == role, grant.c.field_class == "pay", grant.c.action == "read")
        for row in bind.execute(held).mappings().all():
            for action in actions:
                values = {**row, "id": uuid.uuid4().hex, "field_class": "payroll", "action": action}
                bind.execute(grant.insert().values(**values))


def _guards(dialect: str) -> tuple[str, ...]:
    table = "payslip_line"
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
