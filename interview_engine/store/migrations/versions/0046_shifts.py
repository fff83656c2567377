"""Shifts, usual shifts and planned days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "shift",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("parts", Json, nullable=False),
        sa.Column("break_minutes", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("grace_late", sa.Integer(), nullable=False),
        sa.Column("grace_early", sa.Integer(), nullable=False),
        sa.Column("flex", sa.Integer(), nullable=False),
        sa.Column("night", Json, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_shift_legal_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint("legal_entity_id", "code", name=op.f("uq_shift_legal_entity_id_code")),
    )
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_legal_entity_id"), ["legal_entity_id"], unique=False)

    op.create_table(
        "shift_default",
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=True),
        sa.Column("employment_id", sa.String(length=32), nullable=True),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("cycle", Json, nullable=False),
        sa.Column("by_calendar", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("dated_state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_shift_default_department_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_shift_default_employment_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_shift_default_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_shift_default_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_default")),
        sa.UniqueConstraint(
            "subject", "valid_from", "revision", name=op.f("uq_shift_default_subject_valid_from_revision")
        ),
    )
    with op.batch_alter_table("shift_default", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_default_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_default_employment_id"), ["employment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_default_legal_entity_id"), ["legal_entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_default_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_default_subject"), ["subject"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_default_valid_from"), ["valid_from"], unique=False)

    op.create_table(
        "shift_plan",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift_id", sa.String(length=32), nullable=True),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_shift_plan_employment_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_shift_plan_legal_entity_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_shift_plan_person_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_shift_plan_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_plan")),
        sa.UniqueConstraint("employment_id", "day", name=op.f("uq_shift_plan_employment_id_day")),
    )
    with op.batch_alter_table("shift_plan", schema=None) as batch_op:
        batch_op.create_index("ix_shift_plan_day", ["legal_entity_id", "day"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_plan_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_plan_shift_id"), ["shift_id"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("shift_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_plan_shift_id"))
        batch_op.drop_index(batch_op.f("ix_shift_plan_person_id"))
        batch_op.drop_index("ix_shift_plan_day")

    op.drop_table("shift_plan")
    with op.batch_alter_table("shift_default", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_default_valid_from"))
        batch_op.drop_index(batch_op.f("ix_shift_default_subject"))
        batch_op.drop_index(batch_op.f("ix_shift_default_person_id"))
        batch_op.drop_index(batch_op.f("ix_shift_default_legal_entity_id"))
        batch_op.drop_index(batch_op.f("ix_shift_default_employment_id"))
        batch_op.drop_index(batch_op.f("ix_shift_default_department_id"))

    op.drop_table("shift_default")
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_legal_entity_id"))

    op.drop_table("shift")
