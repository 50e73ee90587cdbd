"""PortAudio: the output on macOS, on Windows, and on Linux without a sound server (thin shell).

PortAudio is asked for about 100 ms of buffer: measured, the DAC times of its callbacks scatter less than with short
buffers, and starts are exact anyway because they are scheduled by DAC time.
"""

import sys
import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from audio.decode.pcm import CHANNELS
from audio.engine.dac_clock import SMOOTHED_READINGS, DacClock
from audio.engine.output_api import BLOCK_FRAMES, PREFERRED_RATE, OutputUnavailableError, RenderBlock

_LATENCY_S: Final = 0.1
#: Sound servers as ALSA devices, best first: they mix, follow the user's default and know their delay.
_SOUND_SERVERS: Final = ("pulse", "pipewire")


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """An output device as PortAudio names it."""

    index: int
    name: str
    host_api: str
    default_rate: int
    is_default: bool


def list_devices() -> list[DeviceInfo]:
    """Return the output devices. Errors: OSError without PortAudio, sounddevice.PortAudioError when it fails."""
    import sounddevice  # noqa: PLC0415 - loads PortAudio, which may be missing

    apis = sounddevice.query_hostapis()
    default = sounddevice.default.device[1]
    return [
        DeviceInfo(
            index=device["index"],
            name=device["name"],
            host_api=apis[device["hostapi"]]["name"],
            default_rate=int(device["default_samplerate"]),
            is_default=device["index"] == default,
        )
        for device in sounddevice.query_devices()
        if device["max_output_channels"] >= CHANNELS
    ]


def choose_device(devices: list[DeviceInfo], wanted: str | None, *, linux: bool) -> DeviceInfo | None:
    """Return the device to use: the wanted one (by part of its name), else the sound server's, else the default."""
    if wanted is not None:
        exact = [device for device in devices if device.name.casefold() == wanted.casefold()]
        partial = [device for device in devices if wanted.casefold() in device.name.casefold()]
        return next(iter(exact + partial), None)
    if linux:
        for server in _SOUND_SERVERS:
            for device in devices:
                if device.name == server:
                    return device
    return next((device for device in devices if device.is_default), devices[0] if devices else None)


def open_portaudio(wanted: str | None) -> "PortAudioOutput":
    """Open the wanted device (None: the best there is). Errors: OutputUnavailableError."""
    try:
        import sounddevice  # noqa: PLC0415
    except OSError:
        raise OutputUnavailableError("PortAudio is not installed (on Debian: apt install libportaudio2)") from None
    try:
        devices = list_devices()
        device = choose_device(devices, wanted, linux=sys.platform.startswith("linux"))
        if device is None and wanted is not None:
            known = ", ".join(device.name for device in devices) or "none"
            raise OutputUnavailableError(f'there is no sound device "{wanted}" (devices: {known})')
        if device is None:
            raise OutputUnavailableError("no sound device was found")
        return PortAudioOutput(device)
    except sounddevice.PortAudioError as error:
        raise OutputUnavailableError(f"the sound device can't be opened: {error}") from None


class PortAudioOutput:
    """One PortAudio stream whose callback times are moved onto the scale of `time.perf_counter_ns()`."""

    silent: bool = False
    reason: str | None = None

    def __init__(self, device: DeviceInfo) -> None:
        import sounddevice  # noqa: PLC0415

        self.device = device.name
        self.underruns = 0
        self.rate = PREFERRED_RATE
        self._render: RenderBlock | None = None
        self._frames = 0
        self.failed = False
        try:
            self._stream = self._open(sounddevice, device, PREFERRED_RATE)
        except sounddevice.PortAudioError:
            self.rate = device.default_rate
            self._stream = self._open(sounddevice, device, device.default_rate)
        self.latency_ms = self._stream.latency * 1000
        self._clock = DacClock(self.rate, SMOOTHED_READINGS)

    def _open(self, sounddevice: Any, device: DeviceInfo, rate: int) -> Any:
        return sounddevice.RawOutputStream(
            device=device.index,
            samplerate=rate,
            channels=CHANNELS,
            dtype="int16",
            blocksize=BLOCK_FRAMES,
            latency=_LATENCY_S,
            callback=self._callback,
            finished_callback=self._finished,
        )

    def start(self, render: RenderBlock) -> None:
        """Begin to ask for blocks."""
        self._render = render
        self._stream.start()

    @property
    def ppm(self) -> float:
        """Return the DAC's rate error in ppm."""
        return self._clock.ppm

    def close(self) -> None:
        """Stop the stream."""
        self._stream.close(ignore_errors=True)

    def _finished(self) -> None:
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
        block = np.frombuffer(out, dtype=np.int16).reshape(frames, CHANNELS)
        assert self._render is not None
        self._clock.add_reading(self._frames, dac_ns)
        self._render(block, self._clock.dac_ns(self._frames))
        self._frames += frames
