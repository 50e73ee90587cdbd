"""How the output in use is set: its delay and its DAC's rate, kept by its name, and the volume."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from audio.device_profiles import DeviceProfiles, ProfileError, check_output_delay
from audio.engine.messages import Command, DeviceProfile, Report, SetProfile, SetVolume, Started
from protocol.timeline import NS_PER_MS

_log = logging.getLogger(__name__)

FULL_VOLUME: Final = 100.0

_KEEP_INTERVAL_NS: Final = 60_000 * NS_PER_MS
#: A crystal wanders by more than this with the room's temperature.
_WORTH_KEEPING_PPM: Final = 0.2


def gain_of(volume_percent: float) -> float:
    """Return the factor for the samples, 0 to 1, of a volume as people set it, 0 to 100.

    The cube, as desktop sound servers have it (PulseAudio: pa_sw_volume_to_linear): each step is heard as about the
    same change, and half way is 18 dB down. 100 gives exactly 1, which leaves the samples as they are. Errors:
    ValueError when it is no such volume.
    """
    if not 0.0 <= volume_percent <= FULL_VOLUME:
        raise ValueError(f"a volume is a number from 0 to {FULL_VOLUME:.0f}")
    return (volume_percent / FULL_VOLUME) ** 3


class OutputSettings:
    """Tell the audio process what is known of the devices, and keep what is set and learned.

    `send` reaches the audio process, which is told everything again when it is restarted.
    """

    def __init__(self, profiles: DeviceProfiles, send: Callable[[Command], None]) -> None:
        self._store = profiles
        self._send = send
        self._profiles: dict[str, DeviceProfile] = {}
        self._device: str | None = None
        self._ppm = 0.0
        self._volume_percent = FULL_VOLUME
        self._next_keeping_ns = 0
        self._keeping: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    def begin(self) -> None:
        """Send what is known of every device."""
        self._profiles = self._store.read()
        for profile in self._profiles.values():
            self._send(SetProfile(profile))

    @property
    def device(self) -> str | None:
        """Return the name of the device that is heard; None before the output is open, and for a silent clock."""
        return self._device

    @property
    def profile(self) -> DeviceProfile | None:
        """Return what is known of the device that is heard."""
        return None if self._device is None else self._profiles.get(self._device, DeviceProfile(self._device))

    @property
    def volume_percent(self) -> float:
        """Return the volume, 0 to 100."""
        return self._volume_percent

    def set_volume(self, percent: float) -> None:
        """Set the volume, 0 to 100, of this player. Errors: ValueError."""
        gain = gain_of(percent)
        self._volume_percent = percent
        self._send(SetVolume(gain))

    async def set_output_delay(self, delay_ms: float) -> None:
        """Set how much later the device is heard than its driver says: at once, and kept by its name.

        Errors: ProfileError when it is no delay, when nothing is heard, or when it is set but can't be kept.
        """
        profile = self.profile
        if profile is None:
            raise ProfileError("no sound device is in use here, so there is no output delay to set")
        self._set(DeviceProfile(profile.device, check_output_delay(delay_ms), profile.ppm))
        # Whoever writes last writes what counts last, however quickly one change follows another.
        async with self._writing:
            newest = self._profiles[profile.device].output_delay_ms
            await asyncio.to_thread(self._store.keep, profile.device, output_delay_ms=newest)

    def on_started(self, started: Started, mono_ns: int) -> None:
        """Take in which device is in use."""
        self._keep_rate(mono_ns, at_once=True)
        self._device, self._ppm = None if started.silent else started.device, 0.0

    def on_report(self, report: Report, mono_ns: int) -> None:
        """Take in what was learned of the DAC, and keep it now and then.

        The audio process says what it was told until its own measurement has settled, and 0 when it knows nothing.
        """
        self._ppm = report.ppm
        self._keep_rate(mono_ns)

    async def aclose(self, mono_ns: int) -> None:
        """Keep what was learned last."""
        self._keep_rate(mono_ns, at_once=True)
        if self._keeping is not None:
            await self._keeping

    def _set(self, profile: DeviceProfile) -> None:
        self._profiles[profile.device] = profile
        self._send(SetProfile(profile))

    def _keep_rate(self, mono_ns: int, *, at_once: bool = False) -> None:
        profile, ppm = self.profile, self._ppm
        if profile is None or ppm == 0.0 or abs(ppm - profile.ppm) < _WORTH_KEEPING_PPM:
            return
        if at_once or mono_ns >= self._next_keeping_ns:
            self._next_keeping_ns = mono_ns + _KEEP_INTERVAL_NS
            self._set(DeviceProfile(profile.device, profile.output_delay_ms, ppm))
            self._keeping = asyncio.create_task(self._keep(profile.device, ppm))

    async def _keep(self, device: str, ppm: float) -> None:
        try:
            async with self._writing:
                await asyncio.to_thread(self._store.keep, device, ppm=ppm)
        except ProfileError as error:
            _log.warning("%s", error)
