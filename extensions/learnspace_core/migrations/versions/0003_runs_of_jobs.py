"""runs of jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import learnspace_core.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('waiting', 'running')")


def upgrade() -> None:
    """Apply the change."""
    time = learnspace_core.database.UtcDateTime(timezone=True)
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("run_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("subject", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("worker", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("started_at", time, nullable=True))
        batch_op.drop_index("ix_job_state_queue")
        batch_op.create_index("ix_job_queue_state_place", ["queue", "state", "place", "created_at"])
        batch_op.create_index("ix_job_run_id_state", ["run_id", "state"])
        batch_op.create_index(
            "uq_job_subject_state", ["subject", "state"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seconds", sa.JSON(), nullable=False, server_default="{}"))
    # What is being graded is known from the jobs now.
    op.execute("UPDATE submission SET state = 'handed_in' WHERE state = 'grading'")


def downgrade() -> None:
    """Undo the change."""
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_column("seconds")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("uq_job_subject_state")
        batch_op.drop_index("ix_job_run_id_state")
        batch_op.drop_index("ix_job_queue_state_place")
        batch_op.create_index("ix_job_state_queue", ["state", "queue"])
        for column in ("started_at", "worker", "place", "subject", "run_id"):
            batch_op.drop_column(column)
