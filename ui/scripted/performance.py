"""ScriptedPerformance: do what a script says with the window's own controls, and tell of it in JSON lines."""

import asyncio
import contextlib
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QGuiApplication

from ui.cli.output import JsonOutput
from ui.cli.script import PlainStep, SeekStep, Step, TrackStep
from ui.desktop.app import App
from ui.screens.playlist_detail_state import PlaylistDetailState
from ui.scripted.reporter import Reporter
from ui.scripted.script import FROM_INPUT, AppScript, LeadPart
from ui.shell.main_window import MainWindow
from ui.shell.sections import Section
from ui.theme.tokens import MINIMUM_WINDOW
from ui.viewmodel.session_states import buddy_is_ready
from ui.viewmodel.view_model import LockstepViewModel

#: So that somebody who watches can follow: a playlist stands there before it is led.
_GLANCE_S: Final = 1.0


class ScriptedPerformance:
    """Use an app as its script says; implements `ui.desktop.app.Performance`.

    What a person would press is asked for by the same signals that the buttons send, so that a locked control stays
    locked. Standard output has the lines that `lockstep lead --json` prints, and three more states: `open` when the
    app can play, `script_done` before the end that the script asks for, `closed` when the window is closed.
    """

    def __init__(self, script: AppScript) -> None:
        self._script = script
        self._output = JsonOutput()
        self._locked: str | None = None
        self.report_interval_s = script.report_every_ms / 1000

    def place(self, window: MainWindow) -> None:
        """Give the window its title and its half of the screen."""
        if self._script.title:
            window.setWindowTitle(self._script.title)
        screen = QGuiApplication.primaryScreen()
        if self._script.side is None or screen is None:
            return
        area = screen.availableGeometry()
        # On a screen that is too small for both they overlap, each at its own edge.
        width = min(max(area.width() // 2, MINIMUM_WINDOW[0]), area.width())
        height = min(max(width * 4 // 5, MINIMUM_WINDOW[1]), area.height())
        left = area.left() if self._script.side == "left" else area.right() + 1 - width
        window.setGeometry(left, area.top() + (area.height() - height) // 2, width, height)

    async def perform(self, app: App) -> None:
        """Lead or follow as the script says; return when it has nothing more to do."""
        assert app.view_model is not None
        self._reporter = Reporter(app.view_model, self._output)
        app.window.close_confirmed.connect(lambda: self._output.state("The window was closed.", state="closed"))
        await app.view_model.context.services.open_sound()
        if self._script.follow is not None:
            app.window.show_section(Section.RUNBUDDY)
        self._output.state("The app is open.", state="open")
        if self._script.lead is not None:
            await self._lead(app, app.view_model, self._script.lead)
        elif self._script.follow is not None:
            code = self._script.follow.code
            app.screens.billboard.code_entered.emit(await _line_of_input() if code == FROM_INPUT else code)

    async def _lead(self, app: App, view_model: LockstepViewModel, part: LeadPart) -> None:
        page = app.screens.playlist_detail
        glance = asyncio.create_task(asyncio.sleep(_GLANCE_S))
        async with _awaited(view_model.playlist_detail.changed, self._may_lead):
            app.screens.library.playlist_opened.emit(part.playlist_id)
        await glance
        async with _awaited(view_model.session.state_changed, buddy_is_ready):
            page.lead_requested.emit()
        began_s = time.monotonic()
        for step in part.steps:
            await asyncio.sleep(began_s + step.at_ms / 1000 - time.monotonic())
            self._do(app, view_model, step)

    def _may_lead(self, state: PlaylistDetailState) -> bool:
        """Return whether the playlist can be led; what keeps it from that is told when it is known, and once."""
        if state.name and state.lead_locked not in (None, self._locked):
            self._output.state(f"It can't be led yet: {state.lead_locked}.", state="locked", reason=state.lead_locked)
        self._locked = state.lead_locked
        return state.lead_locked is None

    def _do(self, app: App, view_model: LockstepViewModel, step: Step) -> None:
        bar, page, is_playing = app.window.player_bar, app.screens.now_playing, view_model.playing.facts.playing
        match step:
            case SeekStep(position_ms=position_ms):
                bar.seek.seek_requested.emit(position_ms)
            case TrackStep(playlist_position=playlist_position):
                page.track_requested.emit(playlist_position)
            # The app itself begins to play when the buddy is ready.
            case PlainStep(action="play") if not is_playing:
                bar.press("play_pause")
            case PlainStep(action="pause") if is_playing:
                bar.press("play_pause")
            case PlainStep(action="skip_next"):
                bar.press("next")
            case PlainStep(action="skip_prev"):
                bar.press("previous")
            case PlainStep(action="end"):
                self._output.state("The script is over.", state="script_done")
                page.session_close_requested.emit()


@contextlib.asynccontextmanager
async def _awaited(signal: SignalInstance, wanted: Callable[[Any], bool]) -> AsyncIterator[None]:
    """Do what the block does, then wait until the signal brings what is wanted; it may do so during the block."""
    happened = asyncio.Event()

    def hear(value: object) -> None:
        if wanted(value):
            happened.set()

    signal.connect(hear)
    try:
        yield
        await happened.wait()
    finally:
        signal.disconnect(hear)


async def _line_of_input() -> str:
    """Return a line of standard input; a thread that waits for one keeps nobody from quitting."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def settle(text: str) -> None:
        if not line.done():
            line.set_result(text)

    def read() -> None:
        text = sys.stdin.readline().strip()
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, text)

    threading.Thread(target=read, name="script-input", daemon=True).start()
    return await line
