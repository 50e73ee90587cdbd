"""The tables of the plan, section 1, and the leaders' queues; all times are epoch milliseconds.

`host_spotify_user_id` and `spotify_user_id` keep the plan's names; with local accounts they hold the local account id.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

_UNFINISHED: dict[str, Any] = {f"{dialect}_where": text("status <> 'ended'") for dialect in ("sqlite", "postgresql")}

sessions = Table(
    "runbuddy_sessions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("join_code", String(16), nullable=False, unique=True),
    Column("host_spotify_user_id", Text, nullable=False),
    Column("host_display_name", Text, nullable=False),
    Column("playlist_id", Text, nullable=False),
    Column("playlist_name", Text, nullable=False),
    Column("paired_track_count", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("end_reason", String(32)),
    Column("leader_seen", Boolean, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_runbuddy_sessions_status", "status", "created_at"),
    Index("uq_runbuddy_one_live_session_a_host", "host_spotify_user_id", unique=True, **_UNFINISHED),
    Index("ix_runbuddy_sessions_expiry", "expires_at", **_UNFINISHED),
)

participants = Table(
    "runbuddy_participants",
    metadata,
    Column("session_id", ForeignKey("runbuddy_sessions.id"), primary_key=True),
    Column("spotify_user_id", String(256), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("display_name", Text, nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    UniqueConstraint("session_id", "role", name="uq_runbuddy_one_of_each_role"),
)

queues = Table(
    "runbuddy_queues",
    metadata,
    Column("session_id", ForeignKey("runbuddy_sessions.id"), primary_key=True),
    Column("queue", Text, nullable=False),
)

ws_tokens = Table(
    "runbuddy_ws_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("session_id", ForeignKey("runbuddy_sessions.id"), nullable=False),
    Column("role", String(16), nullable=False),
    Column("spotify_user_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_runbuddy_ws_tokens_session", "session_id"),
)

local_accounts = Table(
    "local_accounts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
)
