"""A connection to PulseAudio or PipeWire in one thread, and the sinks behind it (thin shell)."""

import os
import time
from collections.abc import Callable
from typing import Any, Final

from audio.engine import libpulse
from audio.engine.device_choice import Device
from audio.engine.output_api import OutputUnavailableError

API: Final = "PulseAudio"
#: What PulseAudio and PipeWire call the sink that they make up while there is no real one.
DUMMY_SINK: Final = "auto_null"
_TIMEOUT_S: Final = 3.0
_POLL_US: Final = 20_000


class PulseConnection:
    """A context and its loop: whoever made it has to turn the loop by `iterate`, and to close it."""

    def __init__(self) -> None:
        """Connect. Errors: OutputUnavailableError."""
        try:
            self.pulse = libpulse.load()
        except OSError:
            raise OutputUnavailableError("libpulse is not installed (on Debian: apt install libpulse0)") from None
        # libpulse keeps pointers to callbacks: they have to live as long as the context.
        self._on_sink = libpulse.SinkCallback(self._take_sink)
        self._on_server = libpulse.ServerCallback(self._take_server)
        self._on_event: Any = None
        self._sinks: list[tuple[str, str]] = []
        self._default = ""
        pulse = self.pulse
        self._loop = pulse.pa_mainloop_new()
        self.context: int = pulse.pa_context_new(pulse.pa_mainloop_get_api(self._loop), b"Lockstep")
        try:
            if pulse.pa_context_connect(self.context, None, libpulse.CONTEXT_NOAUTOSPAWN, None) < 0:
                raise self._unavailable()
            self.wait_until(
                lambda: pulse.pa_context_get_state(self.context) == libpulse.CONTEXT_READY,
                lambda: pulse.pa_context_get_state(self.context) >= libpulse.CONTEXT_FAILED,
            )
        except OutputUnavailableError:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        """Return whether the server still answers."""
        return bool(self.pulse.pa_context_get_state(self.context) == libpulse.CONTEXT_READY)

    @property
    def wanted_sink(self) -> str | None:
        """Return the sink that this process's environment asks for, as every client of the server honours it."""
        return os.environ.get("PULSE_SINK") or None

    def iterate(self, poll_us: int = _POLL_US) -> bool:
        """Let libpulse work and call back; return False when its loop has ended."""
        pulse = self.pulse
        return bool(
            pulse.pa_mainloop_prepare(self._loop, poll_us) >= 0
            and pulse.pa_mainloop_poll(self._loop) >= 0
            and pulse.pa_mainloop_dispatch(self._loop) >= 0
        )

    def wait_until(self, done: Callable[[], bool], failed: Callable[[], bool]) -> None:
        """Turn the loop until something is so. Errors: OutputUnavailableError when it fails or takes too long."""
        deadline_s = time.monotonic() + _TIMEOUT_S
        while not done():
            if failed() or not self.iterate():
                raise self._unavailable()
            if time.monotonic() > deadline_s:
                raise OutputUnavailableError("the sound server does not answer")

    def error(self) -> str:
        """Return libpulse's own words on what went wrong last."""
        return str(self.pulse.pa_strerror(self.pulse.pa_context_errno(self.context)).decode(errors="replace"))

    def sinks(self) -> list[Device]:
        """Return the sinks except the made-up one. Errors: OutputUnavailableError."""
        return [sink for sink in self.all_sinks() if sink.name != DUMMY_SINK]

    def all_sinks(self) -> list[Device]:
        """Return the sinks. Errors: OutputUnavailableError."""
        self._sinks, self._default = [], ""
        self._complete(self.pulse.pa_context_get_sink_info_list(self.context, self._on_sink, None))
        self._complete(self.pulse.pa_context_get_server_info(self.context, self._on_server, None))
        default = self._default
        if self.wanted_sink in [name for name, _ in self._sinks]:
            default = self.wanted_sink or default
        return [Device(name, label or name, name == default, API) for name, label in self._sinks]

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call back, from `iterate`, whenever a sink comes, goes or becomes the default."""
        self._on_event = libpulse.EventCallback(lambda _context, _kind, _index, _data: callback())
        pulse = self.pulse
        pulse.pa_context_set_subscribe_callback(self.context, self._on_event, None)
        mask = libpulse.SUBSCRIBE_SINK | libpulse.SUBSCRIBE_SERVER
        operation = pulse.pa_context_subscribe(self.context, mask, libpulse.SuccessCallback(), None)
        if operation:
            pulse.pa_operation_unref(operation)

    def close(self) -> None:
        """Disconnect."""
        self.pulse.pa_context_disconnect(self.context)
        self.pulse.pa_context_unref(self.context)
        self.pulse.pa_mainloop_free(self._loop)

    def _complete(self, operation: int | None) -> None:
        if not operation:
            raise self._unavailable()
        pulse = self.pulse
        try:
            self.wait_until(
                lambda: pulse.pa_operation_get_state(operation) != libpulse.OPERATION_RUNNING, lambda: not self.alive
            )
        finally:
            pulse.pa_operation_unref(operation)

    def _take_sink(self, _context: int, info: Any, end_of_list: int, _data: object) -> None:
        if not end_of_list and info:
            sink = info.contents
            self._sinks.append((_text(sink.name), _text(sink.description)))

    def _take_server(self, _context: int, info: Any, _data: object) -> None:
        if info:
            self._default = _text(info.contents.default_sink_name)

    def _unavailable(self) -> OutputUnavailableError:
        return OutputUnavailableError(f"no PulseAudio or PipeWire server answers ({self.error()})")


def _text(raw: bytes | None) -> str:
    return "" if raw is None else raw.decode(errors="replace")
