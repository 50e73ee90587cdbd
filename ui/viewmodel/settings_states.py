"""What Settings says of clock, devices and cache (pure)."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from audio.engine.device_choice import Device
from audio.playback_events import SoundChanged
from client.clock.clock import ClockStatus
from protocol.timeline import NS_PER_MS
from ui.desktop.errors import as_sentence
from ui.screens.settings.state import ClockState
from ui.viewmodel.sync_words import milliseconds
from ui.widgets.plain import isolated

DEFAULT_DEVICE: Final = ("", "System default")
SILENT_DEVICE: Final = ("none", "No sound (silent clock)")


def device_choices(devices: Sequence[Device], chosen: str | None, *, known: bool = True) -> tuple[tuple[str, str], ...]:
    """Return what can be played to; a device that was chosen and is away stays in the list.

    `known` is False until it has been looked which ones there are.
    """
    found = {device.name: device.label or device.name for device in devices}
    if chosen and chosen not in found and chosen != SILENT_DEVICE[0]:
        found[chosen] = f"{chosen} (not connected)" if known else chosen
    return (DEFAULT_DEVICE, *sorted(found.items(), key=lambda item: item[1].casefold()), SILENT_DEVICE)


def folders_words(folders: Sequence[Path]) -> str:
    """Return where the music is; "" for nowhere."""
    if len(folders) < 2:
        return "".join(map(str, folders))
    return f"{folders[0]} and {len(folders) - 1} more"


def device_note(heard: SoundChanged | None) -> tuple[str, str]:
    """Return what is played to, and what is wrong with that."""
    if heard is None:
        return "", ""
    if heard.reason is not None:
        return "", as_sentence(heard.reason)
    return (f"Plays to {isolated(heard.label)}" if heard.label else ""), ""


def clock_state(
    ntp_server: str,
    status: ClockStatus,
    now_ns: int,
    *,
    measuring: bool = False,
    trouble: str = "",
    ntp_trouble: str = "",
) -> ClockState:
    """Return how well the time is known, and since when; what went wrong elsewhere is said here, too."""
    result = ""
    if not trouble and not measuring and status.error is not None:
        trouble = as_sentence(status.error)
    if status.measured_at_ns and math.isfinite(status.uncertainty_ms):
        minutes = int((now_ns - status.measured_at_ns) / NS_PER_MS // 60_000)
        when = "just now" if minutes < 1 else "1 minute ago" if minutes == 1 else f"{minutes} minutes ago"
        whose = f" by {isolated(status.server)}, the session server's own time" if status.server != ntp_server else ""
        result = f"Synced to ± {milliseconds(status.uncertainty_ms)}{whose}, {when}"
    return ClockState(ntp_server, ntp_trouble, measuring, result, trouble)


def size_words(size_bytes: int) -> str:
    """Return a size on the disk: "1.2 GiB in use"."""
    for unit, factor in (("GiB", 1024**3), ("MiB", 1024**2)):
        if size_bytes >= factor:
            return f"{size_bytes / factor:.1f} {unit} in use"
    return "nothing in use" if size_bytes == 0 else f"{max(1, size_bytes // 1024)} KiB in use"
