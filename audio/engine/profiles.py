"""What is known of the output devices, by name, inside the audio process (pure)."""

from audio.engine.messages import DeviceProfile
from protocol.timeline import NS_PER_MS


class ProfileTable:
    """Profiles by device; a device without one is heard when its driver says, and its rate is not known."""

    def __init__(self) -> None:
        self._profiles: dict[str, DeviceProfile] = {}

    def keep(self, profile: DeviceProfile) -> None:
        """Take in what is known of one device."""
        self._profiles[profile.device] = profile

    def delay_ms(self, device: str) -> float:
        """Return how much later than its driver says a device is heard."""
        profile = self._profiles.get(device)
        return 0.0 if profile is None else profile.output_delay_ms

    def delay_ns(self, device: str) -> int:
        """Return the same in ns."""
        return round(self.delay_ms(device) * NS_PER_MS)

    def ppm(self, device: str) -> float:
        """Return the rate error of a device's DAC, as learned earlier; 0 when nothing is known."""
        profile = self._profiles.get(device)
        return 0.0 if profile is None else profile.ppm
