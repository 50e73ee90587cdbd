"""What a session's leader can play, apart from the sessions: it is long, and seldom asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "runbuddy_queues",
        sa.Column("session_id", sa.String(36), sa.ForeignKey("runbuddy_sessions.id"), primary_key=True),
        sa.Column("queue", sa.Text, nullable=False),
    )
