"""Rules of leave by region, accounts of leave and their ledger, work before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "leave_rule",
        sa.Column("region", sa.String(length=50), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=True),
        sa.Column("leave_type", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("unit", sa.String(length=10), nullable=True),
        sa.Column("counts", sa.String(length=20), nullable=True),
        sa.Column("limited_by", sa.String(length=10), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("negative", sa.Boolean(), nullable=True),
        sa.Column("paid_percent", sa.Integer(), nullable=True),
        sa.Column("carry_days", sa.Integer(), nullable=True),
        sa.Column("carry_months", sa.Integer(), nullable=True),
        sa.Column("papers", sa.String(length=200), nullable=False),
        sa.Column("law", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("checked_by", sa.String(length=80), nullable=True),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_leave_rule_legal_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_rule")),
    )
    op.create_index("ix_leave_rule_legal_entity_id", "leave_rule", ["legal_entity_id"])
    op.create_index("ix_leave_rule_region", "leave_rule", ["region", "state"])
    op.create_table(
        "leave_account",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("leave_type", sa.String(length=40), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("minutes_a_day", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_leave_account_employment_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_leave_account_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_leave_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_account")),
        sa.UniqueConstraint("employment_id", "leave_type", name=op.f("uq_leave_account_employment_id_leave_type")),
    )
    op.create_index("ix_leave_account_counted", "leave_account", ["counted_on"])
    op.create_index("ix_leave_account_legal_entity_id", "leave_account", ["legal_entity_id"])
    op.create_index("ix_leave_account_person_id", "leave_account", ["person_id"])

    op.create_table(
        "leave_history",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("months_before", sa.Integer(), nullable=False),
        sa.Column("minutes_a_day", sa.Integer(), nullable=False),
        sa.Column("from_year", sa.Integer(), nullable=False),
        sa.Column("shown_by", sa.String(length=200), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_leave_history_employment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_leave_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_history")),
        sa.UniqueConstraint("employment_id", name=op.f("uq_leave_history_employment_id")),
    )
    op.create_index("ix_leave_history_person_id", "leave_history", ["person_id"])

    op.create_table(
        "leave_entry",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("leave_type", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=160), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["leave_account.id"], name=op.f("fk_leave_entry_account_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_leave_entry_employment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_leave_entry_person_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_leave_entry_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_entry")),
        sa.UniqueConstraint("source", name=op.f("uq_leave_entry_source")),
    )
    op.create_index("ix_leave_entry_account", "leave_entry", ["account_id", "day"])
    op.create_index("ix_leave_entry_employment_id", "leave_entry", ["employment_id"])
    op.create_index("ix_leave_entry_person_id", "leave_entry", ["person_id"])
    op.create_index("ix_leave_entry_request", "leave_entry", ["request_id"])
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_leave_entry_request", "leave_entry")
    op.drop_index("ix_leave_entry_person_id", "leave_entry")
    op.drop_index("ix_leave_entry_employment_id", "leave_entry")
    op.drop_index("ix_leave_entry_account", "leave_entry")

    op.drop_table("leave_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS leave_entry_append_only()")
    op.drop_index("ix_leave_history_person_id", "leave_history")

    op.drop_table("leave_history")
    op.drop_index("ix_leave_account_person_id", "leave_account")
    op.drop_index("ix_leave_account_legal_entity_id", "leave_account")
    op.drop_index("ix_leave_account_counted", "leave_account")

    op.drop_table("leave_account")
    op.drop_index("ix_leave_rule_region", "leave_rule")
    op.drop_index("ix_leave_rule_legal_entity_id", "leave_rule")

    op.drop_table("leave_rule")


def _guards(dialect: str) -> tuple[str, ...]:
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER leave_entry_no_{verb.lower()} BEFORE {verb} ON leave_entry "
            "WHEN NOT EXISTS (SELECT 1 FROM erasure_passage) "
            "BEGIN SELECT RAISE(ABORT, 'leave_entry is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        )
    return (
        "CREATE OR REPLACE FUNCTION leave_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_LEVEL = 'ROW' AND EXISTS (SELECT 1 FROM erasure_passage) THEN "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END IF; "
        "RAISE EXCEPTION 'leave_entry is append-only'; END $$",
        "CREATE TRIGGER leave_entry_no_change BEFORE UPDATE OR DELETE ON leave_entry "
        "FOR EACH ROW EXECUTE FUNCTION leave_entry_append_only()",
        "CREATE TRIGGER leave_entry_no_truncate BEFORE TRUNCATE ON leave_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION leave_entry_append_only()",
    )
