"""SpotifyModel: who is signed in, the playlists there, and adding one to the library."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from client.errors import ClientError
from client.spotify.account import SpotifyAccount
from client.spotify.errors import ClientIdError
from client.spotify.models import Endpoints, PlaylistSummary
from ui.desktop.errors import as_sentence
from ui.screens.library import Progress
from ui.screens.settings.state import AccountPhase
from ui.screens.spotify_playlists import SpotifyPlaylist, SpotifyPlaylistsState
from ui.theme.tokens import Tone
from ui.viewmodel.context import Context
from ui.viewmodel.library import LibraryModel
from ui.viewmodel.names import BROWSER_TOAST
from ui.viewmodel.troubles import in_one_line, trouble_of
from ui.widgets.plain import isolated

_log = logging.getLogger(__name__)

_SIGN_IN: Final = "sign in"
_PLAYLISTS: Final = "spotify playlists"
_ADD: Final = "add from Spotify"


@dataclass(frozen=True, slots=True)
class AccountView:
    """How the account stands, for whoever shows it."""

    phase: AccountPhase = AccountPhase.SIGNED_OUT
    name: str = ""
    trouble: str = ""


def open_in_browser(url: str) -> bool:
    """Open a page in the person's browser; return whether there is one."""
    return QDesktopServices.openUrl(QUrl(url))


class SpotifyModel(QObject):
    """`changed(SpotifyPlaylistsState)` for the page, `account_changed(AccountView)` for whoever shows the account.

    `client_id_wanted` comes when Spotify asks for one and none is known; `sign_in(client_id)` goes on from there.
    """

    changed = Signal(object)
    account_changed = Signal(object)
    client_id_wanted = Signal()

    def __init__(
        self,
        context: Context,
        library: LibraryModel,
        endpoints: Endpoints | None = None,
        browse: Callable[[str], bool] = open_in_browser,
    ) -> None:
        super().__init__()
        self._context = context
        self._library = library
        self._endpoints = endpoints
        self._browse = browse
        #: Spotify's page for the sign-in under way, where no browser could be opened.
        self.page_address = ""
        self._opening: asyncio.Task[SpotifyAccount] | None = None
        self._view = AccountView()
        self._state = SpotifyPlaylistsState()
        self._summaries: list[PlaylistSummary] | None = None
        self._here: frozenset[str] = frozenset()
        library.changed.connect(self._on_library)

    @property
    def view(self) -> AccountView:
        """Return how the account stands."""
        return self._view

    async def bearer(self, refused: str | None) -> str:
        """Return a token for the session server. Errors: SpotifyError."""
        return await (await self._account()).access_token(refused)

    def open(self) -> None:
        """Find out who is signed in."""
        self._context.start(self._open(), "spotify")

    def sign_in(self, client_id: str | None = None) -> None:
        """Sign in in the browser."""
        self._context.start(self._sign_in(client_id), _SIGN_IN)

    def cancel_sign_in(self) -> None:
        """Wait for the browser no longer."""
        self._context.tasks.cancel(_SIGN_IN)

    def sign_out(self) -> None:
        """Forget the sign-in."""
        self._context.start(self._sign_out(), "sign out")

    def refresh(self) -> None:
        """Ask for the playlists."""
        self._context.start(self._refresh(), _PLAYLISTS)

    def add(self, playlist_id: str) -> None:
        """Add a playlist to the library, or read it again."""
        self._context.start(self._add(playlist_id), _ADD)

    def cancel_adding(self) -> None:
        """Read it no further."""
        self._context.tasks.cancel(_ADD)

    async def forget(self) -> None:
        """Sign out, for everything begins anew; a keyring that refuses is in the log."""
        try:
            await (await self._account()).logout()
        except ClientError as error:
            _log.warning("The sign-in to Spotify stays in the keyring: %s", error)

    async def aclose(self) -> None:
        """Close connections and files."""
        if self._opening is not None:
            (opened,) = await asyncio.gather(self._opening, return_exceptions=True)
            if isinstance(opened, SpotifyAccount):
                await opened.aclose()

    async def _account(self) -> SpotifyAccount:
        if self._opening is None or (self._opening.done() and self._opening.exception() is not None):
            self._opening = asyncio.get_running_loop().create_task(
                SpotifyAccount.open(
                    self._context.services.data_dir,
                    self._endpoints,
                    on_notice=self._notice,
                    # Whoever finds out that a sign-in holds no more: the page to sign in on knows it.
                    on_change=lambda _state: self._show_account(),
                )
            )
        return await asyncio.shield(self._opening)

    async def _open(self) -> None:
        await self._account()
        self._show_account()

    async def _sign_in(self, client_id: str | None) -> None:
        account = await self._account()
        self._show_account(phase=AccountPhase.WAITING)
        try:
            await account.login(self._open_page, client_id=client_id)
        except asyncio.CancelledError:
            self._show_account()
            raise
        except ClientIdError:
            self._show_account()
            self.client_id_wanted.emit()
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the screens say it
            self._context.log_unexpected(error)
            self._show_account(trouble=in_one_line(trouble_of(error)))
            return
        self._show_account()
        await self._refresh()

    async def _sign_out(self) -> None:
        # A late answer would bring back the playlists of the account that has gone.
        self._context.tasks.cancel(_PLAYLISTS)
        self._context.tasks.cancel(_ADD)
        try:
            await (await self._account()).logout()
        finally:
            self._summaries = None
            self._show_account()

    async def _refresh(self) -> None:
        account = await self._account()
        self._show_account()
        if account.state.profile is None:
            return
        try:
            self._summaries = await account.playlists()
            self._show(trouble="", what_to_do="")
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            self._context.log_unexpected(error)
            trouble = trouble_of(error)
            self._show(trouble=trouble.text, what_to_do=trouble.what_to_do)
        self._show_playlists()

    async def _add(self, playlist_id: str) -> None:
        account = await self._account()
        name = next((it.name for it in self._summaries or () if it.playlist_id == playlist_id), "")

        def on_progress(done: int, total: int) -> None:
            share = done / total if total else 0.0
            self._show(progress=Progress(f"Reading {isolated(name)}", f"{done:,} of {total:,} tracks", share))

        self._show(progress=Progress(f"Reading {isolated(name)}", "", 0.0))
        try:
            summary = await self._library.save(await account.playlist(playlist_id, on_progress))
        finally:
            self._show(progress=None)
            self._show_playlists()
        self._context.toast("import", f"{isolated(summary.name)} was added")

    def _open_page(self, url: str) -> None:
        if not self._browse(url):
            self.page_address = url
            self._context.toast(
                BROWSER_TOAST,
                "No browser could be opened.",
                "Copy the address and open it in a browser of this computer.",
                tone=Tone.WARNING,
                action="Copy the address",
                lasting=True,
            )

    def _notice(self, text: str) -> None:
        self._context.toast("spotify", as_sentence(text), tone=Tone.WARNING)

    def _show_account(self, phase: AccountPhase | None = None, trouble: str = "") -> None:
        opened = self._opening
        done = opened is not None and opened.done() and not opened.cancelled() and opened.exception() is None
        profile = opened.result().state.profile if opened is not None and done else None
        known = AccountPhase.SIGNED_OUT if profile is None else AccountPhase.SIGNED_IN
        self._view = AccountView(phase or known, "" if profile is None else profile.name, trouble)
        self.account_changed.emit(self._view)
        self._show(signed_in_as=self._view.name, signing_in=self._view.phase is AccountPhase.WAITING)

    def _on_library(self) -> None:
        here = frozenset(summary.playlist_id for summary in self._library.summaries)
        if here != self._here:
            self._here = here
            self._show_playlists()

    def _show_playlists(self) -> None:
        if self._summaries is None:
            self._show(playlists=None)
            return
        here = self._here
        self._show(
            playlists=tuple(
                SpotifyPlaylist(
                    each.playlist_id,
                    each.name,
                    each.owner,
                    each.count_tracks,
                    each.is_readable,
                    each.playlist_id in here,
                )
                for each in self._summaries
            )
        )

    def _show(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]
        self.changed.emit(self._state)
