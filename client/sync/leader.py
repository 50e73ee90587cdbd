"""LeaderVoice: what a leader says of itself, in whole milliseconds that a follower can turn back into fractions."""

from typing import Final

from protocol import limits
from protocol.events import Position, Transport
from protocol.playback import LocalTransport, PlaybackPosition
from protocol.timeline import NS_PER_MS, ClockMapping

HEARTBEAT_NS: Final = limits.POSITION_INTERVAL_MS * NS_PER_MS


class LeaderVoice:
    """Turn local playback into wire events, and say when the next heartbeat is due.

    Both numbers of an event are rounded. If every heartbeat were rounded by itself the follower would see the same
    error again and again; so the error of one is carried into the next (first-order noise shaping). The sum of all
    errors then never exceeds half a millisecond, and the mean over a few seconds is good to some microseconds. Each
    pair is still the nearest whole pair to an instant within half a millisecond of the one that was sampled.
    """

    def __init__(self) -> None:
        self._carried_ms = 0.0
        self._due_ns: int | None = None
        self._moves_ns: int | None = None

    def transport(self, local: LocalTransport, mapping: ClockMapping) -> Transport:
        """Return the event for what the person did, and make a heartbeat due as soon as it has happened."""
        exact_corrected_ms = mapping.corrected_ms_at(local.mono_ns)
        corrected_ms = round(exact_corrected_ms)
        # Nothing to carry where both were whole; a natural track change happens when it happens.
        self._carried_ms = corrected_ms - exact_corrected_ms
        self._due_ns = self._moves_ns = local.mono_ns
        return Transport(
            action=local.action,
            corrected_ms=corrected_ms,
            position_ms=_clamped(local.position_ms),
            playlist_position=local.playlist_position,
            track_id=local.track_id,
        )

    def position(self, local: PlaybackPosition, mapping: ClockMapping) -> Position:
        """Return the heartbeat for what is at the DAC."""
        exact_corrected_ms = mapping.corrected_ms_at(local.mono_ns)
        corrected_ms = round(exact_corrected_ms)
        if local.is_playing:
            wanted_ms = local.position_ms - exact_corrected_ms + self._carried_ms
            position_ms = corrected_ms + round(wanted_ms)
            self._carried_ms = wanted_ms - round(wanted_ms)
            if position_ms < 0:
                # Rounded to just before the start: name the instant of the start instead.
                corrected_ms -= position_ms
        else:
            self._carried_ms = 0.0
            position_ms = round(local.position_ms)
        return Position(
            corrected_ms=corrected_ms,
            position_ms=_clamped(position_ms),
            is_playing=local.is_playing,
            playlist_position=local.playlist_position,
            track_id=local.track_id,
        )

    def heartbeat_due_in_ns(self, now_ns: int) -> int:
        """Return how long to wait for the next heartbeat; 0 or less when it is due."""
        return 0 if self._due_ns is None else self._due_ns - now_ns

    def heartbeat_done(self, now_ns: int) -> None:
        """Schedule the next heartbeat on the same beat; beats that were missed are skipped, not caught up."""
        due_ns = now_ns if self._due_ns is None else self._due_ns
        missed = max(0, now_ns - due_ns) // HEARTBEAT_NS
        self._due_ns = due_ns + (missed + 1) * HEARTBEAT_NS

    def hurry(self, now_ns: int) -> None:
        """Make a heartbeat due at once, or as soon as the last transport has happened."""
        self._due_ns = now_ns if self._moves_ns is None else max(now_ns, self._moves_ns)


def _clamped(position_ms: int) -> int:
    return min(max(position_ms, 0), limits.MAX_POSITION_MS)
