"""The parts that one server is made of."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from protocol.rest import ServerInfo
from server.about import server_info
from server.accounts import Accounts, LocalAccounts
from server.errors import StartError
from server.guard import Guard
from server.hub import Hub
from server.link import Link
from server.metrics import Metrics
from server.rooms import Rooms
from server.sessions import Sessions
from server.settings import AccountsMode, Settings
from server.spotify_accounts import SpotifyAccounts
from server.storage import Storage
from server.sweeper import Sweeper

#: A token that Spotify took is believed no longer than this (Spotify's own live an hour).
_MAX_CACHE_S = 50 * 60.0


@dataclass(frozen=True, slots=True)
class Services:
    """Hold what the routes need."""

    storage: Storage
    hub: Hub
    rooms: Rooms
    accounts: Accounts
    sessions: Sessions
    guard: Guard
    info: ServerInfo
    metrics: Metrics


@asynccontextmanager
async def run_services(settings: Settings, metrics: Metrics) -> AsyncIterator[Services]:
    """Open storage, take up the sessions that were running, and close it all in the end; `StartError` if that fails."""
    storage = Storage(settings.database, idle_ttl_ms=round(settings.idle_ttl_s * 1000))
    await storage.open()
    try:
        hub = Hub(storage, settings, metrics)
        link = _link(settings)
        rooms = Rooms(hub, link)
        guard = Guard(enabled=settings.rate_limits, counters=link.counters if link is not None else None)
        accounts = _accounts(settings, storage, guard)
        sweeper = Sweeper(storage, hub, settings)
        try:
            await rooms.start()
            sweeper.start()
            sessions = Sessions(storage, rooms, settings, guard)
            yield Services(storage, hub, rooms, accounts, sessions, guard, server_info(settings), metrics)
        finally:
            await sweeper.stop()
            await rooms.stop()
            await accounts.close()
    finally:
        await storage.close()


def _accounts(settings: Settings, storage: Storage, guard: Guard) -> Accounts:
    if settings.accounts is AccountsMode.LOCAL:
        return LocalAccounts(storage)
    return SpotifyAccounts(
        settings.spotify_base_url,
        settings.spotify_timeout_s,
        min(settings.spotify_cache_s, _MAX_CACHE_S),
        count_question=guard.unknown_token,
    )


def _link(settings: Settings) -> Link | None:
    if settings.redis is None:
        return None
    try:
        from server.redis_link import RedisLink  # noqa: PLC0415 - an extra: most servers do without Redis
    except ModuleNotFoundError as error:
        raise StartError(
            f"--redis needs the Python package {error.name}. Install lockstep-desktop with its extra [scale]."
        ) from error
    try:
        return RedisLink(settings.redis, uuid.uuid4().hex)
    except ValueError as error:
        raise StartError(f"The Redis URL cannot be used ({error}). Give one like redis://127.0.0.1:6379.") from error
