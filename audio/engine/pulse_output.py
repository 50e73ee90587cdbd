"""A PulseAudio or PipeWire stream that is open for life, timed by the server's own readings (thin shell)."""

import ctypes
import logging
import threading
import time
from typing import Final

import numpy as np

from audio.decode.pcm_file import BYTES_PER_FRAME, CHANNELS
from audio.engine import libpulse
from audio.engine.dac_clock import RAW_READINGS, DacClock
from audio.engine.device_choice import choose, missing
from audio.engine.output_api import PREFERRED_RATE, OutputUnavailableError, PriorPpm, RenderBlock, no_prior
from audio.engine.pulse_connection import DUMMY_SINK, PulseConnection
from protocol.timeline import NS_PER_MS

_log = logging.getLogger(__name__)

_BUFFER_FRAMES: Final = PREFERRED_RATE * 120 // 1000
_REQUEST_FRAMES: Final = 1024
_READING_INTERVAL_S: Final = 0.1
#: While little is known each reading counts: their scatter is averaged out within half a second.
_EARLY_READING_INTERVAL_S: Final = 0.02
#: The server itself moves streams to a new default; one that does not within this time never will.
_SERVER_MOVES_WITHIN_S: Final = 0.5
#: A device that is being moved or set up anew is suspended for less than this.
_SUSPENDED_FOR_S: Final = 0.5


class PulseOutput:
    """One playback stream in a thread of its own. `PULSE_SERVER` and `PULSE_SINK` are honoured.

    The server numbers frames from the stream's start and goes on numbering through an underrun, so the relation of
    frame and DAC time outlives it: what came too late is lost, what follows is in place. Where the server moves the
    stream to another sink, the DAC's clock begins anew.
    """

    fallback: bool = False
    by_server: bool = True

    def __init__(self, wanted: str | None = None, prior_ppm: PriorPpm = no_prior) -> None:
        """Open the wanted sink (part of its name or label), else the default. Errors: OutputUnavailableError."""
        self.rate = PREFERRED_RATE
        self.underruns = 0
        self.generation = 0
        self.failed = False
        self.outdated = False
        self.latency_ms = _BUFFER_FRAMES * 1000 / self.rate
        self.device, self.label = "", ""
        self.silent = False
        self.reason: str | None = None
        self._prior_ppm = prior_ppm
        self._clock_runs = False
        self._frames = 0
        self._render: RenderBlock | None = None
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._look, self._moved = False, False
        self._default, self._default_since_s = "", 0.0
        self._suspended_since_s: float | None = None
        # libpulse keeps pointers to these: they have to live as long as the stream.
        self._callbacks = (
            libpulse.RequestCallback(self._on_request),
            libpulse.NotifyCallback(self._on_underflow),
            libpulse.SuccessCallback(self._on_timing),
            libpulse.NotifyCallback(self._on_moved),
            libpulse.NotifyCallback(self._on_suspended),
        )
        self._connection = connection = PulseConnection()
        self._pulse = connection.pulse
        self._wanted = wanted or connection.wanted_sink
        self._is_missing = False
        self._stream: int | None = None
        try:
            connection.on_change(self._on_event)
            self._connect()
            self._look_around()
        except OutputUnavailableError:
            self._release()
            raise
        self._clock = self._new_clock()

    @property
    def ppm(self) -> float:
        """Return the DAC's rate error in ppm, as measured, or what was known before."""
        return self._clock.ppm if self._clock.ppm_is_settled else self._prior_ppm(self.device)

    def start(self, render: RenderBlock) -> None:
        """Begin to ask for blocks."""
        self._render = render
        self._thread = threading.Thread(target=self._run, name="pulse-output", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; from then on no block is asked for."""
        self._closed.set()
        if self._thread is None:
            self._release()
        elif self._thread is not threading.current_thread():
            self._thread.join()

    def _connect(self) -> None:
        pulse, connection = self._pulse, self._connection
        sinks = connection.all_sinks()
        if not sinks:
            raise OutputUnavailableError("no sound device is connected")
        target = None if self._wanted is None else choose(sinks, self._wanted)
        if target is None and connection.wanted_sink is not None:
            # Without a name libpulse itself would ask for the sink that is not there.
            target = next((sink for sink in sinks if sink.is_default), sinks[0])
        spec = libpulse.SampleSpec(libpulse.SAMPLE_S16LE, self.rate, CHANNELS)
        self._stream = pulse.pa_stream_new(connection.context, b"music", ctypes.byref(spec), None)
        on_request, on_underflow, _, on_moved, on_suspended = self._callbacks
        pulse.pa_stream_set_write_callback(self._stream, on_request, None)
        pulse.pa_stream_set_underflow_callback(self._stream, on_underflow, None)
        pulse.pa_stream_set_moved_callback(self._stream, on_moved, None)
        pulse.pa_stream_set_suspended_callback(self._stream, on_suspended, None)
        attributes = libpulse.BufferAttr(
            maxlength=libpulse.UNSET,
            tlength=_BUFFER_FRAMES * BYTES_PER_FRAME,
            # Without pre-buffering the frames are numbered by time from the first one on.
            prebuf=0,
            minreq=_REQUEST_FRAMES * BYTES_PER_FRAME,
            fragsize=libpulse.UNSET,
        )
        name = None if target is None else target.name.encode()
        connected = pulse.pa_stream_connect_playback(
            self._stream, name, ctypes.byref(attributes), libpulse.STREAM_ADJUST_LATENCY, None, None
        )
        if connected < 0:
            raise OutputUnavailableError(f"the sound server refuses a stream ({connection.error()})")
        try:
            connection.wait_until(
                lambda: pulse.pa_stream_get_state(self._stream) == libpulse.STREAM_READY,
                lambda: pulse.pa_stream_get_state(self._stream) >= libpulse.STREAM_FAILED,
            )
            connection.wait_until(lambda: not pulse.pa_stream_is_suspended(self._stream), lambda: not connection.alive)
        except OutputUnavailableError:
            if pulse.pa_stream_is_suspended(self._stream) > 0:
                raise OutputUnavailableError("the sound server has suspended the sound device") from None
            raise

    def _new_clock(self) -> DacClock:
        self._clock_runs = False
        return DacClock(self.rate, RAW_READINGS, self._prior_ppm(self.device))

    def _look_around(self) -> None:
        """Find out where the stream is, and whether there is a better place for it now."""
        self._look = False
        sinks = self._connection.all_sinks()
        raw = self._pulse.pa_stream_get_device_name(self._stream)
        self.device = "" if raw is None else raw.decode(errors="replace")
        self.label = next((sink.label for sink in sinks if sink.name == self.device), self.device)
        self.silent = self.device == DUMMY_SINK
        real = [sink for sink in sinks if sink.name != DUMMY_SINK]
        target = None if self._wanted is None else choose(real, self._wanted)
        if target is not None:
            # Only where it appears anew: a person may have moved the stream elsewhere in the system's mixer.
            self.outdated = self.outdated or (self._is_missing and target.name != self.device)
            self._is_missing = self._is_missing and self.outdated
        else:
            self._is_missing = self._wanted is not None
            self._follow_default(next((sink.name for sink in sinks if sink.is_default), ""))
        if self.silent:
            self.reason = "no sound device is connected"
        elif self._is_missing and self._wanted is not None:
            self.reason = f"{missing(self._wanted, real)}; it is used as soon as it is there"
        else:
            self.reason = None

    def _follow_default(self, default: str) -> None:
        now_s = time.monotonic()
        if default == self.device or not self._default:
            self._default = default
        elif default != self._default:
            self._default, self._default_since_s = default, now_s
            self._look = True
        elif self._default_since_s:
            self._look = now_s - self._default_since_s < _SERVER_MOVES_WITHIN_S
            if not self._look:
                self._default_since_s, self.outdated = 0.0, True

    def _run(self) -> None:
        pulse, connection = self._pulse, self._connection
        next_reading_s = next_look_s = 0.0
        while not self._closed.is_set():
            now_s = time.monotonic()
            if now_s >= next_reading_s:
                next_reading_s = now_s + (_EARLY_READING_INTERVAL_S if self._clock.is_new else _READING_INTERVAL_S)
                operation = pulse.pa_stream_update_timing_info(self._stream, self._callbacks[2], None)
                if operation:
                    pulse.pa_operation_unref(operation)
            if self._look and now_s >= next_look_s:
                next_look_s = now_s + _READING_INTERVAL_S
                try:
                    self._look_around()
                except OutputUnavailableError as error:
                    self._fail(str(error))
            if self._moved and not self._look:
                self._begin_anew()
            if not connection.iterate() or not connection.alive:
                self._fail("the sound server has gone away")
            elif pulse.pa_stream_get_state(self._stream) != libpulse.STREAM_READY:
                self._fail("the sound device has gone away")
            elif self._suspended_since_s is not None and now_s - self._suspended_since_s > _SUSPENDED_FOR_S:
                self._fail("the sound server has suspended the sound device")
        self._release()

    def _fail(self, reason: str) -> None:
        if not self._closed.is_set():
            self.reason = reason
            self.failed = True
            self._closed.set()

    def _begin_anew(self) -> None:
        """Forget the DAC's clock: the stream plays elsewhere, or stood still."""
        self._moved = False
        self._clock = self._new_clock()
        self.generation += 1

    def _release(self) -> None:
        pulse = self._pulse
        if self._stream:
            pulse.pa_stream_disconnect(self._stream)
            pulse.pa_stream_unref(self._stream)
        self._connection.close()

    def _on_request(self, stream: int, wanted_bytes: int, _data: object) -> None:
        frames = wanted_bytes // BYTES_PER_FRAME
        if frames == 0:
            return
        block = np.zeros((frames, CHANNELS), dtype=np.int16)
        # Until the server has said when frames are heard there is nothing to render by.
        if self._clock_runs and self._render is not None:
            dac_ns = self._clock.dac_ns(self._frames)
            self.latency_ms = max((dac_ns - time.perf_counter_ns()) / NS_PER_MS, self.latency_ms * 0.999)
            self._render(block, dac_ns)
        self._frames += frames
        self._pulse.pa_stream_write(
            stream, block.ctypes.data, frames * BYTES_PER_FRAME, None, 0, libpulse.SEEK_RELATIVE
        )

    def _on_underflow(self, _stream: int, _data: object) -> None:
        if self._clock_runs:
            self.underruns += 1
            self._clock.doubt()

    def _on_event(self) -> None:
        self._look = True

    def _on_moved(self, _stream: int, _data: object) -> None:
        self._look = self._moved = True
        self._clock_runs = False

    def _on_suspended(self, stream: int, _data: object) -> None:
        if self._pulse.pa_stream_is_suspended(stream) > 0:
            self._suspended_since_s = time.monotonic()
        elif self._suspended_since_s is not None:
            self._suspended_since_s = None
            self._moved = True
        self._clock_runs = False

    def _on_timing(self, stream: int, success: int, _data: object) -> None:
        pointer = self._pulse.pa_stream_get_timing_info(stream)
        if not success or not pointer or self._moved or self._suspended_since_s is not None:
            return
        info = pointer.contents
        if not info.playing or info.read_index_corrupt:
            return
        # The reading is stamped with the wall clock; it is moved to the monotonic clock by a pair taken right now.
        before_ns = time.perf_counter_ns()
        wall_ns = time.time_ns()
        mono_ns = (before_ns + time.perf_counter_ns()) // 2
        stamp_ns = info.timestamp.sec * 1_000_000_000 + info.timestamp.usec * 1000 - info.transport_usec * 1000
        frame = info.read_index / BYTES_PER_FRAME - info.sink_usec * self.rate / 1e6
        self._clock.add_reading(frame, mono_ns - (wall_ns - stamp_ns))
        self._clock_runs = self._clock.is_ready
