"""What a desktop shows of a player and lets people do with it: one interface, one implementation a system."""

import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PlayerFacts:
    """What is told to the desktop; the position is asked for when somebody wants to know.

    `track` is the playlist position, None while nothing is loaded. `can_control` is False for a follower: its leader
    decides. `volume` is 0 to 1, as the person set it.
    """

    track: int | None = None
    title: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    cover_url: str | None = None
    duration_ms: float | None = None
    playing: bool = False
    can_control: bool = True
    can_go_next: bool = False
    can_go_previous: bool = False
    volume: float = 1.0


class PlayerControls(Protocol):
    """What a media key asks for; whoever implements it refuses what a follower may not do."""

    def play(self) -> None:
        """Play, or go on."""

    def pause(self) -> None:
        """Pause."""

    def toggle_pause(self) -> None:
        """Play or pause."""

    def skip_next(self) -> None:
        """Go to the next track."""

    def skip_prev(self) -> None:
        """Go to the previous track."""

    def seek(self, position_ms: float) -> None:
        """Go to a place in the track."""

    def set_volume(self, fraction: float) -> None:
        """Set the volume, 0 to 1."""

    def position_ms(self) -> float | None:
        """Return where the music is now."""

    def show_window(self) -> None:
        """Bring the window to the front."""

    def quit(self) -> None:
        """Ask to quit, as if the window were closed."""


class MediaKeys(Protocol):
    """Where a system's media keys come from."""

    def show(self, facts: PlayerFacts) -> None:
        """Tell what is played; called on every change."""

    def seeked(self, position_ms: float) -> None:
        """Tell that the position changed in another way than by playing."""

    def close(self) -> None:
        """Be gone from the desktop."""


class NoMediaKeys:
    """A system without any."""

    def show(self, facts: PlayerFacts) -> None:
        """Nobody looks."""

    def seeked(self, position_ms: float) -> None:
        """Nobody looks."""

    def close(self) -> None:
        """There is nothing to close."""


def open_media_keys(controls: PlayerControls) -> MediaKeys:
    """Return the media keys of this system; none where there are none, which is no fault."""
    if not sys.platform.startswith("linux") or not _has_session_bus():
        return NoMediaKeys()
    # QtDBus is loaded where it is used only.
    from PySide6.QtDBus import QDBusConnection  # noqa: PLC0415

    from ui.desktop.mpris import MprisPlayer  # noqa: PLC0415

    player = MprisPlayer(QDBusConnection.sessionBus(), controls)
    if not player.begin():
        _log.info("No media keys: the session bus can't be used")
        return NoMediaKeys()
    return player


def _has_session_bus() -> bool:
    """Return whether there is a bus to ask; without one, libdbus would start one of its own and wait for it."""
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return runtime is not None and Path(runtime, "bus").exists()
