"""Imports: batches with their lines, mappings that are remembered, leave that was taken over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "import_batch",
        *_row(),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=True),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("list_name", sa.String(length=60), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sheet", sa.String(length=120), nullable=False),
        sa.Column("shape", sa.String(length=64), nullable=False),
        sa.Column("heads", Json, nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("given", Json, nullable=False),
        sa.Column("orders", Json, nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("sample", Json, nullable=False),
        sa.Column("problem", Json, nullable=True),
        sa.Column("begun_at", UtcDateTime(), nullable=True),
        sa.Column("written_at", UtcDateTime(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_import_batch_account_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_import_batch_legal_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index("ix_import_batch_account_id", "import_batch", ["account_id"])
    op.create_index("ix_import_batch_legal_entity_id", "import_batch", ["legal_entity_id"])
    op.create_index("ix_import_batch_state", "import_batch", ["state"])
    op.create_table(
        "import_row",
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("notes", Json, nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("row_id", sa.String(length=32), nullable=True),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("after", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_person_id", "import_row", ["person_id"])
    op.create_table(
        "import_mapping",
        *_row(),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=True),
        sa.Column("list_name", sa.String(length=60), nullable=False),
        sa.Column("shape", sa.String(length=64), nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("given", Json, nullable=False),
        sa.Column("orders", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_import_mapping_legal_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint(
            "legal_entity_id", "list_name", "shape", name=op.f("uq_import_mapping_legal_entity_id_list_name_shape")
        ),
    )
    op.create_index("ix_import_mapping_legal_entity_id", "import_mapping", ["legal_entity_id"])
    op.create_table(
        "leave_opening",
        *_row(),
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("minutes_a_day", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_leave_opening_employment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_leave_opening_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_opening")),
    )
    op.create_index("ix_leave_opening_key", "leave_opening", ["employment_id", "kind", "day"])
    op.create_index("ix_leave_opening_person_id", "leave_opening", ["person_id"])
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Back."""
    for table in ("leave_opening", "import_mapping", "import_row", "import_batch"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION leave_opening_append_only()")


def _row() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
    )


def _guards(dialect: str) -> tuple[str, ...]:
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER leave_opening_no_{verb.lower()} BEFORE {verb} ON leave_opening "
            "WHEN NOT EXISTS (SELECT 1 FROM erasure_passage) "
            "BEGIN SELECT RAISE(ABORT, 'leave_opening is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        )
    return (
        "CREATE OR REPLACE FUNCTION leave_opening_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_LEVEL = 'ROW' AND EXISTS (SELECT 1 FROM erasure_passage) THEN "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END IF; "
        "RAISE EXCEPTION 'leave_opening is append-only'; END $$",
        "CREATE TRIGGER leave_opening_no_change BEFORE UPDATE OR DELETE ON leave_opening "
        "FOR EACH ROW EXECUTE FUNCTION leave_opening_append_only()",
        "CREATE TRIGGER leave_opening_no_truncate BEFORE TRUNCATE ON leave_opening "
        "FOR EACH STATEMENT EXECUTE FUNCTION leave_opening_append_only()",
    )
