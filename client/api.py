"""RunBuddyApiClient: the REST routes of the session server (plan, section 1)."""

from types import TracebackType
from typing import Self

from protocol.rest import (
    BillboardEntry,
    CreateSessionResponse,
    JoinResponse,
    LocalAccountResponse,
    SessionDetail,
    SessionStatus,
)


class RunBuddyApiClient:
    """Ask the session server; every failure is a ClientError."""

    def __init__(self, base_url: str, token: str | None = None, *, timeout_s: float = 10.0) -> None:
        raise NotImplementedError

    async def create_local_account(self, display_name: str) -> LocalAccountResponse:
        """Create a local account and use its token from now on."""
        raise NotImplementedError

    async def create_session(
        self, playlist_id: str, playlist_name: str, paired_track_count: int
    ) -> CreateSessionResponse:
        """Create a session and lead it."""
        raise NotImplementedError

    async def list_sessions(self) -> list[BillboardEntry]:
        """Return the sessions that wait for a follower, newest first."""
        raise NotImplementedError

    async def get_session(self, session_id_or_code: str) -> SessionDetail:
        """Return one session by its id or join code."""
        raise NotImplementedError

    async def join(self, session_id_or_code: str) -> JoinResponse:
        """Join a session as its follower."""
        raise NotImplementedError

    async def end(self, session_id: str) -> SessionStatus:
        """End a session as its leader."""
        raise NotImplementedError

    async def leave(self, session_id: str) -> SessionStatus:
        """Leave a session as its follower."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Close the connections."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
