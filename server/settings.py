"""Everything that an operator, or a test, may set on the session server."""

import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from protocol import limits
from protocol.rest import AccountsMode
from server.errors import StartError

__all__ = ["SPOTIFY_URL", "AccountsMode", "Settings", "sqlite_url"]

SPOTIFY_URL: Final = "https://api.spotify.com"


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold the server's settings; a name that ends in `_s` is in seconds.

    `database` is an SQLAlchemy URL, `redis` the URL of a Redis that several processes share, `ntp_port` None for no
    SNTP, `leader_grace_s` 0 to end a session at once when its leader is lost (plan, section 1). Port 0 lets the system
    choose. `rate_limits` off trusts everybody: for load tests, and behind a gateway that limits by itself. Errors:
    `StartError` names the wrong setting.
    """

    database: str
    host: str = "127.0.0.1"
    port: int = 8765
    ntp_port: int | None = None
    redis: str | None = None
    accounts: AccountsMode = AccountsMode.SPOTIFY
    spotify_base_url: str = SPOTIFY_URL
    spotify_timeout_s: float = 5.0
    spotify_cache_s: float = 50 * 60.0
    leader_grace_s: float = 10.0
    token_ttl_s: float = 10 * 60.0
    seat_hold_s: float = 30.0
    idle_ttl_s: float = 2 * 3600.0
    position_persist_s: float = 1.0
    sweep_interval_s: float = 60.0
    ended_kept_s: float = 24 * 3600.0
    rate_limits: bool = True
    max_events_per_second: int = limits.MAX_EVENTS_PER_S
    request_timeout_s: float = 10.0
    ws_ping_interval_s: float = 3.0
    ws_ping_timeout_s: float = 5.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name.endswith("_s") and not (math.isfinite(value) and value >= 0):
                raise StartError(f"The setting {field.name} is {value}; give a number of seconds, 0 or more.")
        if self.max_events_per_second < 1:
            raise StartError(f"The setting max_events_per_second is {self.max_events_per_second}; give 1 or more.")
        for name, port in (("port", self.port), ("NTP port", self.ntp_port)):
            if port is not None and not 0 <= port <= 65535:
                raise StartError(f"The {name} {port} does not exist; give a number from 0 to 65535.")


def sqlite_url(path: Path) -> str:
    """Return the SQLAlchemy URL of one SQLite file."""
    return f"sqlite+aiosqlite:///{path.as_posix()}"
