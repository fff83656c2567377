"""An approval knows where its subject belongs: who does not reach that place neither sees nor decides it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the department; earlier approvals get that of their requisition, or of their offer's."""
    with op.batch_alter_table("approval") as table:
        table.add_column(sa.Column("department_id", sa.String(length=32), nullable=True))
        table.create_foreign_key(op.f("fk_approval_department_id"), "department", ["department_id"], ["id"])
    op.execute(
        "UPDATE approval SET department_id = (SELECT r.department_id FROM requisition r "
        "WHERE approval.subject = 'requisition:' || r.id) WHERE kind = 'requisition'"
    )
    op.execute(
        "UPDATE approval SET department_id = (SELECT r.department_id FROM requisition r "
        "JOIN application a ON a.requisition_id = r.id JOIN offer o ON o.application_id = a.id "
        "WHERE approval.subject = 'offer:' || o.id) WHERE kind = 'offer'"
    )


def downgrade() -> None:
    """Drop the department of approvals."""
    with op.batch_alter_table("approval") as table:
        table.drop_constraint(op.f("fk_approval_department_id"), type_="foreignkey")
        table.drop_column("department_id")
