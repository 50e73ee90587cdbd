"""What every part of the view model is given."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from client.library.library import Library
from ui.desktop.errors import is_expected
from ui.desktop.recovery import Recovery
from ui.desktop.services import Services
from ui.desktop.settings import Settings, SettingsFile
from ui.desktop.tasks import Tasks
from ui.theme.tokens import Tone
from ui.viewmodel.troubles import toast_of
from ui.widgets.toast import ToastState

_log = logging.getLogger(__name__)


class Context(QObject):
    """Services, settings and background work, and the two things that any part may ask the window for.

    `screen_requested(name)` shows a screen; from `screen_held(name)` to `screen_over(name)`, when what it tells of is
    past, it is where its section leads.
    `toast_requested(ToastState)` shows a toast, `toast_over(key)` takes it away.
    """

    screen_requested = Signal(str)
    screen_held = Signal(str)
    screen_over = Signal(str)
    toast_requested = Signal(object)
    toast_over = Signal(str)
    settings_changed = Signal(object)

    def __init__(
        self, services: Services, settings_file: SettingsFile, kept: Settings, overrides: dict[str, Any] | None = None
    ) -> None:
        super().__init__()
        self.services = services
        self.recovery = Recovery(services.data_dir)
        self.tasks = Tasks(self.report)
        self._settings_file = settings_file
        self._kept = kept
        self._overrides = dict(overrides or {})
        self._library: asyncio.Task[Library] | None = None

    @property
    def settings(self) -> Settings:
        """Return the settings in force: those that are kept, and what the command line said for this start."""
        return self._kept.changed(**self._overrides) if self._overrides else self._kept

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run a coroutine unless one of its name is under way; its errors become toasts."""
        if self.tasks.running(name):
            work.close()
        else:
            self.tasks.start(work, name)

    def report(self, error: BaseException) -> None:
        """Tell an error as a toast; what nobody expected is in the log, too."""
        self.log_unexpected(error)
        self.toast_requested.emit(toast_of(error))

    @staticmethod
    def log_unexpected(error: BaseException) -> None:
        """Leave the details of an error that a screen shows in the log, unless it was to be expected."""
        if not is_expected(error):
            _log.error("Unexpected error", exc_info=(type(error), error, error.__traceback__))

    def toast(self, key: str, text: str, what_to_do: str = "", tone: Tone = Tone.NEUTRAL, **more: Any) -> None:
        """Show a toast."""
        self.toast_requested.emit(ToastState(key, text, what_to_do, tone, **more))

    def show_screen(self, name: str) -> None:
        """Show a screen."""
        self.screen_requested.emit(name)

    async def change(self, **changes: Any) -> None:
        """Change settings: in force at once as far as a session allows, and kept. Errors: DesktopError, ClientError."""
        kept = self._kept.changed(**changes)
        for name in changes:
            self._overrides.pop(name, None)
        self._kept = kept
        self.settings_changed.emit(self.settings)
        try:
            waiting = await self.services.apply(self.settings)
        finally:
            await self._settings_file.keep(kept)
        if waiting:
            self.toast("waits", "This takes effect when the session is over")

    async def library(self) -> Library:
        """Return the library, opened at the first call. Errors: StorageError."""
        if self._library is None or (self._library.done() and self._library.exception() is not None):
            self._library = asyncio.get_running_loop().create_task(Library.open(self.services.data_dir))
        library = await asyncio.shield(self._library)
        if library.notice is not None:
            self.toast("library", library.notice, tone=Tone.WARNING, lasting=True)
            library.notice = None
        return library

    async def aclose(self) -> None:
        """Stop what runs, and close what this opened."""
        await self.tasks.aclose()
        if self._library is not None:
            (opened,) = await asyncio.gather(self._library, return_exceptions=True)
            if isinstance(opened, Library):
                await opened.aclose()
        await self.recovery.flush()
