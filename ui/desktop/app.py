"""The app: from the command line's wishes to a window, and to its end."""

import asyncio
import importlib
import logging
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from PySide6.QtCore import QCoreApplication, Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from ui.data_dir import set_log_level
from ui.desktop import event_loop
from ui.desktop.crash_log import crashes_written
from ui.desktop.garbage import collected_when_away, keep_what_is_there
from ui.desktop.making_ready import made_ready
from ui.desktop.media_keys import MediaKeys, NoMediaKeys, open_media_keys
from ui.desktop.qt_log import log_qt_messages
from ui.desktop.reset import forget_everything
from ui.desktop.screens import Screens
from ui.desktop.settings import LoadedSettings, SettingsFile
from ui.desktop.single_instance import SingleInstance
from ui.shell.main_window import MainWindow
from ui.shell.player_bar import PlayerBarState
from ui.theme.theme import current
from ui.theme.tokens import Tone
from ui.widgets.toast import ToastState

if TYPE_CHECKING:
    from ui.desktop.detailed_log import DetailedLog
    from ui.viewmodel.view_model import LockstepViewModel

_log = logging.getLogger(__name__)

PLACE_FILE: Final = "window.json"
#: What the event loop returns when the app is to be opened again with nothing kept.
BEGIN_ANEW: Final = -1
#: What nobody needs to see a window: clients, player, storage. Loading it takes longer than the window itself.
_HEAVY: Final = ("ui.desktop.services", "ui.viewmodel.view_model", "ui.desktop.wiring")


class Performance(Protocol):
    """Whoever uses the app in a person's stead (ui/scripted)."""

    report_interval_s: float

    def place(self, window: MainWindow) -> None:
        """Give the window its title and place, before it is shown."""

    async def perform(self, app: "App") -> None:
        """Use the app, which is open."""


@dataclass(frozen=True, slots=True)
class AppOptions:
    """What the command line says; `overrides` are settings for this start alone, `spotify_url` is a stand-in's."""

    data_dir: Path
    overrides: dict[str, Any] = field(default_factory=dict)
    spotify_url: str | None = None
    performance: Performance | None = None


class App:
    """One window with everything behind it, in a running event loop."""

    def __init__(self, options: AppOptions) -> None:
        self._options = options
        self._file = SettingsFile(options.data_dir)
        self._loaded: LoadedSettings = self._file.load()
        first_run = not self._loaded.settings.first_run_done and not options.overrides.get("first_run_done")
        self.window = MainWindow(options.data_dir / PLACE_FILE)
        self.screens = Screens(self.window, first_run=first_run)
        # Until there is a player, the bar shows how loud it will be.
        kept = self._loaded.settings.changed(**options.overrides)
        self.window.player_bar.show_state(PlayerBarState(volume_percent=round(kept.volume_percent)))
        self.view_model: LockstepViewModel | None = None
        self.closed = asyncio.Event()
        #: Whether everything is to be as at the first start when this is closed.
        self.begins_anew = False
        self._media_keys: MediaKeys = NoMediaKeys()
        self._detailed_log: DetailedLog | None = None
        self.window.close_confirmed.connect(self.closed.set)

    async def open(self, browse: Callable[[str], bool] | None = None) -> "LockstepViewModel":
        """Show the window, then load and open what is behind it."""
        performance = self._options.performance
        if performance is not None:
            performance.place(self.window)
        self.window.show()
        # The window is drawn before anything else has its turn.
        await asyncio.sleep(0)
        _log.info("The window is seen")
        await self.screens.make_others()
        for module in _HEAVY:
            await asyncio.to_thread(importlib.import_module, module)
        view_model = self._make_view_model(browse)
        view_model.following.show_first()
        view_model.settings.show_first()
        await made_ready(self.window)
        self.view_model = view_model
        if self._loaded.notice is not None:
            view_model.context.toast("settings", self._loaded.notice, tone=Tone.WARNING, lasting=True)
        self._media_keys = open_media_keys(view_model.transport)
        self._media_keys.show(view_model.playing.media)
        view_model.playing.media_changed.connect(self._media_keys.show)
        view_model.playing.position_jumped.connect(self._media_keys.seeked)
        view_model.start()
        _log.info("What is behind the window is loaded; %s", _versions())
        if performance is not None:
            view_model.context.start(performance.perform(self), "performance")
        return view_model

    def raise_window(self) -> None:
        """Bring the window to the front."""
        window = self.window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()

    def begin_anew(self) -> None:
        """Close, forget everything, and open as at the first start."""
        self.begins_anew = True
        self.closed.set()

    def report(self, error: BaseException) -> None:
        """Tell an error that nobody caught."""
        if self.view_model is not None:
            from ui.viewmodel.troubles import toast_of  # noqa: PLC0415 - loaded with the view model

            self.window.toasts.show_toast(toast_of(error))
        else:
            from ui.desktop.errors import sentence_of  # noqa: PLC0415 - the same

            self.window.toasts.show_toast(ToastState("error", sentence_of(error), tone=Tone.ERROR))

    async def aclose(self) -> None:
        """Close everything behind the window: a session is left politely."""
        self._media_keys.close()
        if self.view_model is None:
            return
        try:
            if self.begins_anew:
                await self.view_model.spotify.forget()
        finally:
            # Whatever a keyring says, no process is left behind.
            await self.view_model.aclose()

    def _make_view_model(self, browse: Callable[[str], bool] | None) -> "LockstepViewModel":
        from client.spotify.endpoints import stand_in_endpoints  # noqa: PLC0415
        from ui.desktop.detailed_log import DetailedLog  # noqa: PLC0415
        from ui.desktop.services import REPORT_INTERVAL_S, Services  # noqa: PLC0415 - loaded after the window is seen
        from ui.desktop.wiring import connect  # noqa: PLC0415
        from ui.viewmodel.context import Context  # noqa: PLC0415
        from ui.viewmodel.spotify import open_in_browser  # noqa: PLC0415
        from ui.viewmodel.view_model import LockstepViewModel  # noqa: PLC0415

        url = self._options.spotify_url
        spotify = None if url is None else stand_in_endpoints(url)
        settings = self._loaded.settings.changed(**self._options.overrides)
        set_log_level(debug=settings.debug)
        performance = self._options.performance
        every_s = REPORT_INTERVAL_S if performance is None else performance.report_interval_s
        services = Services(self._options.data_dir, settings, report_interval_s=every_s)
        context = Context(services, self._file, self._loaded.settings, self._options.overrides)
        view_model = LockstepViewModel(context, spotify, browse or open_in_browser)
        view_model.transport.window_requested.connect(self.raise_window)
        view_model.settings.reset_confirmed.connect(self.begin_anew)
        self._detailed_log = DetailedLog(self.window, view_model)
        sight = connect(self.window, self.screens, view_model)
        sight.look_now()
        return view_model


def run_app(options: AppOptions, tell: Callable[[str], None]) -> int:
    """Open the app and return its exit code; `tell` prints a sentence. Errors: DesktopError, OSError."""
    log_qt_messages()
    application = _application()
    instance = SingleInstance(options.data_dir)
    if not instance.claim():
        tell(f"Lockstep is open already with {options.data_dir}; its window was brought to the front")
        return 0
    try:
        with crashes_written(options.data_dir):
            while (code := event_loop.run(application, lambda: _main(application, options, instance))) == BEGIN_ANEW:
                stayed = forget_everything(options.data_dir)
                if stayed:
                    tell(f"{', '.join(stayed)} in {options.data_dir} can't be deleted; delete it yourself")
        return code
    finally:
        instance.release()


async def _main(application: QApplication, options: AppOptions, instance: SingleInstance) -> int:
    app = App(options)
    instance.another_started.connect(app.raise_window)
    with event_loop.errors_reported(app.report), event_loop.interrupts_heard(app.closed.set):
        opening = asyncio.create_task(app.open())
        closing = asyncio.create_task(app.closed.wait())
        try:
            await asyncio.wait({opening, closing}, return_when=asyncio.FIRST_COMPLETED)
            if opening.done():
                view_model = opening.result()
                keep_what_is_there()
                with collected_when_away(application, lambda: view_model.is_quiet):
                    await closing
            await closing
        finally:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            if not app.begins_anew:
                app.window.keep_place()
            app.window.hide()
            await app.aclose()
    return BEGIN_ANEW if app.begins_anew else 0


def _versions() -> str:
    """Return what whoever reads a log asks first."""
    from ui.screens.settings.licences import installed_version  # noqa: PLC0415 - loaded by now

    qt = f"Qt {qVersion()} on {QGuiApplication.platformName()}"
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return f"Lockstep {installed_version()}, Python {platform.python_version()}, {qt}, {system}"


def _application() -> QApplication:
    QCoreApplication.setApplicationName("lockstep")
    QGuiApplication.setApplicationDisplayName("Lockstep")
    QGuiApplication.setDesktopFileName("lockstep")
    application = QApplication([sys.argv[0]])
    current()
    return application
