"""Who this person is at the session server: a local account by name, or Spotify's."""

import asyncio
import functools
from pathlib import Path
from typing import Final

from client.api import Bearer, RunBuddyApiClient
from client.errors import ApiError, ClientError, ServerAnswerError
from client.local_accounts import LocalAccount
from client.tls import load_tls
from protocol.events import Role
from protocol.rest import AccountsMode

_NOT_FOUND: Final = 404


class NameNeededError(ClientError):
    """The server has accounts of its own and wants a name."""

    code = "name_needed"


class Accounts:
    """One server's clients, opened when they are needed.

    On a server with local accounts each role has one of its own. `bearer` gives Spotify's access token; its errors say
    that somebody has to sign in. A server that refuses a token is asked anew whose accounts it takes: it may be another
    one by now.
    """

    def __init__(self, data_dir: Path, server: str, display_name: str, bearer: Bearer) -> None:
        self.server = server
        self._data_dir = data_dir
        self._display_name = display_name.strip()
        self._bearer = bearer
        self._told: tuple[AccountsMode, int | None] | None = None
        self._local: dict[Role, LocalAccount] = {}
        self._clients: dict[Role, RunBuddyApiClient] = {}

    async def mode(self) -> AccountsMode:
        """Return whose accounts the server takes; one that knows only the plan takes Spotify's. Errors: ClientError."""
        return (await self._about())[0]

    async def ntp_port(self) -> int | None:
        """Return the UDP port at which the server tells the time; None where it does not. Errors: ClientError."""
        return (await self._about())[1]

    async def signed_in(self, role: Role) -> RunBuddyApiClient:
        """Return a client that the server knows. Errors: ClientError, NameNeededError."""
        # Refused here rather than by a server that was asked in vain.
        await self._token(role, None)
        if role not in self._clients:
            self._clients[role] = RunBuddyApiClient(self.server, bearer=functools.partial(self._token, role))
        return self._clients[role]

    async def aclose(self) -> None:
        """Close the clients."""
        clients, self._clients = self._clients, {}
        for api in clients.values():
            await api.aclose()

    async def _token(self, role: Role, refused: str | None) -> str:
        """Return a token for this role; never `refused`, which the server did not take."""
        if refused is not None:
            self._told = None
        if await self.mode() is AccountsMode.SPOTIFY:
            return await self._bearer(refused)
        if not self._display_name:
            raise NameNeededError("this server wants to know your name; enter it in the settings")
        if role not in self._local:
            self._local[role] = LocalAccount(self._data_dir, self.server, self._display_name, role)
        return await self._local[role].access_token(refused)

    async def _about(self) -> tuple[AccountsMode, int | None]:
        if self._told is None:
            self._told = await self._asked()
        return self._told

    async def _asked(self) -> tuple[AccountsMode, int | None]:
        await asyncio.to_thread(load_tls, self.server)
        async with RunBuddyApiClient(self.server) as api:
            try:
                info = await api.info()
            except ApiError as error:
                if error.status != _NOT_FOUND:
                    raise
                return AccountsMode.SPOTIFY, None
            except ServerAnswerError:
                # The plan's server answers 404 in words of its own; whether it is one, the next call tells.
                return AccountsMode.SPOTIFY, None
            return info.accounts, info.ntp_port
