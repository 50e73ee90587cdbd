"""Real windows with everything behind them, for tests: found and pressed as people do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget

from client.pairing import Pairing
from client.playlist.json_file import playlist_of
from client.session_state import RunBuddySessionState
from tests.patience import WAIT_S
from tests.server.harness import RunningServer
from ui.desktop.app import App, AppOptions
from ui.shell.main_window import MainWindow
from ui.viewmodel.view_model import LockstepViewModel
from ui.widgets.toast import Toast


@dataclass
class Person:
    """Somebody at a window."""

    app: App
    view_model: LockstepViewModel

    @property
    def window(self) -> MainWindow:
        return self.app.window

    @property
    def state(self) -> RunBuddySessionState:
        return self.view_model.runbuddy_state

    @property
    def playback(self):
        return self.view_model.context.services.playback

    def screen(self) -> str:
        return self.window.current_screen()

    def button(self, words: str) -> QAbstractButton:
        """Return the one button of these words that can be seen."""
        found = [button for button in self.window.findChildren(QAbstractButton) if words in _words(button)]
        seen = [button for button in found if button.isVisible()]
        assert len(seen) == 1, (words, [(_words(it), it.isVisible()) for it in found], self.screen())
        return seen[0]

    def press(self, words: str) -> None:
        button = self.button(words)
        assert button.isEnabled(), (words, button.toolTip())
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def can_press(self, words: str) -> bool:
        """Return whether there is a button of these words that would do something."""
        buttons = [it for it in self.window.findChildren(QAbstractButton) if words in _words(it)]
        return any(it.isVisible() and it.isEnabled() for it in buttons)

    async def presses(self, words: str) -> None:
        """Press a button as soon as it is there."""
        await until(lambda: self.can_press(words), lambda: f"no {words!r} on {self.screen()}: {self.toasts()}")
        self.press(words)

    async def shows(self, screen: str) -> None:
        await until(lambda: self.screen() == screen, lambda: f"{self.screen()} instead of {screen}: {self.toasts()}")

    def toasts(self) -> list[str]:
        return [toast.state.text for toast in self.window.findChildren(Toast)]

    async def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key in this window: shortcuts are those of the active one."""
        self.window.activateWindow()
        await until(self.window.isActiveWindow)
        QTest.keyClick(self.window, key, modifier)

    async def crash(self) -> None:
        """Be gone without a goodbye: what was asked of the server last is all that it knows."""
        coordinator = self.view_model.context.services.coordinator
        assert coordinator is not None
        assert coordinator._running is not None
        await self.view_model.context.recovery.flush()
        coordinator._running.cancel()
        self.view_model.context.services._coordinator = None
        self.view_model.context.recovery.forget = lambda: None
        await asyncio.gather(coordinator._running, return_exceptions=True)

    async def close(self) -> None:
        self.window.set_close_question(None)
        self.window.close()
        await self.app.aclose()
        self.window.deleteLater()


def _words(button: QAbstractButton) -> tuple[str, ...]:
    return button.text(), button.accessibleName()


async def until(condition: Callable[[], object], why: Callable[[], object] = lambda: "") -> None:
    """Wait for what somebody else does."""
    loop = asyncio.get_running_loop()
    until_s = loop.time() + WAIT_S
    while not condition():
        assert loop.time() < until_s, why()
        await asyncio.sleep(0.01)


async def open_window(
    folder: Path,
    name: str,
    server: RunningServer | None,
    pairing: Pairing | None = None,
    **overrides: object,
) -> Person:
    """Open a window as `lockstep --data-dir FOLDER/NAME` does, with the demo's playlist in its library."""
    given = {"display_name": name, "sound_device": "none", "first_run_done": True}
    if server is not None:
        given |= {"server": server.base_url, "ntp_server": f"127.0.0.1:{server.ntp_port}"}
    else:
        # Nobody's server is asked from a test.
        given |= {"server": "http://127.0.0.1:1", "ntp_server": "127.0.0.1:1"}
    app = App(AppOptions(folder / name, {**given, **overrides}))
    view_model = await app.open()
    person = Person(app, view_model)
    if pairing is not None:
        await view_model.library.save(playlist_of(pairing))
    await until(lambda: view_model.context.services.has_sound)
    await view_model.context.services.playback.opened()
    return person


def controls_of(widget: QWidget) -> list[QWidget]:
    """Return everything in a widget that can be pressed, dragged or typed into."""
    return [child for child in widget.findChildren(QWidget) if child.focusPolicy() != Qt.FocusPolicy.NoFocus]
