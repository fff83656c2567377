"""Rosters: what is needed, who may fill it, wishes, who works what, and addresses for calendars."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0055"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "roster_feed",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_roster_feed_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_roster_feed_token_hash")),
    )
    with op.batch_alter_table("roster_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_feed_person_id"), ["person_id"], unique=False)

    op.create_table(
        "roster",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rules", Json, nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.Column("problem", Json, nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_roster_department_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_roster_legal_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
    )
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.create_index("ix_roster_department", ["department_id", "first_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_roster_legal_entity_id"), ["legal_entity_id"], unique=False)

    op.create_table(
        "roster_need",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("shift_id", sa.String(length=32), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_roster_need_department_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_roster_need_legal_entity_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_roster_need_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_need")),
        sa.UniqueConstraint(
            "department_id", "shift_id", "post", name=op.f("uq_roster_need_department_id_shift_id_post")
        ),
    )
    with op.batch_alter_table("roster_need", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_need_legal_entity_id"), ["legal_entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_roster_need_shift_id"), ["shift_id"], unique=False)

    op.create_table(
        "roster_demand",
        sa.Column("roster_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift_id", sa.String(length=32), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["roster_id"], ["roster.id"], name=op.f("fk_roster_demand_roster_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_roster_demand_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_demand")),
        sa.UniqueConstraint(
            "roster_id", "day", "shift_id", "post", name=op.f("uq_roster_demand_roster_id_day_shift_id_post")
        ),
    )
    with op.batch_alter_table("roster_demand", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_demand_shift_id"), ["shift_id"], unique=False)

    op.create_table(
        "roster_item",
        sa.Column("roster_id", sa.String(length=32), nullable=False),
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift_id", sa.String(length=32), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_roster_item_employment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_roster_item_person_id")),
        sa.ForeignKeyConstraint(["roster_id"], ["roster.id"], name=op.f("fk_roster_item_roster_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_roster_item_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_item")),
        sa.UniqueConstraint(
            "roster_id", "employment_id", "day", name=op.f("uq_roster_item_roster_id_employment_id_day")
        ),
    )
    with op.batch_alter_table("roster_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_item_employment_id"), ["employment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_roster_item_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_roster_item_shift_id"), ["shift_id"], unique=False)

    op.create_table(
        "roster_staff",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("posts", Json, nullable=False),
        sa.Column("week_most", sa.Integer(), nullable=True),
        sa.Column("spared_until", sa.Date(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_roster_staff_employment_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_roster_staff_legal_entity_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_roster_staff_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_staff")),
        sa.UniqueConstraint("employment_id", name=op.f("uq_roster_staff_employment_id")),
    )
    with op.batch_alter_table("roster_staff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_staff_legal_entity_id"), ["legal_entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_roster_staff_person_id"), ["person_id"], unique=False)

    op.create_table(
        "roster_wish",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift_id", sa.String(length=32), nullable=True),
        sa.Column("wants", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_roster_wish_employment_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_roster_wish_legal_entity_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_roster_wish_person_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_roster_wish_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_wish")),
        sa.UniqueConstraint("employment_id", "day", name=op.f("uq_roster_wish_employment_id_day")),
    )
    with op.batch_alter_table("roster_wish", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_wish_legal_entity_id"), ["legal_entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_roster_wish_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_roster_wish_shift_id"), ["shift_id"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("roster_wish", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_wish_shift_id"))
        batch_op.drop_index(batch_op.f("ix_roster_wish_person_id"))
        batch_op.drop_index(batch_op.f("ix_roster_wish_legal_entity_id"))

    op.drop_table("roster_wish")
    with op.batch_alter_table("roster_staff", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_staff_person_id"))
        batch_op.drop_index(batch_op.f("ix_roster_staff_legal_entity_id"))

    op.drop_table("roster_staff")
    with op.batch_alter_table("roster_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_item_shift_id"))
        batch_op.drop_index(batch_op.f("ix_roster_item_person_id"))
        batch_op.drop_index(batch_op.f("ix_roster_item_employment_id"))

    op.drop_table("roster_item")
    with op.batch_alter_table("roster_demand", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_demand_shift_id"))

    op.drop_table("roster_demand")
    with op.batch_alter_table("roster_need", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_need_shift_id"))
        batch_op.drop_index(batch_op.f("ix_roster_need_legal_entity_id"))

    op.drop_table("roster_need")
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_legal_entity_id"))
        batch_op.drop_index("ix_roster_department")

    op.drop_table("roster")
    with op.batch_alter_table("roster_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_feed_person_id"))

    op.drop_table("roster_feed")
