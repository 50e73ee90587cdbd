"""QueuePlayer: the transport over a queue, as the person at this machine uses it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audio.decode.client import DecoderClient
from audio.device_profiles import DeviceProfiles
from audio.engine.client import EngineClient
from audio.engine.messages import QueueEnded, Status
from audio.errors import TrackError
from audio.playback_events import QueueFinished, TrackPreparing
from audio.player import Player
from audio.preparing import ProgressTeller
from audio.queue import QueueItem
from protocol.events import TransportAction


@dataclass(frozen=True, slots=True)
class _Awaited:
    """A change that waits until its track is decoded."""

    item: QueueItem
    playing: bool
    task: asyncio.Task[None]


class QueuePlayer(Player):
    """Play a queue of tracks, gapless, as the person at this machine wishes."""

    def __init__(
        self,
        decoder: DecoderClient,
        make_engine: Callable[[Callable[[Status], None]], EngineClient],
        profiles: DeviceProfiles,
        *,
        mono_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        super().__init__(decoder, make_engine, profiles, mono_ns=mono_ns)
        self._awaited: _Awaited | None = None

    def set_queue(self, items: Sequence[QueueItem]) -> None:
        """Replace the queue; the music stops."""
        self._give_up_waiting()
        super().set_queue(items)

    # The transport, as the person uses it. Where controls are locked these return False.

    def play(self) -> bool:
        """Go on, or begin with the first track."""
        item = self.current or self._queue.first()
        if self._locked or item is None or self._playing:
            return False
        position_ms = 0.0
        if self._current is not None:
            slot, position_ms = self._place_at(self._mono_ns())
            item = self._queue.item(slot) or item
        last_ms = self._last_ms(item.playlist_position)
        if last_ms is not None and position_ms >= last_ms and self._queue.after(item.playlist_position) is None:
            item, position_ms = self._queue.first() or item, 0.0
        self._go(TransportAction.PLAY, item, round(position_ms), playing=True)
        return True

    def pause(self) -> bool:
        """Stand still at a whole millisecond."""
        if self._locked:
            return False
        was_to_play = self._give_up_waiting()
        if not self._playing:
            return was_to_play
        at_ns = self._next_instant()
        slot, position_ms = self._place_at(at_ns)
        self._change(TransportAction.PAUSE, slot, self._within(slot, round(position_ms)), at_ns, playing=False)
        return True

    def toggle_pause(self) -> bool:
        """Play or pause."""
        return self.pause() or self.play()

    def seek(self, position_ms: int) -> bool:
        """Go to a place in the current track."""
        item = self.current
        if self._locked or item is None:
            return False
        wanted_ms = self._within(item.playlist_position, position_ms)
        self._go(TransportAction.SEEK, item, wanted_ms, playing=self._playing)
        return True

    def skip_next(self) -> bool:
        """Go to the next track that can be played."""
        return self._skip(TransportAction.SKIP_NEXT, self._queue.after)

    def skip_prev(self) -> bool:
        """Go to the previous track, or to the start of the first."""
        return self._skip(TransportAction.SKIP_PREV, lambda slot: self._queue.before(slot) or self._queue.item(slot))

    def track_change(self, playlist_position: int) -> bool:
        """Go to a track of the queue."""
        return self._skip(TransportAction.TRACK_CHANGE, lambda _: self._queue.item(playlist_position))

    # How it works

    def _skip(self, action: TransportAction, choose: Callable[[int], QueueItem | None]) -> bool:
        if self._locked:
            return False
        # A second press, while the track of the first one is still prepared, goes on from there.
        awaited = None if self._awaited is None else self._awaited.item
        start = awaited or self.current or self._queue.first()
        target = None if start is None else choose(start.playlist_position)
        if target is None:
            return False
        self._go(action, target, 0, playing=self._playing)
        return True

    def _go(self, action: TransportAction, item: QueueItem, position_ms: int, *, playing: bool) -> None:
        """Change to a place now, or as soon as the track is decoded."""
        # Whoever pressed play and then skips, while the first track is still prepared, wants to hear the second.
        playing = self._give_up_waiting() or playing
        slot = item.playlist_position
        if self._tracks.ready(slot, position_ms):
            self._change(action, slot, position_ms, self._next_instant(), playing=playing)
        else:
            task = self._spawn(self._go_when_prepared(action, item, position_ms, playing=playing))
            self._awaited = _Awaited(item, playing, task)

    def _give_up_waiting(self) -> bool:
        """Drop a change that still waits for its track, for a newer wish counts; return whether it was to play."""
        awaited, self._awaited = self._awaited, None
        if awaited is None:
            return False
        awaited.task.cancel()
        return awaited.playing

    async def _go_when_prepared(
        self, action: TransportAction, item: QueueItem, position_ms: int, *, playing: bool
    ) -> None:
        teller = ProgressTeller(self._mono_ns(), lambda fraction: self._emit(TrackPreparing(item, fraction)))
        self._tracks.keep(self._wanted(item.playlist_position))
        try:
            await self.prepare(
                item.playlist_position,
                position_ms=position_ms,
                progress=lambda fraction: teller.on_progress(self._mono_ns(), fraction),
            )
        except TrackError:
            self._awaited = None
            step = self._queue.before if action is TransportAction.SKIP_PREV else self._queue.after
            fallback = step(item.playlist_position)
            if fallback is not None:
                self._go(action, fallback, 0, playing=playing)
            elif self._playing:
                self.pause()
            return
        self._awaited = None
        teller.on_ready()
        self._go(action, item, self._within(item.playlist_position, position_ms), playing=playing)

    def _on_queue_ended(self, ended: QueueEnded) -> None:
        if self._locked:
            return
        successor = self._queue.after(ended.slot)
        if successor is not None:
            # Decoding was slower than the music: go on as soon as it is done.
            self._go(TransportAction.TRACK_CHANGE, successor, 0, playing=True)
            return
        last_ms = self._last_ms(ended.slot)
        if last_ms is not None:
            self._change(TransportAction.PAUSE, ended.slot, last_ms, ended.dac_ns, playing=False)
        self._emit(QueueFinished())
