"""What the coordinator (client) and the PlaybackService (audio) say to each other; neither imports the other.

The names follow the plan, section 3. All instants are monotonic (`time.perf_counter_ns()`) and mean the moment at
which a position is at the DAC, never the moment at which code ran.
"""

from dataclasses import dataclass
from typing import Protocol

from protocol.correction import Correction
from protocol.events import TransportAction
from protocol.timeline import ClockMapping, Timeline


@dataclass(frozen=True, slots=True)
class PlaybackPosition:
    """What is at the DAC at `mono_ns`."""

    playlist_position: int
    track_id: str
    position_ms: float
    is_playing: bool
    mono_ns: int


@dataclass(frozen=True, slots=True)
class LocalTransport:
    """What the person at this machine did: the state from `mono_ns` on, with `position_ms` a whole number."""

    action: TransportAction
    playlist_position: int
    track_id: str
    position_ms: int
    is_playing: bool
    mono_ns: int


@dataclass(frozen=True, slots=True)
class RemoteTransport:
    """Where the leader is: one track and the timeline in it.

    `jump` says that the leader moved (transport, snapshot): go there at once, however small the step. Otherwise it is
    a refined estimate of the same movement (position heartbeat): glide, or jump beyond the threshold.
    """

    playlist_position: int
    track_id: str
    timeline: Timeline
    jump: bool


@dataclass(frozen=True, slots=True)
class PlaybackHealth:
    """How the sound is doing; `error` is a sentence for people, or None.

    The figures are since the session began. `glide_share` is the share of the time followed that was played at another
    rate than 1, `rate_std_ppm` the standard deviation of that rate: what would be heard as warble.
    """

    correction: Correction
    underruns: int
    jumps: int
    silent: bool
    device: str
    error: str | None = None
    glide_share: float = 0.0
    rate_std_ppm: float = 0.0


class RunBuddyHooks(Protocol):
    """What PlaybackService calls on the coordinator."""

    def on_local_transport(self, transport: LocalTransport) -> None:
        """Announce what the person did (leader only)."""

    def is_follower(self) -> bool:
        """Return whether local controls are locked."""


class Playback(Protocol):
    """What the coordinator calls on PlaybackService."""

    def attach_runbuddy(self, coordinator: RunBuddyHooks) -> None:
        """Start reporting local transport to the coordinator."""

    def detach_runbuddy(self) -> None:
        """Stop reporting; the music goes on as it is."""

    def is_runbuddy_follower(self) -> bool:
        """Return whether a coordinator is attached whose role is follower."""

    def set_clock(self, mapping: ClockMapping) -> None:
        """Tell the renderer what corrected time it is; called again whenever the clock is refined."""

    def apply_remote_transport(self, remote: RemoteTransport) -> None:
        """Mirror the leader without emitting anything."""

    def playback_position(self, mono_ns: int) -> PlaybackPosition | None:
        """Return what is at the DAC at an instant within about a second of now; None while nothing is loaded."""

    def track_duration_ms(self, playlist_position: int) -> float | None:
        """Return the decoded length of a track, exact to the sample; None while it is not decoded."""

    def health(self) -> PlaybackHealth:
        """Return how the sound is doing."""
