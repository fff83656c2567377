"""Leaving, things handed out, the retention schedule and the headcount plan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "retention_rule",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rule")),
        sa.UniqueConstraint("kind", name=op.f("uq_retention_rule_kind")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_legal_hold_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index("ix_legal_hold_person_id", "legal_hold", ["person_id"])
    op.create_index("ix_legal_hold_until", "legal_hold", ["until"])

    op.create_table(
        "headcount_plan",
        sa.Column("slot", sa.String(length=200), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("checked_by", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("dated_state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_headcount_plan_department_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_headcount_plan_legal_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headcount_plan")),
        sa.UniqueConstraint("slot", "valid_from", "revision", name=op.f("uq_headcount_plan_slot_valid_from_revision")),
    )
    op.create_index("ix_headcount_plan_department_id", "headcount_plan", ["department_id"])
    op.create_index("ix_headcount_plan_legal_entity_id", "headcount_plan", ["legal_entity_id"])
    op.create_index("ix_headcount_plan_slot", "headcount_plan", ["slot"])
    op.create_index("ix_headcount_plan_valid_from", "headcount_plan", ["valid_from"])

    op.create_table(
        "asset_holding",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.Column("handed_on", sa.Date(), nullable=False),
        sa.Column("task_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_asset_holding_department_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_asset_holding_employment_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_asset_holding_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_asset_holding_person_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_asset_holding_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_holding")),
    )
    op.create_index("ix_asset_holding_department_id", "asset_holding", ["department_id"])
    op.create_index("ix_asset_holding_employment_id", "asset_holding", ["employment_id"])
    op.create_index("ix_asset_holding_person_id", "asset_holding", ["person_id"])
    op.create_index("ix_asset_holding_state", "asset_holding", ["state"])
    op.create_index(
        "uq_asset_holding_tag",
        "asset_holding",
        ["legal_entity_id", "tag"],
        unique=True,
        sqlite_where=sa.text("state = 'held' AND tag != ''"),
        postgresql_where=sa.text("state = 'held' AND tag != ''"),
    )

    op.create_table(
        "separation",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("notice_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("withdrawn_reason", sa.String(length=300), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_separation_department_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_separation_employment_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_separation_legal_entity_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_separation_person_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_separation_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_separation")),
    )
    op.create_index("ix_separation_department_id", "separation", ["department_id"])
    op.create_index("ix_separation_employment_id", "separation", ["employment_id"])
    op.create_index("ix_separation_last_day", "separation", ["last_day"])
    op.create_index("ix_separation_person_id", "separation", ["person_id"])
    op.create_index("ix_separation_state", "separation", ["state"])
    op.create_index(
        "uq_separation_employment",
        "separation",
        ["employment_id"],
        unique=True,
        sqlite_where=sa.text("state != 'withdrawn'"),
        postgresql_where=sa.text("state != 'withdrawn'"),
    )

    op.create_table(
        "exit_interview",
        sa.Column("separation_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answers", Json, nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_exit_interview_department_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_exit_interview_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exit_interview_person_id")),
        sa.ForeignKeyConstraint(["separation_id"], ["separation.id"], name=op.f("fk_exit_interview_separation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_interview")),
        sa.UniqueConstraint("separation_id", name=op.f("uq_exit_interview_separation_id")),
    )
    op.create_index("ix_exit_interview_person_id", "exit_interview", ["person_id"])
    op.create_index("ix_exit_interview_state", "exit_interview", ["state"])

    op.create_table(
        "final_settlement",
        sa.Column("separation_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("computed_at", UtcDateTime(), nullable=False),
        sa.Column("handed_over_at", UtcDateTime(), nullable=True),
        sa.Column("handed_over_by", sa.String(length=80), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_final_settlement_department_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_final_settlement_employment_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_final_settlement_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_final_settlement_person_id")),
        sa.ForeignKeyConstraint(["separation_id"], ["separation.id"], name=op.f("fk_final_settlement_separation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_final_settlement")),
        sa.UniqueConstraint("separation_id", name=op.f("uq_final_settlement_separation_id")),
    )
    op.create_index("ix_final_settlement_employment_id", "final_settlement", ["employment_id"])
    op.create_index("ix_final_settlement_person_id", "final_settlement", ["person_id"])

    op.add_column("requisition", sa.Column("plan_check", Json, nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("requisition", "plan_check")

    op.drop_index("ix_final_settlement_person_id", table_name="final_settlement")
    op.drop_index("ix_final_settlement_employment_id", table_name="final_settlement")

    op.drop_table("final_settlement")
    op.drop_index("ix_exit_interview_state", table_name="exit_interview")
    op.drop_index("ix_exit_interview_person_id", table_name="exit_interview")

    op.drop_table("exit_interview")
    op.drop_index("uq_separation_employment", table_name="separation")
    op.drop_index("ix_separation_state", table_name="separation")
    op.drop_index("ix_separation_person_id", table_name="separation")
    op.drop_index("ix_separation_last_day", table_name="separation")
    op.drop_index("ix_separation_employment_id", table_name="separation")
    op.drop_index("ix_separation_department_id", table_name="separation")

    op.drop_table("separation")
    op.drop_index("uq_asset_holding_tag", table_name="asset_holding")
    op.drop_index("ix_asset_holding_state", table_name="asset_holding")
    op.drop_index("ix_asset_holding_person_id", table_name="asset_holding")
    op.drop_index("ix_asset_holding_employment_id", table_name="asset_holding")
    op.drop_index("ix_asset_holding_department_id", table_name="asset_holding")

    op.drop_table("asset_holding")
    op.drop_index("ix_headcount_plan_valid_from", table_name="headcount_plan")
    op.drop_index("ix_headcount_plan_slot", table_name="headcount_plan")
    op.drop_index("ix_headcount_plan_legal_entity_id", table_name="headcount_plan")
    op.drop_index("ix_headcount_plan_department_id", table_name="headcount_plan")

    op.drop_table("headcount_plan")
    op.drop_index("ix_legal_hold_until", table_name="legal_hold")
    op.drop_index("ix_legal_hold_person_id", table_name="legal_hold")

    op.drop_table("legal_hold")
    op.drop_table("retention_rule")
