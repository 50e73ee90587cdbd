"""A leader has one live session: older ones that are still open end, then the database itself sees to it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_UNFINISHED = sa.text("status <> 'ended'")


def upgrade() -> None:
    """End all but each leader's newest session, then make the indexes."""
    op.execute(
        """
        UPDATE runbuddy_sessions SET status = 'ended', end_reason = 'superseded'
        WHERE status <> 'ended' AND EXISTS (
            SELECT 1 FROM runbuddy_sessions AS newer
            WHERE newer.host_spotify_user_id = runbuddy_sessions.host_spotify_user_id AND newer.status <> 'ended'
            AND (newer.created_at > runbuddy_sessions.created_at
                 OR (newer.created_at = runbuddy_sessions.created_at AND newer.id > runbuddy_sessions.id))
        )
        """
    )
    for name, column, unique in (
        ("uq_runbuddy_one_live_session_a_host", "host_spotify_user_id", True),
        ("ix_runbuddy_sessions_expiry", "expires_at", False),
    ):
        op.create_index(
            name,
            "runbuddy_sessions",
            [column],
            unique=unique,
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        )
