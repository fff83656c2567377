"""Places to punch, punches, days and months of attendance, overtime, limits; whether a sheet of pay wins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "time_policy",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("correction_days", sa.Integer(), nullable=False),
        sa.Column("overtime", sa.String(length=10), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_time_policy_legal_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_policy")),
        sa.UniqueConstraint("legal_entity_id", name=op.f("uq_time_policy_legal_entity_id")),
    )
    op.create_table(
        "punch_place",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("latitude", sa.Integer(), nullable=True),
        sa.Column("longitude", sa.Integer(), nullable=True),
        sa.Column("radius_m", sa.Integer(), nullable=False),
        sa.Column("networks", Json, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_punch_place_department_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_punch_place_legal_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_punch_place")),
    )
    with op.batch_alter_table("punch_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_punch_place_legal_entity_id"), ["legal_entity_id"], unique=False)

    op.create_table(
        "attendance_change",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_attendance_change_employment_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_attendance_change_legal_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_change")),
    )
    with op.batch_alter_table("attendance_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_change_employment_id"), ["employment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendance_change_legal_entity_id"), ["legal_entity_id"], unique=False)

    op.create_table(
        "attendance_day",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("required", sa.Integer(), nullable=False),
        sa.Column("worked", sa.Integer(), nullable=False),
        sa.Column("night", sa.Integer(), nullable=False),
        sa.Column("leave", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("early", sa.Integer(), nullable=False),
        sa.Column("away", sa.Integer(), nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.Column("problems", Json, nullable=False),
        sa.Column("punches", Json, nullable=False),
        sa.Column("explanation", sa.String(length=500), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_attendance_day_employment_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_attendance_day_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_day_person_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_attendance_day_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_day")),
        sa.UniqueConstraint("employment_id", "day", name=op.f("uq_attendance_day_employment_id_day")),
    )
    with op.batch_alter_table("attendance_day", schema=None) as batch_op:
        batch_op.create_index("ix_attendance_day_company", ["legal_entity_id", "day"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendance_day_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendance_day_shift_id"), ["shift_id"], unique=False)
        batch_op.create_index("ix_attendance_day_state", ["state", "day"], unique=False)

    op.create_table(
        "attendance_month",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("totals", Json, nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("locked_by", sa.String(length=80), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_attendance_month_employment_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_attendance_month_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_month_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_month")),
        sa.UniqueConstraint("employment_id", "month", name=op.f("uq_attendance_month_employment_id_month")),
    )
    with op.batch_alter_table("attendance_month", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_month_legal_entity_id"), ["legal_entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendance_month_person_id"), ["person_id"], unique=False)

    op.create_table(
        "overtime_entry",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("paid_by", sa.String(length=10), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=160), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_overtime_entry_employment_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_overtime_entry_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_overtime_entry_person_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_overtime_entry_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overtime_entry")),
        sa.UniqueConstraint("source", name=op.f("uq_overtime_entry_source")),
    )
    with op.batch_alter_table("overtime_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_overtime_entry_legal_entity_id"), ["legal_entity_id"], unique=False)
        batch_op.create_index("ix_overtime_entry_month", ["employment_id", "month"], unique=False)
        batch_op.create_index(batch_op.f("ix_overtime_entry_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_overtime_entry_request_id"), ["request_id"], unique=False)

    op.create_table(
        "punch",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("place_id", sa.String(length=32), nullable=True),
        sa.Column("latitude", sa.Integer(), nullable=True),
        sa.Column("longitude", sa.Integer(), nullable=True),
        sa.Column("accuracy_m", sa.Integer(), nullable=True),
        sa.Column("flags", Json, nullable=False),
        sa.Column("device", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("voids", sa.String(length=32), nullable=True),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_punch_employment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_punch_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["punch_place.id"], name=op.f("fk_punch_place_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_punch_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_punch")),
        sa.UniqueConstraint("key", name=op.f("uq_punch_key")),
    )
    with op.batch_alter_table("punch", schema=None) as batch_op:
        batch_op.create_index("ix_punch_employment", ["employment_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_punch_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_punch_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_punch_voids"), ["voids"], unique=False)
    op.add_column("pay_attendance", sa.Column("wins", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("pay_attendance") as batch_op:
        batch_op.alter_column("wins", server_default=None)
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("pay_attendance") as batch:
        batch.drop_column("wins")
    with op.batch_alter_table("punch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_punch_voids"))
        batch_op.drop_index(batch_op.f("ix_punch_request_id"))
        batch_op.drop_index(batch_op.f("ix_punch_person_id"))
        batch_op.drop_index("ix_punch_employment")

    op.drop_table("punch")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS punch_append_only()")
    with op.batch_alter_table("overtime_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_overtime_entry_request_id"))
        batch_op.drop_index(batch_op.f("ix_overtime_entry_person_id"))
        batch_op.drop_index("ix_overtime_entry_month")
        batch_op.drop_index(batch_op.f("ix_overtime_entry_legal_entity_id"))

    op.drop_table("overtime_entry")
    with op.batch_alter_table("attendance_month", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_month_person_id"))
        batch_op.drop_index(batch_op.f("ix_attendance_month_legal_entity_id"))

    op.drop_table("attendance_month")
    with op.batch_alter_table("attendance_day", schema=None) as batch_op:
        batch_op.drop_index("ix_attendance_day_state")
        batch_op.drop_index(batch_op.f("ix_attendance_day_shift_id"))
        batch_op.drop_index(batch_op.f("ix_attendance_day_person_id"))
        batch_op.drop_index("ix_attendance_day_company")

    op.drop_table("attendance_day")
    with op.batch_alter_table("attendance_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_change_legal_entity_id"))
        batch_op.drop_index(batch_op.f("ix_attendance_change_employment_id"))

    op.drop_table("attendance_change")
    with op.batch_alter_table("punch_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_punch_place_legal_entity_id"))

    op.drop_table("punch_place")
    op.drop_table("time_policy")


def _guards(dialect: str) -> tuple[str, ...]:
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER punch_no_{verb.lower()} BEFORE {verb} ON punch "
            "WHEN NOT EXISTS (SELECT 1 FROM erasure_passage) "
            "BEGIN SELECT RAISE(ABORT, 'punch is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        )
    return (
        "CREATE OR REPLACE FUNCTION punch_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_LEVEL = 'ROW' AND EXISTS (SELECT 1 FROM erasure_passage) THEN "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END IF; "
        "RAISE EXCEPTION 'punch is append-only'; END $$",
        "CREATE TRIGGER punch_no_change BEFORE UPDATE OR DELETE ON punch "
        "FOR EACH ROW EXECUTE FUNCTION punch_append_only()",
        "CREATE TRIGGER punch_no_truncate BEFORE TRUNCATE ON punch "
        "FOR EACH STATEMENT EXECUTE FUNCTION punch_append_only()",
    )
