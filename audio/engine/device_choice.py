"""Which device is meant by a name, and which of PortAudio's many entries for one card to use (pure)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

#: The system's own interface on Windows and macOS: it names devices in full and tells when they are heard.
_PREFERRED_APIS: Final = ("Windows WASAPI", "Core Audio", "ALSA", "JACK Audio Connection Kit")
#: Sound servers as ALSA devices, best first: they mix, follow the user's default and know their delay.
_ALSA_SERVERS: Final = ("pipewire", "pulse")
_ALSA_DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class Device:
    """An output device: `name` is stable and unique, `label` is for people, `api` says who drives it."""

    name: str
    label: str
    is_default: bool
    api: str


@dataclass(frozen=True, slots=True)
class PortAudioDevice:
    """A device with what PortAudio needs to open it."""

    device: Device
    index: int
    default_rate: int


def choose(devices: Sequence[Device], wanted: str) -> Device | None:
    """Return the device whose name or label is, or else contains, what is wanted, in any case."""
    sought = wanted.casefold().strip()
    tests = (
        lambda device: sought == device.name.casefold(),
        lambda device: sought == device.label.casefold(),
        lambda device: sought in device.name.casefold() or sought in device.label.casefold(),
    )
    for test in tests:
        found = [device for device in devices if test(device)]
        if found:
            return min(found, key=lambda device: not device.is_default)
    return None


def missing(wanted: str, devices: Sequence[Device]) -> str:
    """Say that the wanted device is not there, and which are."""
    known = ", ".join(f"“{device.label}”" for device in devices) or "none"
    return f"there is no sound device “{wanted}” (there is: {known})"


def one_per_card(entries: Sequence[PortAudioDevice]) -> list[PortAudioDevice]:
    """Return one entry a card: those of the best host API; of ALSA's many aliases the cards and the default."""
    for api in (*_PREFERRED_APIS, *(entry.device.api for entry in entries)):
        of_api = [entry for entry in entries if entry.device.api == api]
        if api == "ALSA":
            of_api = [entry for entry in of_api if "(hw:" in entry.device.name or _is_alsa_shared(entry.device)]
        if of_api:
            return of_api
    return []


def _is_alsa_shared(device: Device) -> bool:
    return device.is_default or device.name in (*_ALSA_SERVERS, _ALSA_DEFAULT)


def to_try(entries: Sequence[PortAudioDevice], wanted: str | None) -> list[PortAudioDevice]:
    """Return what to open, in this order: the wanted device, a sound server by ALSA, the default, all others."""
    chosen = None if wanted is None else choose([entry.device for entry in entries], wanted)

    def rank(entry: PortAudioDevice) -> tuple[bool, int, bool]:
        device = entry.device
        is_server = device.api == "ALSA" and device.name in _ALSA_SERVERS
        server = _ALSA_SERVERS.index(device.name) if is_server else len(_ALSA_SERVERS)
        return device is not chosen, server, not device.is_default

    return sorted(entries, key=rank)


def is_better_elsewhere(devices: Sequence[Device], tried: Collection[str], wanted: str | None) -> bool:
    """Return whether what is wanted, or else the default, is another device than those that were tried."""
    target = None if wanted is None else choose(devices, wanted)
    if target is None:
        target = next((device for device in devices if device.is_default), None)
    return target is not None and target.name not in tried
