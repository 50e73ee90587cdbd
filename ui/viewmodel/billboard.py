"""BillboardModel: the open sessions, looked for again while somebody looks at them."""

import asyncio
import time
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from client.api import RunBuddyApiClient
from client.session_state import Idle, RunBuddySessionState
from protocol.events import Role
from protocol.rest import BillboardEntry
from ui.screens.billboard import BillboardState, OpenSession
from ui.viewmodel.billboard_states import open_sessions
from ui.viewmodel.context import Context
from ui.viewmodel.troubles import trouble_of

#: While the page is seen; F5 asks at once.
REFRESH_MS: Final = 8_000
#: Nobody scrolls through more than this.
MAX_SESSIONS: Final = 2_000

_TASK: Final = "billboard"


class BillboardModel(QObject):
    """`changed(BillboardState)` for the page; nothing is asked while nobody sees it."""

    changed = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._sessions: tuple[OpenSession, ...] | None = None
        self._trouble = ("", "")
        self._refreshing = False
        self._in_session = False
        self._visible = False
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._timer.timeout.connect(self.refresh)

    def set_visible(self, visible: bool) -> None:
        """Look for sessions while the page is seen."""
        if visible == self._visible:
            return
        self._visible = visible
        if visible:
            self._timer.start()
            self.refresh()
        else:
            self._timer.stop()

    def refresh(self) -> None:
        """Look for sessions now."""
        if self._why_locked() is None:
            self._context.start(self._refresh(), _TASK)
        else:
            self._show()

    def forget(self) -> None:
        """Another server, or another account: what was there is not there."""
        self._sessions, self._trouble = None, ("", "")
        if self._visible:
            self.refresh()

    def show_session(self, state: RunBuddySessionState) -> None:
        """Take in whether a session is running: one at a time."""
        self._in_session = not isinstance(state, Idle)
        if self._visible:
            self._show()

    async def _refresh(self) -> None:
        self._refreshing = True
        self._show()
        try:
            api = await self._context.services.api(Role.FOLLOWER)
            entries = await _all_pages(api)
            library = await self._context.library()
            known = {summary.playlist_id: summary for summary in await library.playlists()}
            self._sessions = await asyncio.to_thread(open_sessions, entries, known, time.time() * 1000)
            self._trouble = ("", "")
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the page says it
            self._context.log_unexpected(error)
            trouble = trouble_of(error)
            self._trouble = (trouble.text, trouble.what_to_do)
        finally:
            self._refreshing = False
            self._show()

    def _why_locked(self) -> str | None:
        if not self._context.settings.enable_runbuddy:
            return "RunBuddy is switched off in the settings"
        return "A session is running already" if self._in_session else None

    def _show(self) -> None:
        text, what_to_do = self._trouble
        locked = self._why_locked()
        self.changed.emit(
            BillboardState(
                () if locked is not None and self._sessions is None else self._sessions,
                refreshing=self._refreshing and self._sessions is None,
                trouble=text,
                what_to_do=what_to_do,
                locked=locked,
            )
        )


async def _all_pages(api: RunBuddyApiClient) -> list[BillboardEntry]:
    """Return what is on all pages, newest first, up to a bound."""
    found: list[BillboardEntry] = []
    cursor: str | None = None
    while True:
        page = await api.billboard(cursor=cursor)
        found += page.sessions
        cursor = page.next_cursor
        if cursor is None or len(found) >= MAX_SESSIONS:
            return found[:MAX_SESSIONS]
