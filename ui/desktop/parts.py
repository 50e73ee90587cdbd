"""Which parts of the program a changed setting touches (pure)."""

from enum import StrEnum
from typing import Final

from ui.desktop.settings import Settings


class Part(StrEnum):
    """What is opened by settings, and opened again when they change."""

    SERVER = "server"
    CLOCK = "clock"
    SOUND = "sound"
    VOLUME = "volume"
    LOG = "log"


_FIELDS: Final = {
    Part.SERVER: ("server", "display_name"),
    Part.CLOCK: ("ntp_server",),
    Part.SOUND: ("sound_device", "engine", "cache_bytes"),
    Part.VOLUME: ("volume_percent",),
    Part.LOG: ("debug",),
}

#: A session lives by these: they are opened again when it is over.
BOUND_TO_SESSION: Final = frozenset({Part.SERVER, Part.CLOCK, Part.SOUND})


def touched(before: Settings, after: Settings) -> frozenset[Part]:
    """Return the parts that are not as before."""
    return frozenset(
        part
        for part, fields in _FIELDS.items()
        if any(getattr(before, name) != getattr(after, name) for name in fields)
    )
