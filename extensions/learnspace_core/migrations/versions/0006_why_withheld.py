"""why a submission was withheld, as a code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason_code", sa.String(length=60), nullable=False, server_default=""))


def downgrade() -> None:
    """Undo the change."""
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_column("reason_code")
