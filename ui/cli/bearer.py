"""Who leads or follows: a local account by its name, or whoever is signed in to Spotify here."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from client.api import Bearer
from client.errors import ClientError
from client.local_accounts import LocalAccount
from client.spotify.account import SpotifyAccount
from client.spotify.store import FILE_NAME, SpotifyStore
from protocol.events import Role
from ui.cli.options import SessionOptions
from ui.cli.output import Output


def is_signed_in(folder: Path) -> bool:
    """Return whether somebody is signed in to Spotify, by the data directory alone; nothing is asked or made."""
    if not (folder / FILE_NAME).exists():
        return False
    try:
        with contextlib.closing(SpotifyStore(folder)) as store:
            return store.account() is not None
    except ClientError:
        # What is wrong with it is told when it is opened in earnest.
        return True


@contextlib.asynccontextmanager
async def bearer_of(options: SessionOptions, output: Output, role: Role) -> AsyncIterator[Bearer | None]:
    """Give the session server's bearer, a token for every request; None when a token was named."""
    if options.account is not None:
        yield LocalAccount(options.folder, options.server, options.account, role).access_token
        return
    if options.token is not None:
        yield None
        return
    async with await SpotifyAccount.open(
        options.folder, on_notice=lambda text: output.state(text, state="notice")
    ) as account:
        yield account.access_token
