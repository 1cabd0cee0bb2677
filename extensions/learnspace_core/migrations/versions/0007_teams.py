"""teams."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ALONE, TOGETHER = sa.text("team_id IS NULL"), sa.text("team_id IS NOT NULL")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "submission_member",
        sa.Column("submission_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_submission_member_submission_id_submission"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_submission_member_person_id_person")),
        sa.PrimaryKeyConstraint("submission_id", "person_id", name=op.f("pk_submission_member")),
    )
    op.create_index(op.f("ix_submission_member_person_id"), "submission_member", ["person_id"])
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_learner", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_submission_assignment_id"), type_="unique")
        batch_op.create_index(
            "uq_submission_person_id",
            ["assignment_id", "person_id", "digest"],
            unique=True,
            sqlite_where=ALONE,
            postgresql_where=ALONE,
        )
        batch_op.create_index(
            "uq_submission_team_id",
            ["assignment_id", "team_id", "digest"],
            unique=True,
            sqlite_where=TOGETHER,
            postgresql_where=TOGETHER,
        )
    op.execute(
        "INSERT INTO submission_member (submission_id, person_id) "
        "SELECT submission.id, team_member.person_id FROM submission "
        "JOIN team_member ON team_member.team_id = submission.team_id"
    )


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index("uq_submission_team_id")
        batch_op.drop_index("uq_submission_person_id")
        batch_op.create_unique_constraint(
            batch_op.f("uq_submission_assignment_id"), ["assignment_id", "person_id", "digest"]
        )
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.drop_column("by_learner")
    op.drop_index(op.f("ix_submission_member_person_id"), table_name="submission_member")
    op.drop_table("submission_member")
