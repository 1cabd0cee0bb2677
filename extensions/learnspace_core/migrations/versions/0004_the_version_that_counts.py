"""the version that counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import learnspace_core.database

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    moment = learnspace_core.database.UtcDateTime(timezone=True)
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("handed_in_at", moment, nullable=True))
        batch_op.add_column(sa.Column("again_at", moment, nullable=True))
    # Until now the version that arrived last was the one that counts.
    op.execute("UPDATE submission SET handed_in_at = received_at")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.alter_column("handed_in_at", existing_type=moment, nullable=False)


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_column("again_at")
        batch_op.drop_column("handed_in_at")
