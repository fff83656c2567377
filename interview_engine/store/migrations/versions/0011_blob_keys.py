"""Persons' blobs are encrypted, each with a key of its person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. Blobs that are there already are encrypted later, one by one, while the service runs."""
    op.create_table(
        "blob_key",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("key_encrypted", sa.Text(), nullable=False),
        sa.Column("shared", Json, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blob_key")),
    )
    op.create_index("ix_blob_key_owner", "blob_key", ["person_id", "subject"])
    op.create_index(op.f("ix_blob_key_subject"), "blob_key", ["subject"])
    op.add_column("blob", sa.Column("key_id", sa.String(length=32), nullable=True))
    op.create_index(op.f("ix_blob_key_id"), "blob", ["key_id"])


def downgrade() -> None:
    """Back. What was encrypted cannot be read any more."""
    op.drop_index(op.f("ix_blob_key_id"), table_name="blob")
    op.drop_column("blob", "key_id")
    op.drop_table("blob_key")
