"""The tables of the plan, section 1, and local accounts: what the first servers made without a version."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "runbuddy_sessions",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("join_code", sa.String(16), nullable=False, unique=True),
        sa.Column("host_spotify_user_id", sa.Text, nullable=False),
        sa.Column("host_display_name", sa.Text, nullable=False),
        sa.Column("playlist_id", sa.Text, nullable=False),
        sa.Column("playlist_name", sa.Text, nullable=False),
        sa.Column("paired_track_count", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("end_reason", sa.String(32)),
        sa.Column("leader_seen", sa.Boolean, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_runbuddy_sessions_status", "runbuddy_sessions", ["status", "created_at"])
    op.create_table(
        "runbuddy_participants",
        sa.Column("session_id", sa.String(36), sa.ForeignKey("runbuddy_sessions.id"), primary_key=True),
        sa.Column("spotify_user_id", sa.String(256), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("joined_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("session_id", "role", name="uq_runbuddy_one_of_each_role"),
    )
    op.create_table(
        "runbuddy_ws_tokens",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("session_id", sa.String(36), sa.ForeignKey("runbuddy_sessions.id"), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("spotify_user_id", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_runbuddy_ws_tokens_session", "runbuddy_ws_tokens", ["session_id"])
    op.create_table(
        "local_accounts",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("local_accounts", "runbuddy_ws_tokens", "runbuddy_participants", "runbuddy_sessions"):
        op.drop_table(table)
