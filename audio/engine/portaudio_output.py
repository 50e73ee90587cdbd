"""PortAudio: the output on macOS, on Windows, and on Linux without a sound server (thin shell).

PortAudio is asked for about 100 ms of buffer: measured, the DAC times of its callbacks scatter less than with short
buffers, and starts are exact anyway because they are scheduled by DAC time.
"""

import sys
import time
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from audio.decode.pcm_file import CHANNELS
from audio.engine.dac_clock import SMOOTHED_READINGS, DacClock
from audio.engine.device_choice import PortAudioDevice, choose, missing, to_try
from audio.engine.device_watch import DeviceWatch
from audio.engine.output_api import (
    BLOCK_FRAMES,
    PREFERRED_RATE,
    OutputUnavailableError,
    PriorPpm,
    RenderBlock,
    no_prior,
)
from audio.engine.portaudio_devices import list_portaudio

_LATENCY_S: Final = 0.1
#: Its mixer takes nothing but its own rate, and asking makes some drivers of it fail for good.
_OWN_RATE_APIS: Final = ("Windows WASAPI",)


def open_portaudio(wanted: str | None, prior_ppm: PriorPpm = no_prior, *, again: bool = False) -> "PortAudioOutput":
    """Open the wanted device or else the first that opens; `again` looks for devices anew, while no stream is open.

    Errors: OutputUnavailableError.
    """
    entries = list_portaudio(again=again)
    devices = [entry.device for entry in entries]
    reason = None
    if wanted is not None and choose(devices, wanted) is None:
        reason = f"{missing(wanted, devices)}; it is used as soon as it is there"
    return _first_that_opens(to_try(entries, wanted), wanted, reason, prior_ppm)


def _first_that_opens(
    entries: Sequence[PortAudioDevice], wanted: str | None, reason: str | None, prior_ppm: PriorPpm
) -> "PortAudioOutput":
    import sounddevice  # noqa: PLC0415

    error: Exception | None = None
    for entry in entries:
        try:
            output = PortAudioOutput(entry, prior_ppm)
        except sounddevice.PortAudioError as refusal:
            error = error or refusal
            continue
        if wanted is not None and reason is None and error is not None:
            reason = f"“{entries[0].device.label}” can't be opened: {error}"
        output.reason = reason
        if reason is not None or not sys.platform.startswith("linux"):
            output.watch(entries[0].device.name, wanted)
        return output
    if error is None:
        raise OutputUnavailableError("no sound device was found" if reason is None else reason)
    raise OutputUnavailableError(f"the sound device can't be opened: {error}")


class PortAudioOutput:
    """One PortAudio stream whose callback times are moved onto the scale of `time.perf_counter_ns()`."""

    silent: bool = False
    generation: int = 0
    #: Where there is a sound server, that is better, and it may come back.
    fallback: bool = sys.platform.startswith("linux")
    by_server: bool = False

    def __init__(self, entry: PortAudioDevice, prior_ppm: PriorPpm = no_prior) -> None:
        """Open one device. Errors: sounddevice.PortAudioError."""
        import sounddevice  # noqa: PLC0415

        self.device, self.label = entry.device.name, entry.device.label
        self.reason: str | None = None
        self.underruns = 0
        self._api = entry.device.api
        self._render: RenderBlock | None = None
        self._watch: DeviceWatch | None = None
        self._frames = 0
        self.failed = False
        self._closing = False
        self.rate = entry.default_rate if self._api in _OWN_RATE_APIS else PREFERRED_RATE
        try:
            self._stream = self._open(sounddevice, entry, self.rate)
        except sounddevice.PortAudioError:
            if self.rate == entry.default_rate:
                raise
            self.rate = entry.default_rate
            self._stream = self._open(sounddevice, entry, self.rate)
        self.latency_ms = self._stream.latency * 1000
        self._prior_ppm = prior_ppm(self.device)
        self._clock = DacClock(self.rate, SMOOTHED_READINGS, self._prior_ppm)

    def _open(self, sounddevice: Any, entry: PortAudioDevice, rate: int) -> Any:
        return sounddevice.RawOutputStream(
            device=entry.index,
            samplerate=rate,
            channels=CHANNELS,
            dtype="int16",
            blocksize=BLOCK_FRAMES,
            latency=_LATENCY_S,
            callback=self._callback,
            finished_callback=self._finished,
        )

    def watch(self, tried_first: str, wanted: str | None) -> None:
        """Look now and then whether the wanted device, or the default, is another one by now."""
        self._watch = DeviceWatch((self.device, tried_first), self._api, wanted)

    def start(self, render: RenderBlock) -> None:
        """Begin to ask for blocks. A device that is gone already shows as `failed`."""
        import sounddevice  # noqa: PLC0415

        self._render = render
        try:
            self._stream.start()
        except sounddevice.PortAudioError as error:
            self.reason = f"the sound device can't be started: {error}"
            self.failed = True

    @property
    def ppm(self) -> float:
        """Return the DAC's rate error in ppm, as measured, or what was known before."""
        return self._clock.ppm if self._clock.ppm_is_settled else self._prior_ppm

    @property
    def outdated(self) -> bool:
        """Return whether the wanted device has appeared, or another one has become the default."""
        return self._watch is not None and self._watch.outdated

    def close(self) -> None:
        """Stop the stream."""
        self._closing = True
        if self._watch is not None:
            self._watch.close()
        self._stream.close(ignore_errors=True)

    def _finished(self) -> None:
        if not self._closing:
            self.reason = "the sound device has gone away"
            self.failed = True

    def _callback(self, out: Any, frames: int, times: Any, status: Any) -> None:
        before_ns = time.perf_counter_ns()
        stream_now_s = self._stream.time
        after_ns = time.perf_counter_ns()
        # PortAudio's clock is the wall clock on some systems; only differences on it are used.
        ahead_s = times.outputBufferDacTime - stream_now_s if times.outputBufferDacTime > 0 else self._stream.latency
        dac_ns = (before_ns + after_ns) // 2 + round(ahead_s * 1e9)
        self.latency_ms = max(ahead_s * 1000, self.latency_ms * 0.999)
        if status.output_underflow:
            self.underruns += 1
            self._clock.doubt()
        block = np.frombuffer(out, dtype=np.int16).reshape(frames, CHANNELS)
        assert self._render is not None
        self._clock.add_reading(self._frames, dac_ns)
        self._render(block, self._clock.dac_ns(self._frames))
        self._frames += frames
