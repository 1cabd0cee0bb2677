"""when work is graded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import learnspace_core.database

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "automatic_grading",
        sa.Column("submission_id", sa.String(length=32), nullable=False),
        sa.Column("handed_in_at", learnspace_core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_automatic_grading_submission_id_submission"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_automatic_grading")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        # What there is already stays graded on demand, in an open course too, until a teacher says otherwise.
        batch_op.add_column(
            sa.Column("grading", sa.JSON(), nullable=False, server_default='{"when": "on_demand", "returns": false}')
        )


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("grading")

    op.drop_table("automatic_grading")
