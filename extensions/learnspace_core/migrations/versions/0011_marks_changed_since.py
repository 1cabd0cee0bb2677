"""marks that were changed since the work was returned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("submission", sa.Column("marks_since", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Undo the change."""
    op.drop_column("submission", "marks_since")
