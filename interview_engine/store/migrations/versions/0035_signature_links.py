"""Links to a contract that is to be signed get a table of their own: several may lead to it at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; the links that were sent go on leading to their contracts."""
    op.create_table(
        "signature_link",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["signature_request.id"], name=op.f("fk_signature_link_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signature_link_token_hash")),
    )
    op.create_index("ix_signature_link_request_id", "signature_link", ["request_id"])
    op.execute(
        "INSERT INTO signature_link (id, created_at, updated_at, actor, request_id, token_hash) "
        "SELECT id, created_at, updated_at, actor, id, token_hash FROM signature_request WHERE state <> 'draft'"
    )
    with op.batch_alter_table("signature_request") as table:
        table.drop_constraint(op.f("uq_signature_request_token_hash"), type_="unique")
        table.drop_column("token_hash")


def downgrade() -> None:
    """Back, with the oldest link of each request; a draft, which has none, gets one that nobody knows."""
    with op.batch_alter_table("signature_request") as table:
        table.add_column(sa.Column("token_hash", sa.String(length=64), nullable=True))
    op.execute(
        "UPDATE signature_request SET token_hash = coalesce("
        "(SELECT token_hash FROM signature_link WHERE request_id = signature_request.id ORDER BY id LIMIT 1), id)"
    )
    with op.batch_alter_table("signature_request") as table:
        table.alter_column("token_hash", existing_type=sa.String(length=64), nullable=False)
        table.create_unique_constraint(op.f("uq_signature_request_token_hash"), ["token_hash"])
    op.drop_index("ix_signature_link_request_id", "signature_link")
    op.drop_table("signature_link")
