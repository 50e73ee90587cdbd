"""Who this person is at the session server: a local account by name, or Spotify's."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from client.api import RunBuddyApiClient
from client.errors import ApiError, ServerAnswerError
from client.local_accounts import sign_in
from client.tls import load_tls
from protocol.events import Role
from protocol.rest import AccountsMode
from ui.desktop.errors import DesktopError


class NameNeededError(DesktopError):
    """The server has accounts of its own and wants a name."""

    code = "name_needed"


class Accounts:
    """One server's clients, opened when they are needed.

    On a server with local accounts each role has one of its own.
    `bearer` gives Spotify's access token; its errors say that somebody has to sign in.
    """

    def __init__(
        self, data_dir: Path, server: str, display_name: str, bearer: Callable[[str | None], Awaitable[str]]
    ) -> None:
        self.server = server
        self._data_dir = data_dir
        self._display_name = display_name.strip()
        self._bearer = bearer
        self._mode: AccountsMode | None = None
        self._clients: dict[Role, RunBuddyApiClient] = {}

    async def mode(self) -> AccountsMode:
        """Return whose accounts the server takes; one that knows only the plan takes Spotify's. Errors: ClientError."""
        if self._mode is None:
            await asyncio.to_thread(load_tls, self.server)
            async with RunBuddyApiClient(self.server) as api:
                try:
                    self._mode = (await api.info()).accounts
                except ApiError as error:
                    if error.status != 404:
                        raise
                    self._mode = AccountsMode.SPOTIFY
                except ServerAnswerError:
                    # The plan's server answers 404 in words of its own; whether it is one, the next call tells.
                    self._mode = AccountsMode.SPOTIFY
        return self._mode

    async def signed_in(self, role: Role) -> RunBuddyApiClient:
        """Return a client that the server knows. Errors: ClientError, NameNeededError."""
        known = self._clients.get(role)
        if known is not None:
            return known
        if await self.mode() is AccountsMode.SPOTIFY:
            # Refused here rather than by a server that was asked in vain.
            await self._bearer(None)
            api = RunBuddyApiClient(self.server, bearer=self._bearer)
        else:
            if not self._display_name:
                raise NameNeededError("this server wants to know your name; enter it in the settings")
            api = RunBuddyApiClient(self.server)
            try:
                await sign_in(api, self._data_dir, self.server, self._display_name, role)
            except BaseException:
                await api.aclose()
                raise
        if role in self._clients:
            # Somebody else was quicker in asking.
            await api.aclose()
        return self._clients.setdefault(role, api)

    async def aclose(self) -> None:
        """Close the clients."""
        clients, self._clients = self._clients, {}
        for api in clients.values():
            await api.aclose()
