"""Which local account somebody is on which server, kept between starts: the same name is the same account again.

The token is the account, so the file is for its owner's eyes alone. Each role has an account of its own, so that
leading and following under one name on one machine stay two people.
"""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from filelock import FileLock

from client.api import RunBuddyApiClient
from client.errors import UNAUTHORIZED, ApiError, LocalAccountError
from protocol.events import Role

#: A server that refuses its own new account is not asked for another one before this.
PAUSE_S: Final = 60.0

_NOT_FOUND: Final = 404

_FILE: Final = "local-accounts.json"
_MAX_BYTES: Final = 1024 * 1024
_OWNER_ONLY: Final = 0o600


class LocalAccount:
    """The local account of one name and role on one server; `access_token` is the bearer of its clients.

    It is the account of the last time if the server still knows it. A server that has forgotten it, since its database
    was made anew, is asked for a new one of the same name. What cannot be read or kept costs nothing but that.
    """

    def __init__(
        self, folder: Path, server: str, name: str, role: Role, *, mono_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder = folder
        self._server = server
        self._name = name
        self._key = json.dumps([server.rstrip("/"), role.value, name])
        self._mono_s = mono_s
        self._token: str | None = None
        self._signing_in = asyncio.Lock()
        self._not_before_s = -PAUSE_S

    async def access_token(self, refused: str | None = None) -> str:
        """Return a token that the server gave out; given the one that it refused, a new account's, tried once.

        Errors: ClientError from the requests, LocalAccountError when the server refuses the new one, too, or has none.
        """
        async with self._signing_in:
            if self._token is None:
                self._token = await self._sign_in(try_it=False)
            elif self._token == refused:
                self._token = await self._sign_in(try_it=True)
            return self._token

    async def _sign_in(self, *, try_it: bool) -> str:
        if try_it and self._mono_s() < self._not_before_s:
            raise self._not_taken()
        known = await asyncio.to_thread(_read, self._folder)
        async with RunBuddyApiClient(self._server) as api:
            try:
                account = await api.create_local_account(self._name, former_token=known.get(self._key))
            except ApiError as error:
                if error.status != _NOT_FOUND:
                    raise
                raise LocalAccountError(
                    f"the server {self._server} has no accounts of its own; sign in to Spotify instead"
                ) from None
            if try_it:
                await self._try(api)
        with contextlib.suppress(OSError):
            await asyncio.to_thread(_keep, self._folder, self._key, account.access_token)
        return account.access_token

    async def _try(self, api: RunBuddyApiClient) -> None:
        try:
            await api.billboard(limit=1)
        except ApiError as error:
            if error.status != UNAUTHORIZED:
                raise
            self._not_before_s = self._mono_s() + PAUSE_S
            raise self._not_taken() from None

    def _not_taken(self) -> LocalAccountError:
        return LocalAccountError(
            f"the server {self._server} does not take the account that it has just given out; "
            "try again in a minute, and if that does not help, ask whoever runs the server"
        )


def _read(folder: Path) -> dict[str, str]:
    try:
        with (folder / _FILE).open("rb") as file:
            found = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: token for key, token in found.items() if isinstance(token, str)}


def _keep(folder: Path, key: str, token: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{_FILE}.lock"):
        known = _read(folder)
        if known.get(key) == token:
            return
        # Written beside and moved into place: whoever reads meanwhile reads something whole.
        draft = folder / f"{_FILE}.new"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "w") as file:
            json.dump(known | {key: token}, file, indent=2)
        draft.replace(folder / _FILE)
