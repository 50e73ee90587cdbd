"""LeaderView: what a follower knows of its leader, from the events it hears (plan, section 2)."""

import math
from collections.abc import Callable
from typing import Final

from client.sync.timeline_fit import TimelineFit
from protocol.events import Position, Snapshot, SnapshotState, Transport, TransportAction
from protocol.playback import PlaybackPosition, RemoteTransport
from protocol.timeline import drift_ms

#: So many heartbeats in a row from before the last transport mean that the leader's clock was set back.
STALE_HEARTBEATS: Final = 8

#: Farther apart than this, two tracks are not neighbours in time, and a drift between them means nothing.
NEIGHBOUR_DRIFT_MS: Final = 10_000.0


class LeaderView:
    """Turn the leader's events into RemoteTransport for PlaybackService.

    `track_duration_ms` gives the exact decoded length of a track by playlist position, or None while it is unknown.
    Heartbeats are ordered by their own timestamps, never by when they arrived.
    """

    def __init__(self, track_duration_ms: Callable[[int], float | None]) -> None:
        self._track_duration_ms = track_duration_ms
        self._fit = TimelineFit()
        self._track: tuple[int, str] | None = None
        self._moved_ms = float("-inf")
        self._holds_from_ms = float("-inf")
        self._before: RemoteTransport | None = None
        self._stale = 0

    @property
    def rate_ppm(self) -> float:
        """Return how much faster than corrected time the leader's sound card runs, in ppm."""
        return self._fit.rate_ppm

    def silence_ms(self, corrected_ms: float) -> float:
        """Return how old the leader's last word is at a corrected time, in ms; 0 before the first."""
        newest_ms = self._fit.newest_ms
        return max(0.0, corrected_ms - newest_ms) if math.isfinite(newest_ms) else 0.0

    def remote(self, *, jump: bool = False) -> RemoteTransport | None:
        """Return where the leader is; None before anything is known of it."""
        timeline = self._fit.timeline()
        if self._track is None or timeline is None:
            return None
        playlist_position, track_id = self._track
        return RemoteTransport(playlist_position, track_id, timeline, jump)

    def on_snapshot(self, snapshot: Snapshot | SnapshotState) -> RemoteTransport | None:
        """Take in where the session stands; None when that is nothing new, as after a short loss of the network."""
        if snapshot.track_id is None:
            return None
        track = (snapshot.playlist_position, snapshot.track_id)
        if track == self._track and snapshot.is_playing == self._fit.is_playing:
            if snapshot.corrected_ms <= self._fit.newest_ms:
                return None
            if self._agrees(snapshot.position_ms, snapshot.corrected_ms):
                self._fit.observe(snapshot.position_ms, snapshot.corrected_ms)
                return self.remote()
        elif snapshot.corrected_ms < self._moved_ms:
            return None
        return self._move(track, snapshot.position_ms, snapshot.corrected_ms, snapshot.is_playing, exact=False)

    def on_transport(self, event: Transport) -> RemoteTransport | None:
        """Take in what the leader did."""
        track = (event.playlist_position, event.track_id)
        if event.action is TransportAction.TRACK_CHANGE and self._goes_on_in(
            track, event.position_ms, event.corrected_ms
        ):
            return self.remote()
        is_playing = event.is_playing_after(self._fit.is_playing)
        return self._move(track, event.position_ms, event.corrected_ms, is_playing, exact=True)

    def on_position(self, event: Position) -> RemoteTransport | None:
        """Take in a heartbeat; None when it is older than what is known."""
        if event.corrected_ms < self._moved_ms or event.corrected_ms <= self._fit.newest_ms:
            self._stale += 1
            if self._stale < STALE_HEARTBEATS:
                return None
            self._track = None
        self._stale = 0
        track = (event.playlist_position, event.track_id)
        if track == self._track and event.is_playing == self._fit.is_playing:
            self._fit.observe(event.position_ms, event.corrected_ms)
            return self.remote()
        if event.is_playing and self._goes_on_in(track, event.position_ms, event.corrected_ms):
            return self.remote()
        return self._move(track, event.position_ms, event.corrected_ms, event.is_playing, exact=False)

    def drift_ms(self, local: PlaybackPosition, corrected_ms: float) -> float | None:
        """Return the plan's drift: the leader's position minus ours at one corrected time (positive: we are behind).

        For the moment in which one has passed the end of a track and the other hasn't, both are measured in one
        track. A change that the leader has announced counts from its own instant on. None when the leader is unknown
        or elsewhere.
        """
        remote = self._before if corrected_ms < self._holds_from_ms else self.remote()
        if remote is None:
            return None
        if local.playlist_position == remote.playlist_position:
            return drift_ms(remote.timeline, corrected_ms, local.position_ms)
        candidates_ms = []
        if (ended_ms := self._track_duration_ms(remote.playlist_position)) is not None:
            candidates_ms.append(drift_ms(remote.timeline, corrected_ms, local.position_ms + ended_ms))
        if (ending_ms := self._track_duration_ms(local.playlist_position)) is not None:
            candidates_ms.append(drift_ms(remote.timeline, corrected_ms, local.position_ms - ending_ms))
        nearest_ms = min(candidates_ms, key=abs, default=None)
        return nearest_ms if nearest_ms is not None and abs(nearest_ms) <= NEIGHBOUR_DRIFT_MS else None

    def _agrees(self, position_ms: int, corrected_ms: int) -> bool:
        timeline = self._fit.timeline()
        if timeline is None:
            return False
        return abs(drift_ms(timeline, corrected_ms, position_ms)) <= self._fit.step_threshold_ms

    def _goes_on_in(self, track: tuple[int, str], position_ms: int, corrected_ms: int) -> bool:
        """Move over to another track when the leader got there by playing on."""
        if self._track is None or track == self._track:
            return False
        finished_ms = self._track_duration_ms(self._track[0])
        if finished_ms is None or not self._fit.carry_over(finished_ms, position_ms, corrected_ms):
            return False
        # The line goes on through the boundary: it holds before and after.
        self._track = track
        self._moved_ms, self._holds_from_ms = corrected_ms, float("-inf")
        return True

    def _move(
        self, track: tuple[int, str], position_ms: int, corrected_ms: int, is_playing: bool, *, exact: bool
    ) -> RemoteTransport | None:
        self._before = self.remote()
        self._track = track
        self._moved_ms = self._holds_from_ms = corrected_ms
        self._stale = 0
        self._fit.restart(position_ms, corrected_ms, is_playing, exact=exact)
        return self.remote(jump=True)
