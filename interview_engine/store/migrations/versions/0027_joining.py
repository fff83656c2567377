"""Tasks, the templates they are made from, and who joins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "task_template",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("category", sa.String(length=12), nullable=False),
        sa.Column("title_zh", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=10), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_task_template_account_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_task_template_legal_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_template")),
    )
    op.create_index("ix_task_template_legal_entity_id", "task_template", ["legal_entity_id"])

    op.create_table(
        "welcome_text",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=True),
        sa.Column("department_id", sa.String(length=32), nullable=True),
        sa.Column("address_zh", sa.Text(), nullable=False),
        sa.Column("address_en", sa.Text(), nullable=False),
        sa.Column("way_zh", sa.Text(), nullable=False),
        sa.Column("way_en", sa.Text(), nullable=False),
        sa.Column("materials_zh", sa.Text(), nullable=False),
        sa.Column("materials_en", sa.Text(), nullable=False),
        sa.Column("more_zh", sa.Text(), nullable=False),
        sa.Column("more_en", sa.Text(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_welcome_text_department_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_welcome_text_legal_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_welcome_text")),
        sa.UniqueConstraint("department_id", name=op.f("uq_welcome_text_department_id")),
    )
    op.create_index("ix_welcome_text_legal_entity_id", "welcome_text", ["legal_entity_id"])

    op.create_table(
        "task",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("template_id", sa.String(length=32), nullable=True),
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("category", sa.String(length=12), nullable=False),
        sa.Column("title_zh", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=10), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("owner_person_id", sa.String(length=32), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("closed_by", sa.String(length=80), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("escalated_on", sa.Date(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_task_account_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_task_department_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_task_legal_entity_id")),
        sa.ForeignKeyConstraint(["owner_person_id"], ["person.id"], name=op.f("fk_task_owner_person_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_task_person_id")),
        sa.ForeignKeyConstraint(["template_id"], ["task_template.id"], name=op.f("fk_task_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("ref", "template_id", name=op.f("uq_task_ref_template_id")),
    )
    op.create_index("ix_task_account_id", "task", ["account_id"])
    op.create_index("ix_task_department_id", "task", ["department_id"])
    op.create_index("ix_task_due", "task", ["due"])
    op.create_index("ix_task_owner_person_id", "task", ["owner_person_id"])
    op.create_index("ix_task_person_id", "task", ["person_id"])
    op.create_index("ix_task_ref", "task", ["ref"])
    op.create_index("ix_task_state", "task", ["state"])

    op.create_table(
        "onboarding",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=True),
        sa.Column("employment_id", sa.String(length=32), nullable=True),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("job_description", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("owner_account_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_until", UtcDateTime(), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("codes_sent", sa.Integer(), nullable=False),
        sa.Column("code_sent_at", UtcDateTime(), nullable=True),
        sa.Column("entry_sha256", sa.String(length=64), nullable=True),
        sa.Column("filled_at", UtcDateTime(), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_onboarding_application_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_onboarding_department_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_onboarding_employment_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_onboarding_legal_entity_id")),
        sa.ForeignKeyConstraint(["owner_account_id"], ["account.id"], name=op.f("fk_onboarding_owner_account_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_onboarding_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onboarding")),
        sa.UniqueConstraint("application_id", name=op.f("uq_onboarding_application_id")),
        sa.UniqueConstraint("employment_id", name=op.f("uq_onboarding_employment_id")),
    )
    op.create_index("ix_onboarding_department_id", "onboarding", ["department_id"])
    op.create_index("ix_onboarding_entry_sha256", "onboarding", ["entry_sha256"])
    op.create_index("ix_onboarding_first_day", "onboarding", ["first_day"])
    op.create_index("ix_onboarding_person_id", "onboarding", ["person_id"])
    op.create_index("ix_onboarding_state", "onboarding", ["state"])

    op.create_table(
        "onboarding_link",
        sa.Column("onboarding_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["onboarding_id"], ["onboarding.id"], name=op.f("fk_onboarding_link_onboarding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onboarding_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_onboarding_link_token_hash")),
    )
    op.create_index("ix_onboarding_link_onboarding_id", "onboarding_link", ["onboarding_id"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_onboarding_link_onboarding_id", table_name="onboarding_link")

    op.drop_table("onboarding_link")
    op.drop_index("ix_onboarding_state", table_name="onboarding")
    op.drop_index("ix_onboarding_person_id", table_name="onboarding")
    op.drop_index("ix_onboarding_first_day", table_name="onboarding")
    op.drop_index("ix_onboarding_entry_sha256", table_name="onboarding")
    op.drop_index("ix_onboarding_department_id", table_name="onboarding")

    op.drop_table("onboarding")
    op.drop_index("ix_task_state", table_name="task")
    op.drop_index("ix_task_ref", table_name="task")
    op.drop_index("ix_task_person_id", table_name="task")
    op.drop_index("ix_task_owner_person_id", table_name="task")
    op.drop_index("ix_task_due", table_name="task")
    op.drop_index("ix_task_department_id", table_name="task")
    op.drop_index("ix_task_account_id", table_name="task")

    op.drop_table("task")
    op.drop_index("ix_welcome_text_legal_entity_id", table_name="welcome_text")

    op.drop_table("welcome_text")
    op.drop_index("ix_task_template_legal_entity_id", table_name="task_template")

    op.drop_table("task_template")
