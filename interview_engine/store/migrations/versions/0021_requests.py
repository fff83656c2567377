"""Requests of persons: what is asked for, what it did, papers, kinds of companies' own; pay from a day on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = ("request_kind", "request_paper", "request_effect", "request", "pay_rate")


def upgrade() -> None:
    """Forward. Approvals may be asked for by people who have no account."""
    with op.batch_alter_table("approval") as table:
        table.alter_column("requested_by", existing_type=sa.String(length=32), nullable=True)
        table.add_column(sa.Column("requested_by_person_id", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("person_id", sa.String(length=32), nullable=True))
        table.create_foreign_key("fk_approval_requested_by_person_id", "person", ["requested_by_person_id"], ["id"])
        table.create_foreign_key("fk_approval_person_id", "person", ["person_id"], ["id"])
        table.create_index("ix_approval_requested_by_person_id", ["requested_by_person_id"])
        table.create_index("ix_approval_person_id", ["person_id"])
    _make_tables()
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Back; requests and pay are lost, and so are approvals of people without an account."""
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION request_effect_append_only()")
    none = "(SELECT id FROM approval WHERE requested_by IS NULL)"
    op.execute(f"DELETE FROM approval_step WHERE approval_id IN {none}")
    op.execute("DELETE FROM approval WHERE requested_by IS NULL")
    with op.batch_alter_table("approval") as batch:
        batch.drop_index("ix_approval_person_id")
        batch.drop_index("ix_approval_requested_by_person_id")
        batch.drop_constraint("fk_approval_person_id", type_="foreignkey")
        batch.drop_constraint("fk_approval_requested_by_person_id", type_="foreignkey")
        batch.drop_column("person_id")
        batch.drop_column("requested_by_person_id")
        batch.alter_column("requested_by", existing_type=sa.String(length=32), nullable=False)


def _row() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
    ]


def _id(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.String(length=32), nullable=False)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def _indexed(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _make_tables() -> None:
    op.create_table(
        "pay_rate",
        _id("employment_id"),
        _id("person_id"),
        _id("legal_entity_id"),
        sa.Column("monthly_fen", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=False),
        *_row(),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("dated_state", sa.String(length=10), nullable=False),
        _refers("pay_rate", "employment_id", "employment"),
        _refers("pay_rate", "person_id", "person"),
        _refers("pay_rate", "legal_entity_id", "legal_entity"),
        sa.PrimaryKeyConstraint("id", name="pk_pay_rate"),
        sa.UniqueConstraint(
            "employment_id", "valid_from", "revision", name="uq_pay_rate_employment_id_valid_from_revision"
        ),
    )
    _indexed("pay_rate", "employment_id", "person_id", "valid_from")
    op.create_table(
        "request",
        sa.Column("kind", sa.String(length=40), nullable=False),
        _id("person_id"),
        _id("asked_by_person_id"),
        _id("employment_id"),
        _id("department_id"),
        _id("legal_entity_id"),
        sa.Column("field_class", sa.String(length=20), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("form_version", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("day_from", sa.Date(), nullable=True),
        sa.Column("day_to", sa.Date(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=80), nullable=True),
        sa.Column("cancel_reason", sa.String(length=500), nullable=False),
        *_row(),
        _refers("request", "person_id", "person"),
        _refers("request", "asked_by_person_id", "person"),
        _refers("request", "employment_id", "employment"),
        _refers("request", "department_id", "department"),
        _refers("request", "legal_entity_id", "legal_entity"),
        sa.PrimaryKeyConstraint("id", name="pk_request"),
        sa.UniqueConstraint(
            "asked_by_person_id", "idempotency_key", name="uq_request_asked_by_person_id_idempotency_key"
        ),
    )
    _indexed("request", "kind", "employment_id", "department_id", "legal_entity_id")
    op.create_index("ix_request_person", "request", ["person_id", "id"])
    op.create_index("ix_request_due", "request", ["state", "day_from"])
    op.create_table(
        "request_effect",
        _id("request_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=60), nullable=False),
        _id("row_id"),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("reverses", sa.Integer(), nullable=True),
        *_row(),
        _refers("request_effect", "request_id", "request"),
        sa.PrimaryKeyConstraint("id", name="pk_request_effect"),
        sa.UniqueConstraint("request_id", "number", name="uq_request_effect_request_id_number"),
    )
    _indexed("request_effect", "request_id")
    op.create_table(
        "request_paper",
        _id("request_id"),
        _id("person_id"),
        sa.Column("content", Json, nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        *_row(),
        _refers("request_paper", "request_id", "request"),
        _refers("request_paper", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_request_paper"),
        sa.UniqueConstraint("request_id", name="uq_request_paper_request_id"),
    )
    _indexed("request_paper", "person_id")
    op.create_table(
        "request_kind",
        _id("legal_entity_id"),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("about_zh", sa.String(length=300), nullable=False),
        sa.Column("about_en", sa.String(length=300), nullable=False),
        sa.Column("field_class", sa.String(length=20), nullable=False),
        sa.Column("retired_at", UtcDateTime(timezone=True), nullable=True),
        *_row(),
        _refers("request_kind", "legal_entity_id", "legal_entity"),
        sa.PrimaryKeyConstraint("id", name="pk_request_kind"),
    )
    _indexed("request_kind", "legal_entity_id")


def _guards(dialect: str) -> tuple[str, ...]:
    table = "request_effect"
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
