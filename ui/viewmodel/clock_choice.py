"""ClockChoice: which server tells the time, and how well it does."""

import asyncio
import time

from PySide6.QtCore import QObject, Signal

from client.clock.address import parse_address
from ui.desktop.settings import DEFAULT_NTP_SERVER
from ui.screens.settings.state import ClockState
from ui.viewmodel.context import Context
from ui.viewmodel.settings_states import clock_state
from ui.viewmodel.troubles import in_one_line, trouble_of

_TASK = "clock"
_EXAMPLE = "Enter a name or an address, as in pool.ntp.org or 192.168.1.20:11123."


class ClockChoice(QObject):
    """`changed` whenever `state` has something new to say."""

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._measuring = False
        #: The newest task; one before it, which was cancelled, says nothing any more.
        self._turn = object()
        self._trouble = ""
        self._refused = ""
        self._refused_because = ""

    def state(self) -> ClockState:
        """Return what Settings shows; what was typed stays until it is mended."""
        return clock_state(
            self._refused or self._context.settings.ntp_server,
            self._context.services.clock.status,
            time.perf_counter_ns(),
            measuring=self._measuring,
            trouble=self._trouble,
            ntp_trouble=self._refused_because,
        )

    def set_server(self, address: str) -> None:
        """Take the time from another server, at once: the one that is asked just now may be the one that is silent."""
        self._begin(address.strip() or DEFAULT_NTP_SERVER)

    def measure(self) -> None:
        """Measure the clock again."""
        self._begin(None)

    def _begin(self, address: str | None) -> None:
        self._context.tasks.cancel(_TASK)
        self._context.tasks.start(self._measure(address), _TASK)

    async def _measure(self, address: str | None) -> None:
        turn = self._turn = object()
        try:
            if address is not None and not await self._taken(address):
                return
            self._measuring, self._trouble = True, ""
            self.changed.emit()
            clock = await self._context.services.find_clock()
            await clock.synchronise()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - the form says it
            self._context.log_unexpected(error)
            self._trouble = in_one_line(trouble_of(error))
        finally:
            if self._turn is turn:
                self._measuring = False
                self.changed.emit()

    async def _taken(self, address: str) -> bool:
        self._refused = self._refused_because = ""
        try:
            parse_address(address)
        except Exception as error:  # noqa: BLE001 - as above
            self._context.log_unexpected(error)
            self._refused, self._refused_because = address, f"{trouble_of(error).text} {_EXAMPLE}"
            return False
        await self._context.change(ntp_server=address)
        return True
