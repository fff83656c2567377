"""Photos that people give of themselves for their colleagues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "file_photo",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_file_photo_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_photo")),
    )
    op.create_index("ix_file_photo_person_id", "file_photo", ["person_id"])
    op.create_index("ix_file_photo_sha256", "file_photo", ["sha256"])


def downgrade() -> None:
    """Back; photos that were given are shown to nobody and kept by nothing."""
    op.drop_index("ix_file_photo_sha256", "file_photo")
    op.drop_index("ix_file_photo_person_id", "file_photo")
    op.drop_table("file_photo")
