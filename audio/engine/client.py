"""The audio process as seen by the app: start it, command it, and bring it back when it dies."""

import asyncio
import logging
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

from audio.child import ChildProcess
from audio.engine.messages import (
    Click,
    Command,
    Follow,
    Free,
    Hold,
    Load,
    SetClock,
    SetOrder,
    SetProfile,
    SetVolume,
    Started,
    Status,
    from_message,
    to_message,
)
from audio.errors import EngineError
from audio.parent_pipe import Message

_log = logging.getLogger(__name__)

_START_TIMEOUT_S: Final = 30.0
#: This many deaths without a few seconds of life in between, and something is wrong that a restart won't mend.
_MAX_DEATHS: Final = 5
_HEALTHY_AFTER_S: Final = 5.0
#: A process that dies at once is started again at once, one that keeps dying after pauses that double.
_FIRST_PAUSE_S: Final = 0.25
#: It reports five times a second; after this much silence it hangs, and is replaced.
STALL_TIMEOUT_S: Final = 1.25
#: Loading its libraries and opening a device that does not answer take their time.
START_LIMIT_S: Final = 14.0
_LOOKS_PER_STALL: Final = 6


class EngineKind(StrEnum):
    """Which process plays: the precise renderer, or a plain libVLC player behind the same messages."""

    PRECISE = "precise"
    LIBVLC = "libvlc"


_MODULES: Final = {EngineKind.PRECISE: "audio.engine.process", EngineKind.LIBVLC: "audio.vlc_engine.process"}


class EngineClient:
    """Hold the wanted state (music, order, clock) and keep an audio process that has it.

    `on_status` gets every message; after a restart it gets `Started` again, and then the owner sends the program that
    belongs to that moment: only it knows where the music would be by now.
    """

    def __init__(
        self,
        device: str | None,
        log_file: Path,
        *,
        on_status: Callable[[Status], None],
        kind: EngineKind = EngineKind.PRECISE,
        stall_timeout_s: float = STALL_TIMEOUT_S,
        start_limit_s: float = START_LIMIT_S,
    ) -> None:
        self._device = device
        self._module = _MODULES[kind]
        self._log_file = log_file
        self._on_status = on_status
        self._child: ChildProcess | None = None
        self._started: asyncio.Future[Started] = asyncio.get_running_loop().create_future()
        self._loads: dict[int, Load] = {}
        self._order: tuple[int, ...] = ()
        self._clock: SetClock | None = None
        self._volume: SetVolume | None = None
        self._profiles: dict[str, SetProfile] = {}
        self._deaths = 0
        self._healthy: asyncio.TimerHandle | None = None
        self._look_interval_s = stall_timeout_s / _LOOKS_PER_STALL
        self._start_limit_s = start_limit_s
        self._watch: asyncio.TimerHandle | None = None
        self._respawn: asyncio.TimerHandle | None = None
        self._silent_looks = 0
        self._is_up = False
        self._hung = False
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """Return the audio process's id while there is one."""
        return None if self._child is None else self._child.pid

    @property
    def failed(self) -> bool:
        """Return whether the process died so often that it was given up."""
        return self._deaths >= _MAX_DEATHS

    async def started(self) -> Started:
        """Wait until the output runs. Errors: EngineError."""
        try:
            return await asyncio.wait_for(asyncio.shield(self._started), _START_TIMEOUT_S)
        except TimeoutError:
            self.close()
            raise EngineError(
                f"the audio process did not start within {_START_TIMEOUT_S:.0f} s; its log is {self._log_file}"
            ) from None

    def send(self, command: Command) -> None:
        """Send a command, and remember what a restarted process will have to know."""
        match command:
            case Load(slot=slot):
                self._loads[slot] = command
            case SetOrder(slots=slots):
                self._order = slots
                self._loads = {slot: load for slot, load in self._loads.items() if slot in slots}
            case SetClock():
                self._clock = command
            case SetVolume():
                self._volume = command
            case SetProfile(profile=profile):
                self._profiles[profile.device] = command
            case Free() | Hold() | Follow() | Click():
                pass
        if self._child is not None:
            self._child.send(to_message(command))

    def close(self) -> None:
        """End the process."""
        self._stop_timers()
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def spawn(self) -> None:
        """Start the process."""
        child = ChildProcess(
            self._module,
            [self._device or ""],
            log_file=self._log_file,
            on_message=self._on_message,
            on_exit=lambda code: self._on_exit(child, code),
        )
        self._child = child
        self._silent_looks, self._is_up, self._hung = 0, False, False
        self._look_later()

    def _on_message(self, message: Message) -> None:
        if self._child is None:
            return
        self._silent_looks = 0
        status: Status = from_message(message)
        if isinstance(status, Started):
            # Music that was decoded for another output would run at the wrong speed; it is decoded again.
            self._loads = {slot: load for slot, load in self._loads.items() if load.pcm.rate == status.rate}
            self._restore()
            if not self._started.done():
                self._started.set_result(status)
            if not self._is_up:
                self._is_up = True
                self._healthy = asyncio.get_running_loop().call_later(_HEALTHY_AFTER_S, self._forgive)
        self._on_status(status)

    def _restore(self) -> None:
        assert self._child is not None
        order = (SetOrder(self._order),) if self._order else ()
        state = (self._clock, self._volume, *self._profiles.values(), *self._loads.values(), *order)
        for command in state:
            if command is not None:
                self._child.send(to_message(command))

    def _on_exit(self, child: ChildProcess, code: int) -> None:
        if child is not self._child:
            return
        self._child = None
        self._stop_timers()
        self._deaths += 1
        how = "hung and was ended" if self._hung else f"ended with {code}"
        if self.failed:
            _log.error("audio process %s for the %d. time in a row and is given up", how, self._deaths)
            if not self._started.done():
                self._started.set_exception(
                    EngineError(f"the audio process can't be kept alive; its log is {self._log_file}")
                )
            return
        _log.warning("audio process %s and is restarted", how)
        self.restarts += 1
        if self._deaths == 1:
            self.spawn()
        else:
            pause_s = _FIRST_PAUSE_S * 2 ** (self._deaths - 2)
            self._respawn = asyncio.get_running_loop().call_later(pause_s, self.spawn)

    def _look_later(self) -> None:
        self._watch = asyncio.get_running_loop().call_later(self._look_interval_s, self._look_for_stall)

    def _look_for_stall(self) -> None:
        """Count looks rather than time: where this process itself was late or slept, the child had no chance."""
        if self._child is None:
            return
        self._silent_looks += 1
        patience = _LOOKS_PER_STALL if self._is_up else self._start_limit_s / self._look_interval_s
        if self._silent_looks >= patience:
            self._hung = True
            self._child.kill()
            return
        self._look_later()

    def _stop_timers(self) -> None:
        for timer in (self._healthy, self._watch, self._respawn):
            if timer is not None:
                timer.cancel()

    def _forgive(self) -> None:
        self._deaths = 0
