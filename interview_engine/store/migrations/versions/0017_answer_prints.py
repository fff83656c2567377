"""Answers of two candidates that are nearly the same are found by sketches, which hold no text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. Interviews of before are compared when they are scored again."""
    op.create_table(
        "answer_print",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("invitation_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("question_id", sa.String(length=80), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name="fk_answer_print_invitation_id"),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name="fk_answer_print_application_id"),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name="fk_answer_print_legal_entity_id"),
        sa.PrimaryKeyConstraint("id", name="pk_answer_print"),
    )
    op.create_index("ix_answer_print_invitation_id", "answer_print", ["invitation_id"])
    op.create_index("ix_answer_print_application_id", "answer_print", ["application_id"])
    op.create_table(
        "answer_print_band",
        sa.Column("value", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("print_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["print_id"], ["answer_print.id"], name="fk_answer_print_band_print_id"),
        sa.PrimaryKeyConstraint("value", "print_id", name="pk_answer_print_band"),
    )
    op.create_index("ix_answer_print_band_print_id", "answer_print_band", ["print_id"])
    op.create_table(
        "answer_likeness",
        sa.Column("later_id", sa.String(length=32), nullable=False),
        sa.Column("earlier_id", sa.String(length=32), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["later_id"], ["answer_print.id"], name="fk_answer_likeness_later_id"),
        sa.ForeignKeyConstraint(["earlier_id"], ["answer_print.id"], name="fk_answer_likeness_earlier_id"),
        sa.PrimaryKeyConstraint("later_id", "earlier_id", name="pk_answer_likeness"),
    )
    op.create_index("ix_answer_likeness_earlier_id", "answer_likeness", ["earlier_id"])


def downgrade() -> None:
    """Back; what was found is lost."""
    op.drop_table("answer_likeness")
    op.drop_table("answer_print_band")
    op.drop_table("answer_print")
