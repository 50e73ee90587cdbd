"""SpotifyAccount: sign in and out, playlists and their rows, and the session server's bearer; for app and commands."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from client.playlist.model import Playlist
from client.spotify.api import Progress, SpotifyApi
from client.spotify.endpoints import is_plain_http
from client.spotify.errors import (
    BlockedError,
    ClientIdError,
    SignedOutError,
    SignInError,
    SpotifyUnreachableError,
    VaultError,
    local_time,
)
from client.spotify.models import Endpoints, PlaylistSummary, Profile
from client.spotify.parse import playlist_key, playlist_uri
from client.spotify.pkce import checked_client_id
from client.spotify.session import Clock, TokenSession, exchange_code
from client.spotify.sign_in import SIGN_IN_TIMEOUT_S, code_from_browser
from client.spotify.store import ClientBlocks, SavedAccount, SpotifyStore
from client.spotify.tokens import Tokens
from client.spotify.transport import Transport
from client.spotify.vault import KEYRING_TIMEOUT_S, Keyring, TokenVault


@dataclass(frozen=True, slots=True)
class AccountState:
    """Who is signed in, None for nobody, and until when (Unix epoch) Spotify wants no calls."""

    profile: Profile | None
    blocked_until_s: float | None = None

    def __str__(self) -> str:
        who = "signed out" if self.profile is None else f"signed in as {self.profile.name}"
        return who if self.blocked_until_s is None else f"{who}; no calls until {local_time(self.blocked_until_s)}"


class SpotifyAccount:
    """One person's Spotify, kept in a data directory; `async with await SpotifyAccount.open(folder)`.

    Without `endpoints` it is the Spotify of the last sign-in. `on_notice` gets sentences that a person should see,
    `on_change` is called when somebody signs in or out. Everything raises ClientError.
    """

    def __init__(
        self,
        store: SpotifyStore,
        folder: Path,
        endpoints: Endpoints,
        *,
        keyring: Keyring | None,
        keyring_timeout_s: float,
        timeout_s: float,
        clock: Clock,
        on_notice: Callable[[str], None],
        on_change: Callable[[AccountState], None],
    ) -> None:
        self._store = store
        self._folder = folder
        self._endpoints = endpoints
        self._keyring = keyring
        self._keyring_timeout_s = keyring_timeout_s
        self._clock = clock
        self._on_notice = on_notice
        self._on_change = on_change
        self._transport = Transport(timeout_s=timeout_s, plain_http=is_plain_http(endpoints))
        self._account = saved if (saved := store.account()) is not None and saved.endpoints == endpoints else None
        self._session = None if self._account is None else self._session_of(self._account)

    @classmethod
    async def open(
        cls,
        folder: Path,
        endpoints: Endpoints | None = None,
        *,
        keyring: Keyring | None = None,
        keyring_timeout_s: float = KEYRING_TIMEOUT_S,
        timeout_s: float = 15.0,
        clock: Clock | None = None,
        on_notice: Callable[[str], None] = lambda _text: None,
        on_change: Callable[[AccountState], None] = lambda _state: None,
    ) -> "SpotifyAccount":
        """Open what is kept in this data directory. Errors: StorageError, AddressError (proxy)."""
        store = await asyncio.to_thread(SpotifyStore, folder)
        if store.notice is not None:
            on_notice(store.notice)
        saved = store.account()
        chosen = endpoints or (saved.endpoints if saved is not None else Endpoints())
        try:
            return cls(
                store,
                folder,
                chosen,
                keyring=keyring,
                keyring_timeout_s=keyring_timeout_s,
                timeout_s=timeout_s,
                clock=clock or Clock(),
                on_notice=on_notice,
                on_change=on_change,
            )
        except BaseException:
            store.close()
            raise

    @property
    def state(self) -> AccountState:
        """Return who is signed in, and whether Spotify wants calls."""
        client_id = self.client_id
        block = None if client_id is None else self._store.block(client_id, self._clock.now_s())
        profile = None if self._account is None else self._account.profile
        return AccountState(profile, None if block is None else block.until_s)

    @property
    def client_id(self) -> str | None:
        """Return the client id of this sign-in, or of the last one."""
        return self._account.client_id if self._account is not None else self._store.client_id()

    async def login(
        self,
        open_url: Callable[[str], object],
        *,
        on_url: Callable[[str], None] = lambda _url: None,
        client_id: str | None = None,
        timeout_s: float = SIGN_IN_TIMEOUT_S,
        port: int = 0,
    ) -> Profile:
        """Sign in in the browser and return who did; whoever was signed in before is signed out by it.

        `on_url` gets the page's address to show, in case the browser that `open_url` opens is not the right one.
        Without `client_id` it is the one of the last time. Errors: SignInError and its kinds, VaultError.
        """
        given = client_id or self.client_id
        if given is None:
            raise ClientIdError(
                "Spotify wants a client id of your own (docs/spotify.md says how to make one in two minutes); "
                "sign in with “lockstep spotify login --client-id ID”"
            )
        chosen = checked_client_id(given)
        code = await code_from_browser(
            self._endpoints.accounts_url, chosen, open_url, on_url=on_url, timeout_s=timeout_s, port=port
        )
        tokens = await exchange_code(self._transport, self._endpoints.accounts_url, code, self._clock)
        profile = await self._api(_FixedBearer(tokens.access), chosen).me()
        await self._signed_in(profile, chosen, tokens)
        return profile

    async def logout(self) -> None:
        """Delete the sign-in and everything of the account. Errors: VaultError when the keyring can't be used."""
        # What another Spotify's sign-in has left in this data directory goes, too.
        saved = self._account or self._store.account()
        if saved is not None:
            # First: without the account's entry nobody could find the token any more.
            await self._vault(saved).delete()
        await self._close_session()
        await asyncio.to_thread(self._store.forget_account)
        self._on_change(self.state)

    async def playlists(self, on_progress: Progress | None = None) -> list[PlaylistSummary]:
        """Return the person's playlists; as they were last seen, with a notice, when Spotify can't be asked."""
        account, session = self._signed()
        api = self._api(session, account.client_id)
        try:
            found = await api.playlists(account.profile.user_id, on_progress)
        except (BlockedError, SpotifyUnreachableError) as error:
            saved = await asyncio.to_thread(self._store.playlists)
            if saved is None:
                raise
            self._on_notice(f"{error}. This is the list as it was last read")
            return saved
        await self._keep(lambda: self._store.keep_playlists(found))
        return found

    async def playlist(self, playlist: str, on_progress: Progress | None = None) -> Playlist:
        """Return a playlist by id, URI or link; as it was last seen, with a notice, when Spotify can't be asked."""
        account, session = self._signed()
        api = self._api(session, account.client_id)
        try:
            found = await api.playlist(playlist, on_progress, self._saved)
        except (BlockedError, SpotifyUnreachableError) as error:
            saved = await asyncio.to_thread(self._store.playlist, playlist_uri(playlist_key(playlist)))
            if saved is None:
                raise
            self._on_notice(f"{error}. This is the playlist as it was at {local_time(saved.saved_s)}")
            return saved.playlist
        await self._keep(lambda: self._store.keep_playlist(found, self._clock.now_s()))
        return found

    async def access_token(self, refused: str | None = None) -> str:
        """Return an access token that holds, for the session server; never `refused`, which it did not take."""
        _, session = self._signed()
        return await session.access_token(refused)

    async def aclose(self) -> None:
        """Close connections and files; the sign-in stays."""
        if self._session is not None:
            await self._session.aclose()
        await self._transport.aclose()
        await asyncio.to_thread(self._store.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _signed_in(self, profile: Profile, client_id: str, tokens: Tokens) -> None:
        former = self._store.account()
        await self._close_session()
        entry = former.vault_entry if former is not None else secrets.token_hex(8)
        account = SavedAccount(profile, client_id, self._endpoints, entry)
        vault = self._vault(account)
        await vault.keep(tokens.refresh)
        try:
            await asyncio.to_thread(self._store.keep_account, account)
        except BaseException:
            with contextlib.suppress(VaultError):
                await vault.delete()
            raise
        self._account = account
        self._session = self._session_of(account, tokens)
        if vault.notice is not None:
            self._on_notice(vault.notice)
        self._on_change(self.state)

    async def _ended(self) -> None:
        """Forget a sign-in that Spotify has ended; its token is never tried again."""
        account, self._account, self._session = self._account, None, None
        await asyncio.to_thread(self._store.forget_account)
        if account is not None:
            with contextlib.suppress(VaultError):
                await self._vault(account).delete()
        self._on_change(self.state)

    async def _close_session(self) -> None:
        session, self._session, self._account = self._session, None, None
        if session is not None:
            await session.aclose()

    async def _saved(self, playlist_id: str, snapshot_id: str) -> Playlist | None:
        saved = await asyncio.to_thread(self._store.playlist, playlist_id)
        return saved.playlist if saved is not None and saved.playlist.snapshot_id == snapshot_id else None

    async def _keep(self, work: Callable[[], None]) -> None:
        """Save something in a thread, unless its owner has signed out meanwhile."""
        if self._account is not None:
            await asyncio.to_thread(work)

    def _signed(self) -> tuple[SavedAccount, TokenSession]:
        if self._account is None or self._session is None:
            raise SignedOutError.nobody()
        return self._account, self._session

    def _api(self, bearer: "TokenSession | _FixedBearer", client_id: str) -> SpotifyApi:
        blocks = ClientBlocks(self._store, client_id)
        return SpotifyApi(self._transport, self._endpoints.api_url, bearer, blocks, self._clock)

    def _vault(self, account: SavedAccount) -> TokenVault:
        return TokenVault(self._folder, account.vault_entry, self._keyring, self._keyring_timeout_s)

    def _session_of(self, account: SavedAccount, tokens: Tokens | None = None) -> TokenSession:
        return TokenSession(
            self._transport,
            self._endpoints.accounts_url,
            account.client_id,
            self._vault(account),
            self._folder,
            clock=self._clock,
            on_ended=self._ended,
            tokens=tokens,
        )


class _FixedBearer:
    """The first access token of a sign-in, before anything is kept of it."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def access_token(self, refused: str | None = None) -> str:
        """Return it, once."""
        if refused is not None:
            raise SignInError("Spotify does not take its own new token; sign in again")
        return self._token
