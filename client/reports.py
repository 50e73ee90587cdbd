"""What the coordinator tells its listeners."""

from dataclasses import dataclass
from typing import Any

from client.session_state import RunBuddySessionState
from client.socket import SocketState
from protocol.correction import Correction
from protocol.events import Participant, Role


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The session began, changed or ended."""

    state: RunBuddySessionState


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The WebSocket is up or down; `trouble` is a sentence for people while it is down."""

    socket: SocketState
    trouble: str | None


@dataclass(frozen=True, slots=True)
class FollowerChanged:
    """The leader's follower joined, became ready or left."""

    participant: Participant


@dataclass(frozen=True, slots=True)
class BadEvent:
    """The other side broke the contract: `field` and `reason`; `count` such events so far."""

    field: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class SyncReport:
    """How the lockstep stands at `mono_ns`.

    `drift_ms` is the plan's formula (positive: this player is behind), None for a leader, and while nothing plays.
    `clock_offset_ms` is local ahead of NTP, `clock_lost` says that the time server does not answer any more. What can't
    be known is None. `leader_playing` is what this follower last heard, `leader_silent` that it hears nothing any more.
    `glide_share` and `rate_std_ppm` are those of PlaybackHealth.
    """

    mono_ns: int
    corrected_ms: float
    role: Role
    drift_ms: float | None
    correction: Correction
    clock_offset_ms: float
    clock_uncertainty_ms: float | None
    position_ms: float | None
    playlist_position: int | None
    track_id: str | None
    is_playing: bool
    leader_rate_ppm: float | None
    underruns: int
    jumps: int
    silent: bool
    socket: SocketState
    error: str | None
    glide_share: float = 0.0
    rate_std_ppm: float = 0.0
    clock_lost: bool = False
    leader_playing: bool | None = None
    leader_silent: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the camelCase object for `--json` and the trace; milliseconds to the microsecond."""
        return {
            "monoNs": self.mono_ns,
            "correctedMs": round(self.corrected_ms, 3),
            "role": self.role.value,
            "driftMs": _rounded(self.drift_ms),
            "correction": self.correction.value,
            "clockOffsetMs": _rounded(self.clock_offset_ms),
            "clockUncertaintyMs": _rounded(self.clock_uncertainty_ms),
            "clockLost": self.clock_lost,
            "positionMs": _rounded(self.position_ms),
            "playlistPosition": self.playlist_position,
            "trackId": self.track_id,
            "isPlaying": self.is_playing,
            "leaderRatePpm": _rounded(self.leader_rate_ppm),
            "underruns": self.underruns,
            "jumps": self.jumps,
            "silent": self.silent,
            "socket": self.socket.value,
            "error": self.error,
            "glideShare": round(self.glide_share, 4),
            "rateStdPpm": round(self.rate_std_ppm, 1),
        }


CoordinatorEvent = StateChanged | ConnectionChanged | FollowerChanged | BadEvent | SyncReport


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
