"""Services: everything that the app needs of client and audio, opened and closed in order."""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from audio.engine.client import EngineKind
from audio.playback_events import PlaybackEvent
from audio.queue import QueueItem
from audio.service import PlaybackService
from client.api import RunBuddyApiClient
from client.clock.address import time_server
from client.clock.clock import RunBuddyClock
from client.coordinator import RunBuddyCoordinator
from client.errors import ClientError
from client.trace import Trace, open_trace
from protocol.events import Role
from ui.desktop.accounts import Accounts
from ui.desktop.errors import NotNowError
from ui.desktop.parts import BOUND_TO_SESSION, Part, touched
from ui.desktop.settings import DEFAULT_NTP_SERVER, Settings
from ui.session.place import go_to, place_of

_log = logging.getLogger(__name__)

#: Where PlaybackService keeps decoded music in the data directory.
PCM_FOLDER: Final = "pcm"
#: The sync pill and panel live by these.
REPORT_INTERVAL_S: Final = 0.5

PlaybackListener = Callable[[PlaybackEvent], None]


async def nobody_is_signed_in(_refused: str | None) -> str:
    """Be the bearer of an app that knows no Spotify account. Errors: NotNowError, always."""
    raise NotNowError("nobody is signed in to Spotify yet; sign in in the settings")


class Services:
    """Hold what is open, and open again what a changed setting touches. Use from one event loop.

    While a session lives, what it lives by stays as it is: `apply` says so, and `close_session` makes up for it.
    """

    def __init__(
        self,
        data_dir: Path,
        settings: Settings,
        *,
        bearer: Callable[[str | None], Awaitable[str]] = nobody_is_signed_in,
        report_interval_s: float = REPORT_INTERVAL_S,
    ) -> None:
        self.data_dir = data_dir
        self.settings = settings
        self.clock = RunBuddyClock(settings.ntp_server)
        self._time_server = settings.ntp_server
        self._bearer = bearer
        self._report_interval_s = report_interval_s
        self._listeners: list[PlaybackListener] = []
        self._accounts = self._new_accounts()
        self._playback: PlaybackService | None = None
        self._items: tuple[QueueItem, ...] = ()
        self._coordinator: RunBuddyCoordinator | None = None
        self._trace: Trace | None = None
        #: Where the last session's trace is; None before one, and where the disk refused it.
        self.trace_path: Path | None = None
        self._waiting: frozenset[Part] = frozenset()
        self._closing: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()

    # The sound

    @property
    def playback(self) -> PlaybackService:
        """Return the player. Errors: NotNowError while there is none."""
        if self._playback is None:
            raise NotNowError("the sound is still being opened; try again in a moment")
        return self._playback

    @property
    def has_sound(self) -> bool:
        """Return whether there is a player."""
        return self._playback is not None

    def subscribe_playback(self, listener: PlaybackListener) -> None:
        """Call `listener` with the events of the player, and of those that come after it."""
        self._listeners.append(listener)

    async def open_sound(self) -> None:
        """Start the player and wait until it is heard. Errors: EngineError."""
        async with self._changing:
            await self._begin_sound()
        await self.playback.opened()

    def set_queue(self, items: Sequence[QueueItem]) -> None:
        """Replace what is to be played; the music stops. Errors: NotNowError."""
        self._items = tuple(items)
        self.playback.set_queue(self._items)

    # The server

    @property
    def accounts(self) -> Accounts:
        """Return who this person is at the server."""
        return self._accounts

    async def api(self, role: Role = Role.FOLLOWER) -> RunBuddyApiClient:
        """Return a client that the server knows; a billboard is a follower's. Errors: ClientError, NameNeededError."""
        return await self._accounts.signed_in(role)

    async def find_clock(self) -> RunBuddyClock:
        """Return the clock, by the server that it has to go by now (`time_server`): a session keeps its own.

        While the session server can't be asked, the clock stays as it is.
        """
        accounts = self._accounts
        chosen = None if self.settings.ntp_server == DEFAULT_NTP_SERVER else self.settings.ntp_server
        try:
            ntp_port = None if chosen is not None else await accounts.ntp_port()
        except ClientError:
            return self.clock
        wanted = time_server(chosen, accounts.server, ntp_port)
        if wanted != self._time_server and self._coordinator is None and accounts is self._accounts:
            self.clock, self._time_server = RunBuddyClock(wanted), wanted
        return self.clock

    # A session

    @property
    def coordinator(self) -> RunBuddyCoordinator | None:
        """Return the session's coordinator; None outside of one."""
        return self._coordinator

    async def open_session(self, role: Role) -> RunBuddyCoordinator:
        """Return a coordinator that can lead or follow one session; `close_session` comes after it.

        Errors: ClientError, NameNeededError, NotNowError.
        """
        if self._closing is not None:
            await asyncio.wait({self._closing})
        accounts = self._accounts
        self._refuse_unless_free(accounts)
        api, clock = await accounts.signed_in(role), await self.find_clock()
        trace = await self._open_trace(role)
        try:
            # Somebody else may have been quicker, or have changed the server, while this one was asked.
            self._refuse_unless_free(accounts)
            self._coordinator = RunBuddyCoordinator(
                api, clock, self.playback, trace=trace, report_interval_s=self._report_interval_s
            )
        except NotNowError:
            if trace is not None:
                trace.close()
            raise
        self._trace, self.trace_path = trace, None if trace is None else trace.path
        return self._coordinator

    def _refuse_unless_free(self, accounts: Accounts) -> None:
        if self._coordinator is not None:
            raise NotNowError("a session is running already; end or leave it first")
        if accounts is not self._accounts:
            raise NotNowError("the server was changed meanwhile; try again")

    async def _open_trace(self, role: Role) -> Trace | None:
        try:
            return await asyncio.to_thread(open_trace, self.data_dir, role.value)
        except OSError as error:
            # A full disk costs the trace, not the session.
            _log.warning("This session has no trace: %s", error)
            return None

    async def close_session(self) -> None:
        """End or leave it politely, if it isn't over yet, and do what had to wait for its end.

        Whoever closes it a second time, or gives up waiting, leaves the first goodbye to be said to its end.
        """
        if self._closing is None:
            self._closing = asyncio.create_task(self._close_session())
        await asyncio.shield(self._closing)

    async def _close_session(self) -> None:
        try:
            await self._say_goodbye()
        finally:
            self._closing = None

    async def _say_goodbye(self) -> None:
        coordinator, self._coordinator = self._coordinator, None
        trace, self._trace = self._trace, None
        try:
            if coordinator is not None:
                await coordinator.close()
        finally:
            if trace is not None:
                trace.close()
        waiting, self._waiting = self._waiting, frozenset()
        await self._reopen(waiting)

    # Settings

    async def apply(self, settings: Settings) -> frozenset[Part]:
        """Go by these settings from now on; return the parts that have to wait for the session's end.

        Errors: AddressError (NTP server), EngineError.
        """
        before, self.settings = self.settings, settings
        parts = touched(before, settings)
        if Part.VOLUME in parts and self._playback is not None:
            self._playback.output.set_volume(settings.volume_percent)
        bound = parts & BOUND_TO_SESSION
        if self._coordinator is not None:
            self._waiting |= bound
            return bound
        await self._reopen(bound)
        return frozenset()

    def use_bearer(self, bearer: Callable[[str | None], Awaitable[str]]) -> None:
        """Take Spotify's tokens from here; before anything was asked of a server."""
        self._bearer = bearer
        self._accounts = self._new_accounts()

    async def clear_cache(self) -> None:
        """Delete the decoded music; what is played is decoded again. Errors: NotNowError in a session, EngineError."""
        if self._coordinator is not None:
            raise NotNowError("the music of a session is in use; empty the cache when it is over")
        async with self._changing:
            had_sound = self._playback is not None
            await self._end_sound()
            await asyncio.to_thread(shutil.rmtree, self.data_dir / PCM_FOLDER, ignore_errors=True)
            if had_sound:
                await self._begin_sound()

    async def aclose(self) -> None:
        """Close everything: the session first, so that its other side hears of it."""
        try:
            await self.close_session()
        finally:
            async with self._changing:
                await self._end_sound()
            await self._accounts.aclose()

    async def _reopen(self, parts: frozenset[Part]) -> None:
        async with self._changing:
            if Part.CLOCK in parts:
                self.clock = RunBuddyClock(self.settings.ntp_server)
                self._time_server = self.settings.ntp_server
            if Part.SERVER in parts:
                former, self._accounts = self._accounts, self._new_accounts()
                await former.aclose()
            if Part.SOUND in parts and self._playback is not None:
                place = place_of(self._playback)
                await self._end_sound()
                await self._begin_sound()
                if place is not None:
                    await go_to(self.playback, place)

    async def _begin_sound(self) -> None:
        if self._playback is not None:
            return
        settings = self.settings
        playback = PlaybackService.begin(
            device=settings.sound_device,
            data_dir=self.data_dir,
            engine=EngineKind(settings.engine),
            cache_limit_bytes=settings.cache_bytes,
        )
        playback.output.set_volume(settings.volume_percent)
        playback.subscribe(self._hear)
        playback.set_queue(self._items)
        self._playback = playback

    async def _end_sound(self) -> None:
        playback, self._playback = self._playback, None
        if playback is not None:
            await playback.aclose()

    def _new_accounts(self) -> Accounts:
        return Accounts(self.data_dir, self.settings.server, self.settings.display_name, self._bearer)

    def _hear(self, event: PlaybackEvent) -> None:
        for listener in tuple(self._listeners):
            listener(event)
