"""PlaybackService: the player with the RunBuddy hooks of the plan (section 3).

A leader's changes are announced with the instant at which they are at the DAC, a whole millisecond of corrected time. A
follower's controls are locked, and it mirrors the leader's timeline without announcing anything.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final

from audio.decode.client import DecoderClient
from audio.device_profiles import DeviceProfiles
from audio.engine.client import EngineClient
from audio.engine.messages import Follow, Hold, SetClock, Status
from audio.errors import TrackError
from audio.queue import QueueItem
from audio.queue_player import QueuePlayer
from protocol.events import TransportAction
from protocol.playback import LocalTransport, PlaybackHealth, PlaybackPosition, RemoteTransport, RunBuddyHooks
from protocol.timeline import ClockMapping

#: What a leader adds so that the follower, too, hears of a change before its instant.
_RELAY_MARGIN_MS: Final = 50.0
#: A leader this far beyond the end of a track here has another recording of it.
_SHORTER_BY_MS: Final = 1000.0


class PlaybackService(QueuePlayer):
    """Play a queue; as leader report what the person does, as follower mirror a timeline."""

    def __init__(
        self,
        decoder: DecoderClient,
        make_engine: Callable[[Callable[[Status], None]], EngineClient],
        profiles: DeviceProfiles,
        *,
        mono_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        super().__init__(decoder, make_engine, profiles, mono_ns=mono_ns)
        self._coordinator: RunBuddyHooks | None = None
        self._remote: RemoteTransport | None = None
        self._problem: str | None = None

    def set_queue(self, items: Sequence[QueueItem]) -> None:
        """Replace the queue; the music stops."""
        super().set_queue(items)
        self._remote = None

    def attach_runbuddy(self, coordinator: RunBuddyHooks) -> None:
        """Start reporting local transport to the coordinator."""
        self._coordinator = coordinator
        self._sound.begin_session()

    def detach_runbuddy(self) -> None:
        """Stop reporting; the music goes on as it is, by this machine's own clock."""
        was_following = self.is_runbuddy_follower()
        self._coordinator = None
        self._problem = None
        if was_following and self._remote is not None:
            self._remote = None
            if self._current is None:
                self._set_playing(False)
            else:
                self._resume_alone(self._next_instant())

    def is_runbuddy_follower(self) -> bool:
        """Return whether a coordinator is attached whose role is follower."""
        return self._coordinator is not None and self._coordinator.is_follower()

    def set_clock(self, mapping: ClockMapping) -> None:
        """Tell the audio process what corrected time it is."""
        self._clock = mapping
        self._engine.send(SetClock(mapping))

    def apply_remote_transport(self, remote: RemoteTransport) -> None:
        """Mirror the leader without emitting anything."""
        self._give_up_waiting()
        item = self._queue.find(remote.playlist_position, remote.track_id)
        self._remote = remote
        if item is None:
            self._problem = (
                f"The leader plays track {remote.playlist_position + 1} of the playlist, which is not paired with a "
                "file here; the music comes back with the next track"
            )
            self._schedule.forget_plan()
            if self._current is not None:
                slot, position_ms = self._place_at(self._mono_ns())
                self._engine.send(Hold(slot, position_ms, self._mono_ns()))
            self._current = None
            return
        slot = item.playlist_position
        self._problem = self._queue.refusal(slot)
        if self._problem is not None:
            self._problem = f"{item.label} can't be played: {self._problem}"
        if slot not in self._tracks and (self._problem is None or remote.jump or slot != self._current):
            self._spawn(self._prepare_quietly(slot, urgent=True, eager=True))
        duration_ms = self._tracks.duration_ms(slot)
        if duration_ms is not None and remote.timeline.position_ms > duration_ms + _SHORTER_BY_MS:
            # To walk on into the next track by its own length would be another music than the leader's.
            self._problem = f"{item.label} is shorter here than the leader's; pair it with the same recording"
            self._engine.send(Hold(slot, duration_ms, self._mono_ns()))
        else:
            self._engine.send(Follow(slot, remote.timeline, remote.jump))
        self._set_playing(remote.timeline.is_playing)
        if remote.jump or slot != self._current:
            self._set_current(item)

    def playback_position(self, mono_ns: int) -> PlaybackPosition | None:
        """Return what is at the DAC at an instant within about a second of now."""
        heard = self._schedule.heard_at(mono_ns)
        if heard is None or self._current is None or self._engine.failed:
            return None
        (slot, position_ms), moving = heard
        item = self._queue.item(slot)
        if item is None or slot not in self._tracks:
            return None
        return PlaybackPosition(slot, item.track_id, position_ms, moving, mono_ns)

    def track_duration_ms(self, playlist_position: int) -> float | None:
        """Return the decoded length of a track, exact to the sample."""
        return self._tracks.duration_ms(playlist_position)

    def health(self) -> PlaybackHealth:
        """Return how the sound is doing."""
        problem = self._problem
        if self._engine.failed:
            problem = "The sound process keeps failing; restart the program, and see “lockstep doctor”"
        return self._sound.health(problem)

    @property
    def _locked(self) -> bool:
        return self.is_runbuddy_follower()

    @property
    def _lead_ms(self) -> float:
        return self._sound.lead_ms + (0.0 if self._coordinator is None else _RELAY_MARGIN_MS)

    def _announce(self, action: TransportAction, item: QueueItem, position_ms: int, at_ns: int) -> None:
        if self._coordinator is not None and not self._coordinator.is_follower():
            self._coordinator.on_local_transport(
                LocalTransport(action, item.playlist_position, item.track_id, position_ms, self._playing, at_ns)
            )

    async def _prepare_quietly(self, slot: int, *, urgent: bool = False, eager: bool = False) -> None:
        was_refused = self._queue.refusal(slot) is not None
        try:
            await self.prepare(slot, urgent=urgent, eager=eager)
        except TrackError as error:
            if self.is_runbuddy_follower() and slot == self._current:
                self._problem = str(error)
        else:
            if was_refused and slot == self._current:
                self._problem = None

    async def _resume_after_restart(self) -> None:
        if self._current is None or self._remote is None or not self._locked:
            await super()._resume_after_restart()
            return
        await self._prepare_quietly(self._current, urgent=True)
        if self._remote is not None:
            # Its timeline is that of the track it names, though this player may have gone on to the next by itself.
            item = self._queue.find(self._remote.playlist_position, self._remote.track_id)
            if item is not None:
                self._engine.send(Follow(item.playlist_position, self._remote.timeline, jump=True))
