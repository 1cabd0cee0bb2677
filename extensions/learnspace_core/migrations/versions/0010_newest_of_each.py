"""an index that finds what somebody handed in last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    alone = sa.text("team_id IS NULL")
    op.create_index(
        "ix_submission_newest",
        "submission",
        ["assignment_id", "person_id", "handed_in_at"],
        sqlite_where=alone,
        postgresql_where=alone,
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_index("ix_submission_newest", "submission")
