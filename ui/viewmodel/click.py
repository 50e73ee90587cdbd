"""Click: the helper that clicks at every second of NTP time, so that two laptops can be trimmed by ear."""

import asyncio
from typing import Final

from PySide6.QtCore import QObject, Signal

from audio.service import PlaybackService
from ui.viewmodel.context import Context
from ui.viewmodel.sync_words import plus_minus
from ui.viewmodel.troubles import trouble_of

_TASK: Final = "click"


class Click(QObject):
    """Click while `running`; `note` says how well the clock is known, or why it does not click."""

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.running = False
        self.note = ""
        self._player: PlaybackService | None = None

    def why_locked(self, *, in_session: bool) -> str | None:
        """Return why there can be no click now."""
        services = self._context.services
        if in_session:
            return "There is a session running"
        if not services.has_sound:
            return "One moment"
        return "Pause the music first" if services.playback.playing else None

    def start(self) -> None:
        """Click until `stop`."""
        self._context.start(self._run(), _TASK)

    def stop(self) -> None:
        """Be silent."""
        self._context.tasks.cancel(_TASK)

    def take_player(self) -> None:
        """Go on with the player that has come in place of the one that clicks: another device, or another engine."""
        services = self._context.services
        if self.running and services.has_sound and services.playback is not self._player:
            self._context.tasks.cancel(_TASK)
            self._context.tasks.start(self._run(), _TASK)

    async def _run(self) -> None:
        services = self._context.services
        playback = services.playback
        self._player = playback
        self.running, self.note = True, "Measuring the clock…"
        self.changed.emit()
        clock = await services.find_clock()
        unsubscribe = clock.subscribe(playback.set_clock)
        try:
            status = await clock.synchronise()
            playback.set_clock(clock.mapping())
            playback.click()
            self.note = f"Clicking at every second · {plus_minus(status.uncertainty_ms)}"
            self.changed.emit()
            await clock.run()
        except asyncio.CancelledError:
            if self._player is playback:
                self.note = ""
        except Exception as error:  # noqa: BLE001 - whatever it is, the form says it
            self._context.log_unexpected(error)
            self.note = trouble_of(error).text
        finally:
            unsubscribe()
            playback.stop_click()
            if self._player is playback:
                self.running = False
            self.changed.emit()
