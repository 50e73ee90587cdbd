"""Decoded tracks of the queue: each decoded once, loaded into the audio process, refused by name when it can't be.

A long track is there in part before it is there as a whole: it can be played as far as it is decoded.
"""

import asyncio
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Final

from audio.decode.client import DecoderClient, DecodeRequest
from audio.decode.pcm_file import BYTES_PER_FRAME, PcmFile
from audio.engine.messages import Load
from audio.errors import TrackError
from audio.queue import QueueItem

#: There has to be so much beyond the place where the music begins; decoding then runs away from it.
_AHEAD_MS: Final = 4000.0
#: Tracks that are not about to be played are let go of beyond this, so that the cache on disk may evict them.
HELD_BYTES: Final = 1 << 30

Progress = Callable[[float | None], None]


@dataclass(eq=False, slots=True)
class _Decode:
    """A track that is being decoded, and who waits for it."""

    item: QueueItem
    request: DecodeRequest
    urgent_waiters: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False
    error: TrackError | None = None


class PreparedTracks:
    """Decode on demand, at most once at a time per track, and remember what is ready.

    `warn` is told of a track that is played though it is damaged.
    """

    def __init__(
        self,
        decoder: DecoderClient,
        load: Callable[[Load], None],
        warn: Callable[[QueueItem, str], None] = lambda _item, _reason: None,
        *,
        held_bytes: int = HELD_BYTES,
    ) -> None:
        self._decoder = decoder
        self._load = load
        self._warn = warn
        self._held_bytes = held_bytes
        self._pcm: dict[int, PcmFile] = {}
        self._decodes: dict[int, _Decode] = {}

    def __contains__(self, playlist_position: int) -> bool:
        return playlist_position in self._pcm

    def duration_ms(self, playlist_position: int) -> float | None:
        """Return the exact length of a track that is decoded to its end."""
        pcm = self._pcm.get(playlist_position)
        return None if pcm is None or not pcm.complete else pcm.duration_ms

    def ready(self, playlist_position: int, position_ms: float = 0.0) -> bool:
        """Return whether a track can be played from a place on."""
        pcm = self._pcm.get(playlist_position)
        return pcm is not None and (pcm.complete or pcm.duration_ms >= position_ms + _AHEAD_MS)

    async def prepare(
        self,
        item: QueueItem,
        rate: int,
        *,
        position_ms: float = 0.0,
        urgent: bool = True,
        eager: bool = False,
        progress: Progress | None = None,
    ) -> bool:
        """Decode a track until it can be played from a place on; False when all was forgotten meanwhile.

        `eager`: the music is on already, so it is not first found out whether the whole file is sound.
        Errors: TrackError.
        """
        slot = item.playlist_position
        if self.ready(slot, position_ms):
            return True
        decode = self._decodes.get(slot) or self._begin(item, rate, urgent=urgent, eager=eager)
        if urgent:
            decode.urgent_waiters += 1
            self._decoder.hurry(decode.request, urgent=True, eager=eager)
        try:
            while not decode.over and not self.ready(slot, position_ms):
                if progress is not None:
                    progress(decode.request.fraction)
                decode.changed.clear()
                await decode.changed.wait()
        finally:
            if urgent:
                decode.urgent_waiters -= 1
                if decode.urgent_waiters == 0 and not decode.over:
                    self._decoder.hurry(decode.request, urgent=False)
        if decode.error is not None:
            raise decode.error
        return self.ready(slot, position_ms)

    def keep(self, slots: Collection[int]) -> None:
        """Stop the decodes of other tracks, as far as nobody waits for them."""
        for slot, decode in tuple(self._decodes.items()):
            if slot not in slots and decode.urgent_waiters == 0 and slot not in self._pcm:
                self._stop(slot)

    def let_go(self, current: int, wanted: Collection[int]) -> list[int]:
        """Forget tracks, those played longest ago first, until the rest is small enough; return which.

        `wanted` ones stay, as do the current one and the one before it, which may be heard for a moment more.
        """
        if current in self._pcm:
            self._pcm[current] = self._pcm.pop(current)
        stay = {*wanted, *list(self._pcm)[-2:], *self._decodes}
        held = sum(pcm.frames for pcm in self._pcm.values()) * BYTES_PER_FRAME
        gone = []
        for slot in [slot for slot in self._pcm if slot not in stay]:
            if held <= self._held_bytes:
                break
            pcm = self._pcm.pop(slot)
            held -= pcm.frames * BYTES_PER_FRAME
            self._decoder.release(pcm)
            gone.append(slot)
        return gone

    def forget(self) -> None:
        """Drop everything: another queue, or another rate."""
        for slot in tuple(self._decodes):
            self._stop(slot)
        for pcm in self._pcm.values():
            self._decoder.release(pcm)
        self._pcm.clear()

    def _begin(self, item: QueueItem, rate: int, *, urgent: bool, eager: bool) -> _Decode:
        request = self._decoder.request(
            item.file,
            rate,
            track=item.label,
            urgent=urgent,
            eager=eager,
            on_progress=lambda _: self._on_progress(decode),
        )
        decode = _Decode(item, request)
        self._decodes[item.playlist_position] = decode
        request.answer.add_done_callback(lambda answer: self._on_answer(decode, answer))
        return decode

    def _stop(self, slot: int) -> None:
        decode = self._decodes.pop(slot)
        decode.over = True
        decode.changed.set()
        self._decoder.cancel(decode.request)

    def _on_progress(self, decode: _Decode) -> None:
        if not decode.over and decode.request.so_far is not None:
            self._take(decode.item, decode.request.so_far)
        decode.changed.set()

    def _on_answer(self, decode: _Decode, answer: asyncio.Future[PcmFile]) -> None:
        if decode.over:
            return
        decode.over = True
        decode.changed.set()
        slot = decode.item.playlist_position
        del self._decodes[slot]
        if answer.cancelled():
            return
        error, partial = answer.exception(), self._pcm.get(slot)
        if error is None:
            self._take(decode.item, answer.result())
            if decode.request.warning is not None:
                self._warn(decode.item, decode.request.warning)
        elif not isinstance(error, TrackError):
            raise error
        elif partial is not None:
            # It is being played: what there is stays, and ends where it ends.
            self._take(decode.item, replace(partial, complete=True))
            self._warn(decode.item, error.reason)
        else:
            decode.error = error

    def _take(self, item: QueueItem, pcm: PcmFile) -> None:
        slot = item.playlist_position
        earlier = self._pcm.get(slot)
        if earlier is not None and not pcm.complete and pcm.frames <= earlier.frames:
            # A decode that had to begin again has to catch up first.
            return
        self._pcm[slot] = pcm
        self._load(Load(slot, pcm, os.fspath(item.file)))
