"""Expenses: claims with their lines, advances with their ledger, budgets, per diems, payment lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

LEDGERS = ("expense_entry", "expense_advance_entry")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "expense_buyer",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("tax_number", sa.String(length=30), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_expense_buyer_legal_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_buyer")),
        sa.UniqueConstraint("legal_entity_id", "name", name=op.f("uq_expense_buyer_legal_entity_id_name")),
    )
    op.create_table(
        "expense_kind",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=40), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=True),
        sa.Column("needs_invoice", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_expense_kind_legal_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_kind")),
        sa.UniqueConstraint("legal_entity_id", "code", name=op.f("uq_expense_kind_legal_entity_id_code")),
    )
    op.create_table(
        "expense_payout",
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_expense_payout_legal_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_payout")),
        sa.UniqueConstraint("number", name=op.f("uq_expense_payout_number")),
    )
    op.create_index("ix_expense_payout_legal_entity_id", "expense_payout", ["legal_entity_id"])

    op.create_table(
        "expense_per_diem",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("city_class", sa.String(length=40), nullable=False),
        sa.Column("cities", sa.String(length=500), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_expense_per_diem_legal_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_per_diem")),
        sa.UniqueConstraint(
            "legal_entity_id",
            "city_class",
            "level",
            "first_day",
            name=op.f("uq_expense_per_diem_legal_entity_id_city_class_level_first_day"),
        ),
    )
    op.create_table(
        "expense_period",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_expense_period_legal_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_period")),
        sa.UniqueConstraint("legal_entity_id", "month", name=op.f("uq_expense_period_legal_entity_id_month")),
    )
    op.create_table(
        "expense_budget",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_expense_budget_department_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_expense_budget_legal_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_budget")),
        sa.UniqueConstraint("department_id", "month", "kind", name=op.f("uq_expense_budget_department_id_month_kind")),
    )
    op.create_index("ix_expense_budget_legal_entity_id", "expense_budget", ["legal_entity_id"])

    op.create_table(
        "expense_claim",
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=120), nullable=False),
        sa.Column("project", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=False),
        sa.Column("payable", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("idempotency_key", sa.String(length=80), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_expense_claim_department_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_expense_claim_employment_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_expense_claim_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_expense_claim_person_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_expense_claim_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_claim")),
        sa.UniqueConstraint("number", name=op.f("uq_expense_claim_number")),
        sa.UniqueConstraint("person_id", "idempotency_key", name=op.f("uq_expense_claim_person_id_idempotency_key")),
        sa.UniqueConstraint("request_id", name=op.f("uq_expense_claim_request_id")),
    )
    op.create_index("ix_expense_claim_department_id", "expense_claim", ["department_id"])
    op.create_index("ix_expense_claim_employment_id", "expense_claim", ["employment_id"])
    op.create_index("ix_expense_claim_person_id", "expense_claim", ["person_id"])
    op.create_index("ix_expense_claim_state", "expense_claim", ["legal_entity_id", "state"])

    op.create_table(
        "expense_advance",
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=120), nullable=False),
        sa.Column("project", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("claim_id", sa.String(length=32), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.CheckConstraint("open >= 0 AND open <= amount", name=op.f("ck_expense_advance_open_within")),
        sa.ForeignKeyConstraint(["claim_id"], ["expense_claim.id"], name=op.f("fk_expense_advance_claim_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_expense_advance_department_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_expense_advance_employment_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_expense_advance_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_expense_advance_person_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_expense_advance_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_advance")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_expense_advance_claim_id")),
        sa.UniqueConstraint("number", name=op.f("uq_expense_advance_number")),
        sa.UniqueConstraint("request_id", name=op.f("uq_expense_advance_request_id")),
    )
    op.create_index("ix_expense_advance_department_id", "expense_advance", ["department_id"])
    op.create_index("ix_expense_advance_employment_id", "expense_advance", ["employment_id"])
    op.create_index("ix_expense_advance_person_id", "expense_advance", ["person_id"])
    op.create_index("ix_expense_advance_state", "expense_advance", ["legal_entity_id", "state"])

    op.create_table(
        "expense_entry",
        sa.Column("claim_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=160), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["expense_claim.id"], name=op.f("fk_expense_entry_claim_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_expense_entry_department_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_expense_entry_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_expense_entry_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_entry")),
        sa.UniqueConstraint("source", name=op.f("uq_expense_entry_source")),
    )
    op.create_index("ix_expense_entry_budget", "expense_entry", ["department_id", "month", "kind"])
    op.create_index("ix_expense_entry_claim_id", "expense_entry", ["claim_id"])
    op.create_index("ix_expense_entry_legal_entity_id", "expense_entry", ["legal_entity_id"])
    op.create_index("ix_expense_entry_person_id", "expense_entry", ["person_id"])

    op.create_table(
        "expense_line",
        sa.Column("claim_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("invoice_number", sa.String(length=40), nullable=False),
        sa.Column("invoice_code", sa.String(length=40), nullable=False),
        sa.Column("invoice_key", sa.String(length=90), nullable=True),
        sa.Column("net", sa.BigInteger(), nullable=True),
        sa.Column("tax", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.String(length=120), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("foreign_amount", sa.String(length=24), nullable=False),
        sa.Column("rate", sa.String(length=24), nullable=False),
        sa.Column("seller", sa.String(length=200), nullable=False),
        sa.Column("seller_tax", sa.String(length=30), nullable=False),
        sa.Column("buyer", sa.String(length=200), nullable=False),
        sa.Column("buyer_tax", sa.String(length=30), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("sources", Json, nullable=False),
        sa.Column("looks", Json, nullable=False),
        sa.Column("rule_id", sa.String(length=32), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_type", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["expense_claim.id"], name=op.f("fk_expense_line_claim_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_expense_line_person_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["expense_per_diem.id"], name=op.f("fk_expense_line_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_line")),
        sa.UniqueConstraint("invoice_key", name=op.f("uq_expense_line_invoice_key")),
    )
    op.create_index("ix_expense_line_claim", "expense_line", ["claim_id", "position"])
    op.create_index("ix_expense_line_file_sha256", "expense_line", ["file_sha256"])
    op.create_index("ix_expense_line_invoice_number", "expense_line", ["invoice_number"])
    op.create_index("ix_expense_line_person_id", "expense_line", ["person_id"])

    op.create_table(
        "expense_advance_entry",
        sa.Column("advance_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("claim_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=160), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["advance_id"], ["expense_advance.id"], name=op.f("fk_expense_advance_entry_advance_id")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["expense_claim.id"], name=op.f("fk_expense_advance_entry_claim_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_expense_advance_entry_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_advance_entry")),
        sa.UniqueConstraint("source", name=op.f("uq_expense_advance_entry_source")),
    )
    op.create_index("ix_expense_advance_entry_advance_id", "expense_advance_entry", ["advance_id"])
    op.create_index("ix_expense_advance_entry_claim_id", "expense_advance_entry", ["claim_id"])
    op.create_index("ix_expense_advance_entry_person_id", "expense_advance_entry", ["person_id"])

    op.create_table(
        "expense_payout_item",
        sa.Column("payout_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("claim_id", sa.String(length=32), nullable=True),
        sa.Column("advance_id", sa.String(length=32), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["advance_id"], ["expense_advance.id"], name=op.f("fk_expense_payout_item_advance_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["expense_claim.id"], name=op.f("fk_expense_payout_item_claim_id")),
        sa.ForeignKeyConstraint(["payout_id"], ["expense_payout.id"], name=op.f("fk_expense_payout_item_payout_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_expense_payout_item_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_payout_item")),
        sa.UniqueConstraint("advance_id", name=op.f("uq_expense_payout_item_advance_id")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_expense_payout_item_claim_id")),
    )
    op.create_index("ix_expense_payout_item_payout_id", "expense_payout_item", ["payout_id"])
    op.create_index("ix_expense_payout_item_person_id", "expense_payout_item", ["person_id"])
    for table in LEDGERS:
        for statement in _guards(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_expense_payout_item_person_id", "expense_payout_item")
    op.drop_index("ix_expense_payout_item_payout_id", "expense_payout_item")

    op.drop_table("expense_payout_item")
    op.drop_index("ix_expense_advance_entry_person_id", "expense_advance_entry")
    op.drop_index("ix_expense_advance_entry_claim_id", "expense_advance_entry")
    op.drop_index("ix_expense_advance_entry_advance_id", "expense_advance_entry")

    op.drop_table("expense_advance_entry")
    op.drop_index("ix_expense_line_person_id", "expense_line")
    op.drop_index("ix_expense_line_invoice_number", "expense_line")
    op.drop_index("ix_expense_line_file_sha256", "expense_line")
    op.drop_index("ix_expense_line_claim", "expense_line")

    op.drop_table("expense_line")
    op.drop_index("ix_expense_entry_person_id", "expense_entry")
    op.drop_index("ix_expense_entry_legal_entity_id", "expense_entry")
    op.drop_index("ix_expense_entry_claim_id", "expense_entry")
    op.drop_index("ix_expense_entry_budget", "expense_entry")

    op.drop_table("expense_entry")
    op.drop_index("ix_expense_advance_state", "expense_advance")
    op.drop_index("ix_expense_advance_person_id", "expense_advance")
    op.drop_index("ix_expense_advance_employment_id", "expense_advance")
    op.drop_index("ix_expense_advance_department_id", "expense_advance")

    op.drop_table("expense_advance")
    op.drop_index("ix_expense_claim_state", "expense_claim")
    op.drop_index("ix_expense_claim_person_id", "expense_claim")
    op.drop_index("ix_expense_claim_employment_id", "expense_claim")
    op.drop_index("ix_expense_claim_department_id", "expense_claim")

    op.drop_table("expense_claim")
    op.drop_index("ix_expense_budget_legal_entity_id", "expense_budget")

    op.drop_table("expense_budget")
    op.drop_table("expense_period")
    op.drop_table("expense_per_diem")
    op.drop_index("ix_expense_payout_legal_entity_id", "expense_payout")

    op.drop_table("expense_payout")
    op.drop_table("expense_kind")
    op.drop_table("expense_buyer")
    if op.get_bind().dialect.name == "postgresql":
        for table in LEDGERS:
            op.execute(f"DROP FUNCTION IF EXISTS {table}_append_only()")


def _guards(table: str, dialect: str) -> tuple[str, ...]:
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
