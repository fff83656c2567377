"""A state of reachability knows its time, and WeCom's userids are kept in one case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. Of userids that differ by case alone the one that was bound first stays as it is kept from now on; the
    others are told to nobody: which person is meant is not ours to guess."""
    with op.batch_alter_table("reachability") as table:
        table.add_column(sa.Column("state_at", UtcDateTime(), nullable=True))
    same = "other.app_id = wechat_identity.app_id AND lower(other.openid) = lower(wechat_identity.openid)"
    op.execute(
        "UPDATE wechat_identity SET openid = lower(openid) WHERE channel = 'wecom' AND openid <> lower(openid) "
        f"AND NOT EXISTS (SELECT 1 FROM wechat_identity AS other WHERE {same} AND other.id <> wechat_identity.id "
        "AND (other.id < wechat_identity.id OR other.openid = lower(wechat_identity.openid)))"
    )


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("reachability") as table:
        table.drop_column("state_at")
