"""Who is asking: bearer tokens turned into accounts, by the server's own list of names."""

import re
import uuid
from typing import Protocol

from protocol.rest import LocalAccountRequest, LocalAccountResponse
from server.errors import unauthorized
from server.records import Account
from server.storage import Storage
from server.tokens import hash_token, new_token
from server.wall_clock import epoch_ms

#: RFC 6750, section 2.1; Spotify's tokens are a few hundred characters long.
_BEARER = re.compile(r"bearer +([A-Za-z0-9\-._~+/]{1,4096}=*) *", re.IGNORECASE)


class Accounts(Protocol):
    """Verify bearer tokens."""

    async def verify(self, token: str, address: str) -> Account:
        """Return whose token this is; `RefusedError` 401 when it is nobody's, 503 when that cannot be said now.

        `address` is the client's, for a limit on tokens that somebody else must be asked about.
        """

    async def close(self) -> None:
        """Release connections."""


def bearer_of(header: str | None) -> str | None:
    """Return the token in an Authorization header; None when there is no well-formed one."""
    match = _BEARER.fullmatch(header or "")
    return match.group(1) if match else None


class LocalAccounts:
    """Accounts that this server gave out itself: a name and a token (`--accounts local`)."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def create(self, request: LocalAccountRequest, former_token: str | None) -> LocalAccountResponse:
        """Return a new account with its bearer token, or the account of `former_token` under its new name.

        Names need not be unique. A former token that is not known any more counts as none.
        """
        if former_token is not None:
            former = await self._storage.rename_local_account(hash_token(former_token), request.display_name)
            if former is not None:
                return LocalAccountResponse(account_id=former.account_id, access_token=former_token)
        account = Account(f"local:{uuid.uuid4()}", request.display_name)
        token = new_token()
        await self._storage.create_local_account(account, hash_token(token), epoch_ms())
        return LocalAccountResponse(account_id=account.account_id, access_token=token)

    async def verify(self, token: str, address: str) -> Account:  # noqa: ARG002 - nobody else is asked
        """Return whose token this is."""
        account = await self._storage.find_local_account(hash_token(token))
        if account is None:
            raise unauthorized("This access token is not known here. Create an account with POST /local/accounts.")
        return account

    async def close(self) -> None:
        """Do nothing: storage is closed by its owner."""
