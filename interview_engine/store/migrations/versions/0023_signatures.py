"""Contracts on paper: templates, the certificate, requests for a signature with every step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from interview_engine.store.base import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
TABLES = (
    "signature_step",
    "signature_request",
    "contract_template_version",
    "contract_template",
    "signing_certificate",
)
GUARDED = ("contract_template_version", "signature_step")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "signing_certificate",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("key_encrypted", sa.Text(), nullable=False),
        sa.Column("not_after", UtcDateTime(), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_certificate")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_signing_certificate_fingerprint")),
    )
    op.create_index(
        "uq_signing_certificate_current",
        "signing_certificate",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'current'"),
        postgresql_where=sa.text("state = 'current'"),
    )

    op.create_table(
        "contract_template",
        sa.Column("legal_entity_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_contract_template_legal_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_template")),
    )
    op.create_index("ix_contract_template_legal_entity_id", "contract_template", ["legal_entity_id"])
    op.create_index("ix_contract_template_state", "contract_template", ["state"])

    op.create_table(
        "contract_template_version",
        sa.Column("template_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["contract_template.id"], name=op.f("fk_contract_template_version_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_template_version")),
        sa.UniqueConstraint("template_id", "number", name=op.f("uq_contract_template_version_template_id_number")),
    )
    op.create_index("ix_contract_template_version_template_id", "contract_template_version", ["template_id"])

    op.create_table(
        "signature_request",
        sa.Column("contract_id", sa.String(length=32), nullable=False),
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("template_version_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("terms", JSON, nullable=False),
        sa.Column("paper", JSON, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_sent_at", UtcDateTime(), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("codes_sent", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("certificate", sa.String(length=64), nullable=False),
        sa.Column("paper_sha256", sa.String(length=64), nullable=False),
        sa.Column("sent_sha256", sa.String(length=64), nullable=True),
        sa.Column("document_sha256", sa.String(length=64), nullable=True),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=True),
        sa.Column("evidence_pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_signature_request_contract_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_signature_request_department_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_signature_request_employment_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_signature_request_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signature_request_person_id")),
        sa.ForeignKeyConstraint(
            ["template_version_id"],
            ["contract_template_version.id"],
            name=op.f("fk_signature_request_template_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature_request")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signature_request_token_hash")),
    )
    op.create_index("ix_signature_request_contract_id", "signature_request", ["contract_id"])
    op.create_index("ix_signature_request_department_id", "signature_request", ["department_id"])
    op.create_index("ix_signature_request_document_sha256", "signature_request", ["document_sha256"])
    op.create_index("ix_signature_request_employment_id", "signature_request", ["employment_id"])
    op.create_index("ix_signature_request_evidence_pdf_sha256", "signature_request", ["evidence_pdf_sha256"])
    op.create_index("ix_signature_request_evidence_sha256", "signature_request", ["evidence_sha256"])
    op.create_index("ix_signature_request_expires_at", "signature_request", ["expires_at"])
    op.create_index("ix_signature_request_paper_sha256", "signature_request", ["paper_sha256"])
    op.create_index("ix_signature_request_person_id", "signature_request", ["person_id"])
    op.create_index("ix_signature_request_sent_sha256", "signature_request", ["sent_sha256"])
    op.create_index("ix_signature_request_state", "signature_request", ["state"])

    op.create_table(
        "signature_step",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("device", sa.String(length=300), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["signature_request.id"], name=op.f("fk_signature_step_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature_step")),
    )
    op.create_index("ix_signature_step_request_id", "signature_step", ["request_id"])
    for table in GUARDED:
        for statement in _guards(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Back; templates and what was signed here are lost."""
    op.execute("UPDATE contract SET state = 'draft' WHERE state = 'signing'")
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in GUARDED:
            op.execute(f"DROP FUNCTION {table}_append_only()")


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
