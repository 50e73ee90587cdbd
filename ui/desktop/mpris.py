"""MPRIS 2: the player on Linux's session bus, for media keys, lock screens and headsets.

Source: the MPRIS D-Bus Interface Specification 2.2. The names of methods and properties are the specification's.
"""

import os
from typing import Any, Final, cast

from PySide6.QtCore import ClassInfo, Property, QMetaType, QObject, Signal, Slot
from PySide6.QtDBus import (
    QDBusAbstractAdaptor,
    QDBusArgument,
    QDBusConnection,
    QDBusMessage,
    QDBusObjectPath,
)

from ui.desktop.dbus_int64 import int64
from ui.desktop.media_keys import PlayerControls, PlayerFacts

SERVICE: Final = "org.mpris.MediaPlayer2.lockstep"
OBJECT_PATH: Final = "/org/mpris/MediaPlayer2"
ROOT_INTERFACE: Final = "org.mpris.MediaPlayer2"
PLAYER_INTERFACE: Final = "org.mpris.MediaPlayer2.Player"
DESKTOP_ENTRY: Final = "lockstep"

_NO_TRACK: Final = "/org/mpris/MediaPlayer2/TrackList/NoTrack"
_PROPERTIES_INTERFACE: Final = "org.freedesktop.DBus.Properties"
_US_PER_MS: Final = 1000
_INT64_MAX: Final = 2**63 - 1


class MprisPlayer(QObject):
    """The player on a bus; implements `ui.desktop.media_keys.MediaKeys`."""

    def __init__(self, bus: QDBusConnection, controls: PlayerControls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus = bus
        self._facts = PlayerFacts()
        self._root = _Root(self, controls)
        self._player = _Player(self, controls)
        self._service = ""

    def begin(self) -> bool:
        """Appear on the bus; False when it can't be used."""
        if not self._bus.isConnected():
            return False
        option = QDBusConnection.RegisterOption.ExportAdaptors
        if not self._bus.registerObject(OBJECT_PATH, self, option):
            return False
        # A second instance, with another data directory, is another player: the specification's own way to name it.
        for service in (SERVICE, f"{SERVICE}.instance{os.getpid()}"):
            if self._bus.registerService(service):
                self._service = service
                return True
        self._bus.unregisterObject(OBJECT_PATH)
        return False

    def show(self, facts: PlayerFacts) -> None:
        """Tell what is played; only what has changed is sent."""
        before, self._facts = player_properties(self._facts), facts
        changed = {name: value for name, value in player_properties(facts).items() if value != before[name]}
        if changed and self._service:
            self._tell(changed)

    def seeked(self, position_ms: float) -> None:
        """Tell that the position changed in another way than by playing."""
        if self._service:
            self._player.Seeked.emit(_microseconds(position_ms))

    def close(self) -> None:
        """Be gone from the bus."""
        if self._service:
            self._bus.unregisterService(self._service)
            self._bus.unregisterObject(OBJECT_PATH)
            self._service = ""

    @property
    def facts(self) -> PlayerFacts:
        """Return what is played."""
        return self._facts

    def _tell(self, changed: dict[str, Any]) -> None:
        message = QDBusMessage.createSignal(OBJECT_PATH, _PROPERTIES_INTERFACE, "PropertiesChanged")
        # An empty list would be taken for one of variants.
        invalidated = QDBusArgument()
        invalidated.beginArray(QMetaType(QMetaType.Type.QString.value))
        invalidated.endArray()
        message.setArguments([PLAYER_INTERFACE, {name: _wire(value) for name, value in changed.items()}, invalidated])
        self._bus.send(message)


def player_properties(facts: PlayerFacts) -> dict[str, Any]:
    """Return the properties of the player interface that are announced when they change."""
    has_track, control = facts.track is not None, facts.can_control
    return {
        "PlaybackStatus": "Playing" if facts.playing else "Paused" if has_track else "Stopped",
        "Metadata": metadata(facts),
        "Volume": float(facts.volume),
        "CanGoNext": control and facts.can_go_next,
        "CanGoPrevious": control and facts.can_go_previous,
        "CanPlay": control and has_track,
        "CanPause": control and has_track,
        "CanSeek": control and has_track,
        "CanControl": control,
    }


def metadata(facts: PlayerFacts) -> dict[str, Any]:
    """Return what is told of the track; `mpris:trackid` is the path of an object that need not exist."""
    if facts.track is None:
        return {"mpris:trackid": _NO_TRACK}
    told: dict[str, Any] = {"mpris:trackid": track_path(facts.track), "xesam:title": facts.title}
    if facts.duration_ms is not None:
        told["mpris:length"] = _microseconds(facts.duration_ms)
    if facts.artists:
        told["xesam:artist"] = list(facts.artists)
    if facts.album:
        told["xesam:album"] = facts.album
    if facts.cover_url is not None:
        told["mpris:artUrl"] = facts.cover_url
    return told


def track_path(playlist_position: int) -> str:
    """Return the object path that names a track of the queue."""
    return f"/at/lockstep/track/{playlist_position}"


def _wire(value: Any) -> Any:
    """Return a property in the specification's types."""
    if not (isinstance(value, dict) and "mpris:trackid" in value):
        return value
    typed = {**value, "mpris:trackid": QDBusObjectPath(value["mpris:trackid"])}
    if "mpris:length" in value:
        typed["mpris:length"] = int64(value["mpris:length"])
    return typed


def _microseconds(position_ms: float) -> int:
    return max(0, min(_INT64_MAX, round(position_ms * _US_PER_MS)))


@ClassInfo(**{"D-Bus Interface": ROOT_INTERFACE})  # type: ignore[arg-type]
class _Root(QDBusAbstractAdaptor):  # type: ignore[operator]  # the stubs don't know it as a decorator
    """The application: its name, its window, its end."""

    def __init__(self, owner: MprisPlayer, controls: PlayerControls) -> None:
        super().__init__(owner)
        self._controls = controls

    def _true(self) -> bool:
        return True

    def _false(self) -> bool:
        return False

    def _identity(self) -> str:
        return "Lockstep"

    def _desktop_entry(self) -> str:
        return DESKTOP_ENTRY

    def _nothing(self) -> list[str]:
        return []

    CanQuit = Property(bool, _true)
    CanRaise = Property(bool, _true)
    HasTrackList = Property(bool, _false)
    Identity = Property(str, _identity)
    DesktopEntry = Property(str, _desktop_entry)
    # The stubs don't know that Qt's types have names.
    SupportedUriSchemes = Property("QStringList", _nothing)  # type: ignore[arg-type]
    SupportedMimeTypes = Property("QStringList", _nothing)  # type: ignore[arg-type]

    @Slot()
    def Raise(self) -> None:
        self._controls.show_window()

    @Slot()
    def Quit(self) -> None:
        self._controls.quit()


@ClassInfo(**{"D-Bus Interface": PLAYER_INTERFACE})  # type: ignore[arg-type]
class _Player(QDBusAbstractAdaptor):  # type: ignore[operator]
    """The player: what it plays, and what may be done with it."""

    Seeked = Signal("qlonglong", arguments=["Position"])  # type: ignore[arg-type]

    def __init__(self, owner: MprisPlayer, controls: PlayerControls) -> None:
        super().__init__(owner)
        self._controls = controls

    @property
    def _owner(self) -> MprisPlayer:
        # Held by its parent alone: two that hold each other die when, and in which thread, the collector finds them.
        return cast("MprisPlayer", self.parent())

    def _told(self, name: str) -> Any:
        return _wire(player_properties(self._owner.facts)[name])

    def _volume(self) -> float:
        return float(self._owner.facts.volume)

    def _set_volume(self, fraction: float) -> None:
        # The specification has negative ones mean 0, and leaves those above 1 to the player.
        if self._owner.facts.can_control and fraction == fraction:  # noqa: PLR0124 - NaN is no volume
            self._controls.set_volume(max(0.0, min(1.0, fraction)))

    def _position(self) -> int:
        position_ms = self._controls.position_ms()
        return 0 if position_ms is None else _microseconds(position_ms)

    def _one(self) -> float:
        return 1.0

    def _set_rate(self, _rate: float) -> None:
        """Stay at 1: MinimumRate and MaximumRate say that there is no other."""

    PlaybackStatus = Property(str, lambda self: self._told("PlaybackStatus"))
    Metadata = Property("QVariantMap", lambda self: self._told("Metadata"))  # type: ignore[arg-type]
    Volume = Property(float, _volume, _set_volume)
    Position = Property("qlonglong", _position)  # type: ignore[arg-type]
    Rate = Property(float, _one, _set_rate)
    MinimumRate = Property(float, _one)
    MaximumRate = Property(float, _one)
    CanGoNext = Property(bool, lambda self: self._told("CanGoNext"))
    CanGoPrevious = Property(bool, lambda self: self._told("CanGoPrevious"))
    CanPlay = Property(bool, lambda self: self._told("CanPlay"))
    CanPause = Property(bool, lambda self: self._told("CanPause"))
    CanSeek = Property(bool, lambda self: self._told("CanSeek"))
    CanControl = Property(bool, lambda self: self._told("CanControl"))

    # If a CanXxx is false, the specification has its methods do nothing.

    @Slot()
    def Next(self) -> None:
        if self._told("CanGoNext"):
            self._controls.skip_next()

    @Slot()
    def Previous(self) -> None:
        if self._told("CanGoPrevious"):
            self._controls.skip_prev()

    @Slot()
    def Play(self) -> None:
        if self._told("CanPlay"):
            self._controls.play()

    @Slot()
    def Pause(self) -> None:
        if self._told("CanPause"):
            self._controls.pause()

    @Slot()
    def PlayPause(self) -> None:
        if self._told("CanPause"):
            self._controls.toggle_pause()

    @Slot()
    def Stop(self) -> None:
        if self._told("CanPause"):
            self._controls.pause()

    @Slot("qlonglong")
    def Seek(self, Offset: int) -> None:  # noqa: N803 - MPRIS's names
        position_ms = self._controls.position_ms()
        if not self._told("CanSeek") or position_ms is None:
            return
        wanted_ms = position_ms + Offset / _US_PER_MS
        duration_ms = self._owner.facts.duration_ms
        if duration_ms is not None and wanted_ms > duration_ms:
            # The specification: beyond the end it acts like Next.
            self.Next()
        else:
            self._controls.seek(max(0.0, wanted_ms))

    @Slot(QDBusObjectPath, "qlonglong")
    def SetPosition(self, TrackId: QDBusObjectPath, Position: int) -> None:  # noqa: N803 - MPRIS's names
        facts, wanted_ms = self._owner.facts, Position / _US_PER_MS
        # A key that was pressed for the track before is stale, and one beyond the track is a mistake.
        is_current = facts.track is not None and TrackId.path() == track_path(facts.track)
        is_within = wanted_ms >= 0 and (facts.duration_ms is None or wanted_ms <= facts.duration_ms)
        if self._told("CanSeek") and is_current and is_within:
            self._controls.seek(wanted_ms)

    @Slot(str)
    def OpenUri(self, Uri: str) -> None:  # noqa: N803 - MPRIS's names
        """Open nothing: SupportedUriSchemes is empty."""
