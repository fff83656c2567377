"""Succession: who is planned after whom; HR gets its field class within the reach that it has for pay."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

GIVEN = ("read", "write", "decide", "export")
_NAMED = {
    "legal_entity_id": "legal_entity",
    "department_id": "department",
    "holder_person_id": "person",
    "successor_person_id": "person",
    "profile_id": "role_profile",
}


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "succession",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("holder_person_id", sa.String(length=32), nullable=True),
        sa.Column("successor_person_id", sa.String(length=32), nullable=True),
        sa.Column("readiness", sa.String(length=10), nullable=True),
        sa.Column("judged_on", sa.Date(), nullable=True),
        sa.Column("profile_id", sa.String(length=32), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_succession_{column}"))
            for column, table in _NAMED.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_succession")),
        sa.UniqueConstraint(
            "department_id",
            "title",
            "successor_person_id",
            name=op.f("uq_succession_department_id_title_successor_person_id"),
        ),
    )
    for column in ("department_id", "holder_person_id", "successor_person_id", "readiness"):
        op.create_index(f"ix_succession_{column}", "succession", [column])
    bind = op.get_bind()
    grant = sa.Table("access_grant", sa.MetaData(), autoload_with=bind)
    held = sa.select(grant).where(
        grant.c.role == "hr", grant.c.field_class == "pay", grant.c.action == "read", grant.c.effect == "allow"
    )
    for row in bind.execute(held).mappings().all():
        for action in GIVEN:
            values = {**row, "id": uuid.uuid4().hex, "field_class": "succession", "action": action}
            bind.execute(grant.insert().values(**values))


def downgrade() -> None:
    """Back."""
    op.execute("DELETE FROM access_grant WHERE field_class = 'succession'")
    op.drop_table("succession")
