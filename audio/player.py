"""Player: a queue over the decoder process and the audio process, and every change at its instant.

A change is scheduled: it gets an instant a little ahead, at which it will be at the DAC of this machine to the sample.
What people press is the business of QueuePlayer (audio/queue_player.py), what a session makes of it that of
PlaybackService (audio/service.py).
"""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Final, Self

from audio.decode.client import DecoderClient
from audio.device_profiles import DeviceProfiles
from audio.engine.client import EngineClient, EngineKind
from audio.engine.messages import Click, Free, Hold, QueueEnded, Report, Segment, SetOrder, Started, Status
from audio.errors import EngineError, TrackError
from audio.library import PreparedTracks, Progress
from audio.output_settings import OutputSettings
from audio.playback_events import (
    PlaybackEvent,
    PlayingChanged,
    SoundChanged,
    TrackAccepted,
    TrackDamaged,
    TrackRefused,
    TrackStarted,
)
from audio.queue import PlayQueue, QueueItem
from audio.schedule import Schedule
from audio.sound_state import SoundState
from protocol.events import TransportAction
from protocol.timeline import NS_PER_MS, ClockMapping

_log = logging.getLogger(__name__)

#: A restarted process gets its music in this time.
_RESTART_MARGIN_MS: Final = 250.0


class Player:
    """Hold a queue, prepare its tracks, and carry out changes; what is different in a session is overridden."""

    def __init__(
        self,
        decoder: DecoderClient,
        make_engine: Callable[[Callable[[Status], None]], EngineClient],
        profiles: DeviceProfiles,
        *,
        mono_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self._mono_ns = mono_ns
        self._engine = make_engine(self._on_status)
        self._decoder = decoder
        self._output = OutputSettings(profiles, self._engine.send)
        self._tracks = PreparedTracks(decoder, self._engine.send, self._on_damaged)
        self._queue = PlayQueue()
        self._schedule = Schedule(self._tracks.duration_ms, self._successor)
        self._listeners: list[Callable[[PlaybackEvent], None]] = []
        self._background: set[asyncio.Task[None]] = set()
        self._clock: ClockMapping | None = None
        self._sound = SoundState()
        self._current: int | None = None
        self._playing = False
        self._clicking = False

    @classmethod
    def begin(
        cls,
        *,
        device: str | None,
        data_dir: Path,
        engine: EngineKind = EngineKind.PRECISE,
        cache_limit_bytes: int | None = None,
    ) -> Self:
        """Start decoder and audio process and return at once: a queue can be set and tracks prepared meanwhile.

        `device`: a device's name, None = the best there is, "none" = silent clock. `cache_limit_bytes`: how much
        decoded music is kept on disk, None = the default. Errors: EngineError.
        """
        log_file = data_dir / "audio.log"
        decoder = DecoderClient(data_dir / "pcm", log_file, cache_limit_bytes=cache_limit_bytes)
        service = cls(
            decoder,
            lambda on_status: EngineClient(device, log_file, on_status=on_status, kind=engine),
            DeviceProfiles(data_dir),
        )
        service._output.begin()
        try:
            decoder.start()
            service._engine.spawn()
        except OSError as error:
            decoder.close()
            raise EngineError(f"the sound can't be started in {data_dir} ({error.strerror or error})") from None
        return service

    @classmethod
    async def open(cls, *, device: str | None, data_dir: Path, engine: EngineKind = EngineKind.PRECISE) -> Self:
        """Begin, and wait until the output runs. Errors: EngineError."""
        service = cls.begin(device=device, data_dir=data_dir, engine=engine)
        try:
            await service.opened()
        except BaseException:
            await service.aclose()
            raise
        return service

    async def opened(self) -> None:
        """Wait until the output runs. Errors: EngineError."""
        await self._engine.started()

    async def aclose(self) -> None:
        """Stop the music and both processes."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self._tracks.forget()
        await asyncio.to_thread(self._engine.close)
        self._decoder.close()
        await self._output.aclose(self._mono_ns())

    # The output

    @property
    def output(self) -> OutputSettings:
        """Return how the output is set, and can be set: its delay, the volume."""
        return self._output

    def click(self) -> None:
        """Click at every whole second of corrected time, until something is played."""
        self._clicking = True
        self._engine.send(Click(self._mono_ns()))

    def stop_click(self) -> None:
        """Be silent again; nothing happens when something else than the click is heard by now."""
        was_clicking, self._clicking = self._clicking, False
        if was_clicking and not self._playing:
            self._engine.send(Hold(self._current or 0, 0.0, self._mono_ns()))

    # The queue

    @property
    def queue(self) -> PlayQueue:
        """Return what is to be played."""
        return self._queue

    @property
    def current(self) -> QueueItem | None:
        """Return the track that is meant to be at the DAC."""
        return None if self._current is None else self._queue.item(self._current)

    @property
    def playing(self) -> bool:
        """Return whether music is meant to be heard."""
        return self._playing

    @property
    def place(self) -> tuple[int, float] | None:
        """Return the track and the place in it, in ms, that are meant to be heard now; None when nothing is loaded.

        What was ordered last counts at once, though it is heard a moment later: `playback_position` says what is heard.
        """
        return None if self._current is None else self._schedule.place_at(self._mono_ns())

    @property
    def engine_pid(self) -> int | None:
        """Return the audio process's id, for supervision and its tests."""
        return self._engine.pid

    def set_queue(self, items: Sequence[QueueItem]) -> None:
        """Replace the queue; the music stops."""
        self._tracks.forget()
        self._queue = PlayQueue(items)
        self._current, self._playing = None, False
        self._schedule.clear()
        # The new tracks may stand at the places of the old ones: those are forgotten first.
        self._engine.send(SetOrder(()))
        self._engine.send(SetOrder(self._queue.playable))

    async def prepare(
        self,
        playlist_position: int,
        *,
        position_ms: float = 0.0,
        urgent: bool = True,
        eager: bool = False,
        progress: Progress | None = None,
    ) -> None:
        """Decode and load a track until it can be played from a place on, unless the queue is replaced meanwhile.

        `urgent`: it is waited for, and comes before what is decoded ahead. `eager`: the music is on already, so it is
        not first found out whether the whole file is sound. `progress` is told what fraction is there.
        Errors: TrackError names track and reason; the track is passed over from then on, unless it is asked for again
        and can be played by then: a full disk is no fault of the track's.
        """
        item = self._queue.item(playlist_position)
        if item is None:
            raise TrackError(f"Track {playlist_position + 1} of the playlist", "it is not paired with a file here")
        try:
            while not await self._tracks.prepare(
                item, self._sound.rate, position_ms=position_ms, urgent=urgent, eager=eager, progress=progress
            ):
                if self._queue.item(playlist_position) is not item or not urgent:
                    return
        except TrackError as error:
            # Another queue may have come meanwhile, with another track in this place.
            if self._queue.item(playlist_position) is item and self._queue.refusal(playlist_position) is None:
                self._queue.refuse(playlist_position, error.reason)
                self._engine.send(SetOrder(self._queue.playable))
                _log.warning("%s", error)
                self._emit(TrackRefused(item, str(error)))
            raise
        if self._queue.refusal(playlist_position) is not None:
            self._queue.accept(playlist_position)
            self._engine.send(SetOrder(self._queue.playable))
            self._emit(TrackAccepted(item))

    def subscribe(self, listener: Callable[[PlaybackEvent], None]) -> Callable[[], None]:
        """Call `listener` on every event; return the function that stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # What a session changes

    @property
    def _locked(self) -> bool:
        """Return whether somebody else decides what is played."""
        return False

    @property
    def _lead_ms(self) -> float:
        """Return how far ahead a change has to be ordered."""
        return self._sound.lead_ms

    def _announce(self, action: TransportAction, item: QueueItem, position_ms: int, at_ns: int) -> None:
        """Hear of every change: what it is, and the place that is at the DAC at `at_ns`."""

    async def _prepare_quietly(self, slot: int, *, urgent: bool = False, eager: bool = False) -> None:
        """Prepare a track of which nobody wants to hear whether it can be played."""
        with contextlib.suppress(TrackError):
            await self.prepare(slot, urgent=urgent, eager=eager)

    async def _resume_after_restart(self) -> None:
        """Put a restarted audio process where the music would be by now."""
        if self._current is not None:
            await self._prepare_quietly(self._current, urgent=True)
            self._resume_alone(self._mono_ns() + round(_RESTART_MARGIN_MS * NS_PER_MS))
        elif self._clicking:
            self.click()

    def _on_queue_ended(self, ended: QueueEnded) -> None:
        """Hear that there is no more music to go on with by itself."""

    # How it works

    def _change(self, action: TransportAction, slot: int, position_ms: int, at_ns: int, *, playing: bool) -> None:
        item = self._queue.item(slot)
        assert item is not None
        self._engine.send(Free(slot, position_ms, at_ns) if playing else Hold(slot, position_ms, at_ns))
        self._schedule.plan(slot, position_ms, at_ns, playing=playing)
        self._set_playing(playing)
        self._set_current(item)
        self._announce(action, item, position_ms, at_ns)

    def _set_current(self, item: QueueItem) -> None:
        changed = self._current != item.playlist_position
        self._current = item.playlist_position
        wanted = self._wanted(item.playlist_position)
        self._tracks.keep(wanted)
        gone = self._tracks.let_go(item.playlist_position, wanted)
        if gone:
            # What is not in the order is forgotten, and may be loaded again.
            self._engine.send(SetOrder(tuple(slot for slot in self._queue.playable if slot not in gone)))
            self._engine.send(SetOrder(self._queue.playable))
        for slot in wanted[1:]:
            if slot not in self._tracks:
                self._spawn(self._prepare_quietly(slot))
        if changed:
            self._emit(TrackStarted(item))

    def _wanted(self, slot: int) -> list[int]:
        """Return a track and its neighbours, which may be next: what is worth decoding."""
        neighbours = (self._queue.item(slot), self._queue.after(slot), self._queue.before(slot))
        return [item.playlist_position for item in neighbours if item is not None]

    def _set_playing(self, playing: bool) -> None:
        if playing != self._playing:
            self._playing = playing
            self._emit(PlayingChanged(playing))

    def _next_instant(self) -> int:
        """Return when a change decided now can be at the DAC: a whole millisecond of corrected time."""
        return self._schedule.next_instant(self._mono_ns(), self._lead_ms, self._clock)

    def _place_at(self, at_ns: int) -> tuple[int, float]:
        return self._schedule.place_at(at_ns) or (self._current or 0, 0.0)

    def _last_ms(self, slot: int) -> int | None:
        """Return the last whole millisecond at which there is music in a track."""
        duration_ms = self._tracks.duration_ms(slot)
        return None if duration_ms is None else max(0, math.ceil(duration_ms) - 1)

    def _within(self, slot: int, position_ms: int) -> int:
        last_ms = self._last_ms(slot)
        return max(0, position_ms if last_ms is None else min(position_ms, last_ms))

    def _successor(self, slot: int) -> int | None:
        """Return the track that follows by itself: the next one, when there is anything of it."""
        item = self._queue.after(slot)
        return item.playlist_position if item is not None and item.playlist_position in self._tracks else None

    def _on_damaged(self, item: QueueItem, reason: str) -> None:
        message = f"{item.label} is damaged: {reason}"
        _log.warning("%s", message)
        self._emit(TrackDamaged(item, message))

    def _on_status(self, status: Status) -> None:
        match status:
            case Segment():
                self._schedule.add(status)
                if status.natural and status.step > 0:
                    self._on_natural_change(status)
            case QueueEnded():
                self._on_queue_ended(status)
            case Report():
                self._sound.on_report(status)
                self._output.on_report(status, self._mono_ns())
            case Started():
                self._on_started(status)

    def _on_natural_change(self, segment: Segment) -> None:
        item = self._queue.item(segment.slot)
        if item is None:
            return
        self._set_current(item)
        began_ns = segment.dac_ns - round(segment.position_ms / segment.step * NS_PER_MS)
        self._announce(TransportAction.TRACK_CHANGE, item, 0, began_ns)

    def _on_started(self, started: Started) -> None:
        rate = self._sound.rate
        restarted = self._sound.on_started(started)
        self._output.on_started(started, self._mono_ns())
        if rate != started.rate:
            self._tracks.forget()
        if restarted:
            self._spawn(self._resume_after_restart())
        self._emit(
            SoundChanged(started.device, started.silent, started.reason, restarted=restarted, label=started.label)
        )

    def _resume_alone(self, at_ns: int) -> None:
        """Go on along the line that was being played, as if nothing had happened."""
        slot, position_ms = self._place_at(at_ns)
        self._engine.send(Free(slot, position_ms, at_ns) if self._playing else Hold(slot, position_ms, at_ns))
        self._schedule.plan(slot, position_ms, at_ns, playing=self._playing)
        item = self._queue.item(slot)
        if item is not None and slot != self._current:
            # The track changed while there was nobody to say so.
            self._set_current(item)
            self._announce(TransportAction.TRACK_CHANGE, item, 0, at_ns - round(position_ms * NS_PER_MS))

    def _emit(self, event: PlaybackEvent) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task
