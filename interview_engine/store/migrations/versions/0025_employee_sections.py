"""Sections and documents of the employee file, encrypted under keys of persons; ID numbers by keyed hashes.

The column for an ID number on the person was never written: it goes.
"""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

GIVEN = {"hr": ("read", "write"), "employee": ("read",)}


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "id_number_key",
        *_row("id_number_key"),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_id_number_key_person_id"),
        sa.UniqueConstraint("person_id", name="uq_id_number_key_person_id"),
        sa.UniqueConstraint("hash", name="uq_id_number_key_hash"),
    )
    op.create_table(
        "file_entry",
        *_row("file_entry"),
        sa.Column("section", sa.String(20), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_file_entry_person_id"),
    )
    op.create_index("ix_file_entry_person_id", "file_entry", ["person_id"])
    op.create_index("ix_file_entry_until", "file_entry", ["until"])
    op.create_table(
        "file_document",
        *_row("file_document"),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name_sealed", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("retention_until", sa.Date(), nullable=True),
        sa.Column("hold_until", sa.Date(), nullable=True),
        sa.Column("hold_reason", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_file_document_person_id"),
    )
    for column in ("person_id", "sha256", "retention_until"):
        op.create_index(f"ix_file_document_{column}", "file_document", [column])
    op.drop_column("person", "id_number_encrypted")
    _give_identity()


def downgrade() -> None:
    """Back."""
    op.execute("DELETE FROM access_grant WHERE field_class = 'identity'")
    op.add_column("person", sa.Column("id_number_encrypted", sa.Text(), nullable=True))
    for table in ("file_document", "file_entry", "id_number_key"):
        op.drop_table(table)


def _row(table: str) -> list[sa.Column[Any] | sa.PrimaryKeyConstraint]:
    return [
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    ]


def _give_identity() -> None:
    """HR reads and writes identity from now on, everybody who works here reads their own; within the reach that the
    role has for pay."""
    bind = op.get_bind()
    grant = sa.Table("access_grant", sa.MetaData(), autoload_with=bind)
    for role, actions in GIVEN.items():
        held = sa.select(grant).where(grant.c.role == role, grant.c.field_class == "pay", grant.c.action == "read")
        for row in bind.execute(held).mappings().all():
            for action in actions:
                values = {**row, "id": uuid.uuid4().hex, "field_class": "identity", "action": action}
                bind.execute(grant.insert().values(**values))
