"""A PulseAudio or PipeWire stream that is open for life, timed by the server's own readings (thin shell)."""

import ctypes
import logging
import threading
import time
from typing import Any, Final

import numpy as np

from audio.decode.pcm import BYTES_PER_FRAME, CHANNELS
from audio.engine import libpulse
from audio.engine.dac_clock import RAW_READINGS, DacClock
from audio.engine.output_api import PREFERRED_RATE, OutputUnavailableError, RenderBlock
from protocol.timeline import NS_PER_MS

_log = logging.getLogger(__name__)

_BUFFER_FRAMES: Final = PREFERRED_RATE * 120 // 1000
_REQUEST_FRAMES: Final = 1024
_CONNECT_TIMEOUT_S: Final = 3.0
_READING_INTERVAL_S: Final = 0.1
_POLL_TIMEOUT_US: Final = 20_000


class PulseOutput:
    """One playback stream in a thread of its own. `PULSE_SERVER` and `PULSE_SINK` are honoured by libpulse itself.

    The server numbers frames from the stream's start and goes on numbering through an underrun, so the relation of
    frame and DAC time outlives it: what came too late is lost, what follows is in place.
    """

    silent: bool = False
    reason: str | None = None

    def __init__(self) -> None:
        self.rate = PREFERRED_RATE
        self.underruns = 0
        self.failed = False
        self.latency_ms = _BUFFER_FRAMES * 1000 / self.rate
        self._clock = DacClock(self.rate, RAW_READINGS)
        self._clock_runs = False
        self._frames = 0
        self._render: RenderBlock | None = None
        self._closed = threading.Event()
        try:
            self._pulse = libpulse.load()
        except OSError:
            raise OutputUnavailableError("libpulse is not installed (on Debian: apt install libpulse0)") from None
        # libpulse keeps pointers to these: they have to live as long as the stream.
        self._callbacks = (
            libpulse.RequestCallback(self._on_request),
            libpulse.NotifyCallback(self._on_underflow),
            libpulse.SuccessCallback(self._on_timing),
        )
        self._loop = self._pulse.pa_mainloop_new()
        self._context: int | None = None
        self._stream: int | None = None
        try:
            self._connect()
        except OutputUnavailableError:
            self._release()
            raise
        name = self._pulse.pa_stream_get_device_name(self._stream)
        self.device = f"pulse ({name.decode(errors='replace')})" if name else "pulse"

    @property
    def ppm(self) -> float:
        """Return the DAC's rate error in ppm."""
        return self._clock.ppm

    def start(self, render: RenderBlock) -> None:
        """Begin to ask for blocks."""
        self._render = render
        threading.Thread(target=self._run, name="pulse-output", daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._closed.set()

    def _connect(self) -> None:
        pulse = self._pulse
        self._context = pulse.pa_context_new(pulse.pa_mainloop_get_api(self._loop), b"Lockstep")
        if pulse.pa_context_connect(self._context, None, libpulse.CONTEXT_NOAUTOSPAWN, None) < 0:
            raise OutputUnavailableError(f"no PulseAudio or PipeWire server answers ({self._error()})")
        self._wait_until(pulse.pa_context_get_state, self._context, libpulse.CONTEXT_READY, libpulse.CONTEXT_FAILED)
        spec = libpulse.SampleSpec(libpulse.SAMPLE_S16LE, self.rate, CHANNELS)
        self._stream = pulse.pa_stream_new(self._context, b"music", ctypes.byref(spec), None)
        on_request, on_underflow, _ = self._callbacks
        pulse.pa_stream_set_write_callback(self._stream, on_request, None)
        pulse.pa_stream_set_underflow_callback(self._stream, on_underflow, None)
        attributes = libpulse.BufferAttr(
            maxlength=libpulse.UNSET,
            tlength=_BUFFER_FRAMES * BYTES_PER_FRAME,
            # Without pre-buffering the frames are numbered by time from the first one on.
            prebuf=0,
            minreq=_REQUEST_FRAMES * BYTES_PER_FRAME,
            fragsize=libpulse.UNSET,
        )
        connected = pulse.pa_stream_connect_playback(
            self._stream, None, ctypes.byref(attributes), libpulse.STREAM_ADJUST_LATENCY, None, None
        )
        if connected < 0:
            raise OutputUnavailableError(f"the sound server refuses a stream ({self._error()})")
        self._wait_until(pulse.pa_stream_get_state, self._stream, libpulse.STREAM_READY, libpulse.STREAM_FAILED)

    def _wait_until(self, get_state: Any, thing: int | None, ready: int, failed: int) -> None:
        deadline_s = time.monotonic() + _CONNECT_TIMEOUT_S
        while (state := get_state(thing)) != ready:
            if state >= failed or not self._iterate():
                raise OutputUnavailableError(f"no PulseAudio or PipeWire server answers ({self._error()})")
            if time.monotonic() > deadline_s:
                raise OutputUnavailableError("the sound server does not answer")

    def _iterate(self) -> bool:
        pulse = self._pulse
        return bool(
            pulse.pa_mainloop_prepare(self._loop, _POLL_TIMEOUT_US) >= 0
            and pulse.pa_mainloop_poll(self._loop) >= 0
            and pulse.pa_mainloop_dispatch(self._loop) >= 0
        )

    def _error(self) -> str:
        return str(self._pulse.pa_strerror(self._pulse.pa_context_errno(self._context)).decode(errors="replace"))

    def _run(self) -> None:
        pulse = self._pulse
        next_reading_s = 0.0
        while not self._closed.is_set():
            if time.monotonic() >= next_reading_s:
                next_reading_s = time.monotonic() + _READING_INTERVAL_S
                operation = pulse.pa_stream_update_timing_info(self._stream, self._callbacks[2], None)
                if operation:
                    pulse.pa_operation_unref(operation)
            if not self._iterate() or pulse.pa_stream_get_state(self._stream) != libpulse.STREAM_READY:
                self.failed = True
                break
        self._release()

    def _release(self) -> None:
        pulse = self._pulse
        if self._stream:
            pulse.pa_stream_disconnect(self._stream)
            pulse.pa_stream_unref(self._stream)
        if self._context:
            pulse.pa_context_disconnect(self._context)
            pulse.pa_context_unref(self._context)
        pulse.pa_mainloop_free(self._loop)

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

    def _on_timing(self, stream: int, success: int, _data: object) -> None:
        pointer = self._pulse.pa_stream_get_timing_info(stream)
        if not success or not pointer:
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
        self._clock_runs = True
