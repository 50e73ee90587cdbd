"""Where rendered blocks go: a PortAudio stream that stays open for life, or a silent clock (thin shell).

PortAudio is asked for about 100 ms of buffer: measured on PulseAudio the DAC times of its callbacks scatter less than
with short buffers, and starts are exact anyway because they are scheduled by DAC time.
"""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np

from audio.decode.pcm import CHANNELS, Pcm

PREFERRED_RATE: Final = 44_100
BLOCK_FRAMES: Final = 1024
_LATENCY_S: Final = 0.1
#: Sound servers as ALSA devices, best first: they mix, follow the user's default and know their delay.
_SOUND_SERVERS: Final = ("pulse", "pipewire")

RenderBlock = Callable[[Pcm, int, int], None]
"""Called with (block to fill, frames since the stream's start, DAC time in ns of its first frame)."""


class Output(Protocol):
    """A running output; `failed` when it has stopped by itself."""

    rate: int
    latency_ms: float
    device: str
    silent: bool
    reason: str | None
    underruns: int

    def start(self, render: RenderBlock) -> None:
        """Begin to ask for blocks from a thread of the output's own."""

    @property
    def failed(self) -> bool:
        """Return whether no more blocks will be asked for."""

    def close(self) -> None:
        """Stop."""


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


def open_output(wanted: str | None) -> Output:
    """Open the wanted device ("none": silence; None: the best there is), or a silent clock that says why."""
    if wanted == "none":
        return SilentOutput(None)
    try:
        import sounddevice  # noqa: PLC0415
    except OSError:
        return SilentOutput("PortAudio is not installed (on Debian: apt install libportaudio2)")
    try:
        devices = list_devices()
        device = choose_device(devices, wanted, linux=sys.platform.startswith("linux"))
        if device is None and wanted is not None:
            known = ", ".join(device.name for device in devices) or "none"
            return SilentOutput(f'there is no sound device "{wanted}" (devices: {known})')
        if device is None:
            return SilentOutput("no sound device was found")
        return PortAudioOutput(device)
    except sounddevice.PortAudioError as error:
        return SilentOutput(f"the sound device can't be opened: {error}")


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
        self._failed = False
        try:
            self._stream = self._open(sounddevice, device, PREFERRED_RATE)
        except sounddevice.PortAudioError:
            self.rate = device.default_rate
            self._stream = self._open(sounddevice, device, device.default_rate)
        self.latency_ms = self._stream.latency * 1000

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
    def failed(self) -> bool:
        """Return whether the stream has stopped by itself."""
        return self._failed

    def close(self) -> None:
        """Stop the stream."""
        self._stream.close(ignore_errors=True)

    def _finished(self) -> None:
        self._failed = True

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
        self._render(block, self._frames, dac_ns)
        self._frames += frames


class SilentOutput:
    """A clock without sound: asks for blocks at the pace of the machine's own clock."""

    silent = True

    def __init__(self, reason: str | None) -> None:
        self.reason = reason
        self.device = "none"
        self.rate = PREFERRED_RATE
        self.latency_ms = _LATENCY_S * 1000
        self.underruns = 0
        self.failed = False
        self._closed = threading.Event()

    def start(self, render: RenderBlock) -> None:
        """Begin to ask for blocks."""
        threading.Thread(target=self._run, args=(render,), name="silent-output", daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._closed.set()

    def _run(self, render: RenderBlock) -> None:
        block = np.zeros((BLOCK_FRAMES, CHANNELS), dtype=np.int16)
        latency_ns = round(_LATENCY_S * 1e9)
        start_ns = time.perf_counter_ns() + latency_ns
        frames = 0
        while not self._closed.is_set():
            dac_ns = start_ns + frames * 1_000_000_000 // self.rate
            wait_ns = dac_ns - latency_ns - time.perf_counter_ns()
            if wait_ns > 0:
                self._closed.wait(wait_ns / 1e9)
            elif wait_ns < -latency_ns:
                # The machine slept or stood still: what should have been heard meanwhile is lost, as on a real device.
                self.underruns += 1
                start_ns -= wait_ns
                dac_ns -= wait_ns
            render(block, frames, dac_ns)
            frames += BLOCK_FRAMES
