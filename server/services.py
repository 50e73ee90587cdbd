"""The parts that one server is made of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.accounts import Accounts, LocalAccounts
from server.hub import Hub
from server.sessions import Sessions
from server.settings import AccountsMode, Settings
from server.spotify_accounts import SpotifyAccounts
from server.storage import Storage


@dataclass(frozen=True, slots=True)
class Services:
    """Hold what the routes need."""

    storage: Storage
    hub: Hub
    accounts: Accounts
    sessions: Sessions


@asynccontextmanager
async def run_services(settings: Settings) -> AsyncIterator[Services]:
    """Open storage, take up the sessions that were running, and close it all in the end; `StartError` if that fails."""
    storage = Storage(settings.database, idle_ttl_ms=round(settings.idle_ttl_s * 1000))
    await storage.open()
    try:
        hub = Hub(storage, settings)
        await hub.start()
        accounts: Accounts
        if settings.accounts is AccountsMode.LOCAL:
            accounts = LocalAccounts(storage)
        else:
            accounts = SpotifyAccounts(
                settings.spotify_base_url, settings.spotify_timeout_s, min(settings.spotify_cache_s, 50 * 60.0)
            )
        try:
            yield Services(storage, hub, accounts, Sessions(storage, hub, settings))
        finally:
            await hub.stop()
            await accounts.close()
    finally:
        await storage.close()
