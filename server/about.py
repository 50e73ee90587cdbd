"""What a server says of itself before anybody signs in."""

from importlib import metadata

from protocol import limits
from protocol.rest import ServerInfo, ServerLimits
from server.settings import Settings

_NAME = "Lockstep RunBuddy"
_DISTRIBUTION = "lockstep-desktop"


def version() -> str:
    """Return this server's version."""
    try:
        return metadata.version(_DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "unknown"


def server_info(settings: Settings) -> ServerInfo:
    """Return the answer to GET /runbuddy/info."""
    return ServerInfo(
        name=_NAME,
        version=version(),
        accounts=settings.accounts,
        ntp_port=settings.ntp_port,
        limits=ServerLimits(
            max_event_bytes=limits.MAX_EVENT_BYTES,
            max_events_per_second=settings.max_events_per_second,
            max_paired_track_count=limits.MAX_PAIRED_TRACK_COUNT,
            max_queue_tracks=limits.MAX_QUEUE_TRACKS,
            join_code_length=limits.JOIN_CODE_LENGTH,
            max_billboard_page=limits.MAX_BILLBOARD_PAGE,
            idle_ttl_ms=round(settings.idle_ttl_s * 1000),
            leader_grace_ms=round(settings.leader_grace_s * 1000),
            seat_hold_ms=round(settings.seat_hold_s * 1000),
            token_ttl_ms=round(settings.token_ttl_s * 1000),
        ),
    )
