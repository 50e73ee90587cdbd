"""BillboardModel: the open sessions, looked for again while somebody looks at them."""

import asyncio
import time
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from client.api import RunBuddyApiClient
from client.session_state import Idle, RunBuddySessionState
from protocol.events import Role
from protocol.rest import BillboardEntry
from ui.screens.billboard_state import OpenSession
from ui.viewmodel.billboard_states import billboard_state, open_sessions
from ui.viewmodel.context import Context
from ui.viewmodel.session_states import Trouble
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
        self._trouble: Trouble | None = None
        self._refreshing = False
        self._session: RunBuddySessionState = Idle()
        self._visible = False
        self._code_busy, self._code_trouble = False, ""
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._timer.timeout.connect(self._look_again)

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
            self._code_trouble = ""

    def refresh(self) -> None:
        """Look for sessions now, and show that they are looked for."""
        self._refreshing = self._may_look()
        self._look_again()

    def take_name(self, name: str) -> None:
        """Be called this by others, and look for sessions."""
        self._context.start(self._take_name(name), "name")

    def show_code(self, *, busy: bool = False, trouble: str = "") -> None:
        """Take in how the code that was entered stands: looked for, or wrong."""
        self._code_busy, self._code_trouble = busy, trouble
        self._show()

    def forget(self) -> None:
        """Another server, or another account: what was there is not there."""
        self._context.tasks.cancel(_TASK)
        self._sessions, self._trouble = None, None
        if self._visible and self._may_look():
            self._refreshing = True
            self._context.tasks.start_anew(self._look(), _TASK)
        self._show()

    def show_session(self, state: RunBuddySessionState) -> None:
        """Take in whether a session is running: one at a time."""
        self._session = state
        if self._visible:
            self._show()

    def _may_look(self) -> bool:
        return self._context.settings.enable_runbuddy and isinstance(self._session, Idle)

    def _look_again(self) -> None:
        if self._may_look():
            self._context.start(self._look(), _TASK)
        self._show()

    async def _take_name(self, name: str) -> None:
        await self._context.change(display_name=name)
        self.refresh()

    async def _look(self) -> None:
        try:
            api = await self._context.services.api(Role.FOLLOWER)
            entries = await _all_pages(api)
            library = await self._context.library()
            known = {summary.playlist_id: summary for summary in await library.playlists()}
            self._sessions = await asyncio.to_thread(open_sessions, entries, known, self._now_ms())
            self._trouble = None
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the page says it
            self._context.log_unexpected(error)
            self._trouble = trouble_of(error)
        self._refreshing = False
        self._show()

    def _now_ms(self) -> float:
        """Return the time by NTP where it is known: a laptop's own clock may be an hour off."""
        clock = self._context.services.clock
        return clock.corrected_now_ms() if clock.status.synced else time.time() * 1000

    def _show(self) -> None:
        self.changed.emit(
            billboard_state(
                self._sessions,
                self._session,
                self._trouble,
                enabled=self._context.settings.enable_runbuddy,
                refreshing=self._refreshing,
                code_busy=self._code_busy,
                code_trouble=self._code_trouble,
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
