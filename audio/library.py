"""Decoded tracks of the queue: each decoded once, loaded into the audio process, refused by name when it can't be."""

import asyncio
import os
from collections.abc import Callable

from audio.decode.client import DecoderClient
from audio.decode.pcm_file import PcmFile
from audio.engine.messages import Load
from audio.errors import TrackError
from audio.queue import QueueItem


class PreparedTracks:
    """Decode on demand, at most once at a time per track, and remember what is ready."""

    def __init__(self, decoder: DecoderClient, load: Callable[[Load], None]) -> None:
        self._decoder = decoder
        self._load = load
        self._pcm: dict[int, PcmFile] = {}
        self._tasks: dict[int, asyncio.Task[PcmFile]] = {}

    def __contains__(self, playlist_position: int) -> bool:
        return playlist_position in self._pcm

    def duration_ms(self, playlist_position: int) -> float | None:
        """Return the exact length of a decoded track."""
        pcm = self._pcm.get(playlist_position)
        return None if pcm is None else pcm.duration_ms

    async def prepare(self, item: QueueItem, rate: int) -> bool:
        """Decode and load a track unless it is ready; return False when all was forgotten meanwhile.

        Errors: TrackError.
        """
        slot = item.playlist_position
        if slot in self._pcm:
            return True
        task = self._tasks.get(slot)
        if task is None:
            task = asyncio.create_task(self._decoder.decode(item.file, rate, track=item.label))
            self._tasks[slot] = task
            task.add_done_callback(lambda done: self._finish(item, done))
        await asyncio.wait([task])
        if task.cancelled():
            return False
        task.result()
        return True

    def forget(self) -> None:
        """Drop everything: another queue, or another rate."""
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()
        self._pcm.clear()

    def _finish(self, item: QueueItem, task: asyncio.Task[PcmFile]) -> None:
        slot = item.playlist_position
        if self._tasks.get(slot) is not task:
            return
        del self._tasks[slot]
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._pcm[slot] = task.result()
            self._load(Load(slot, task.result(), os.fspath(item.file)))
        elif not isinstance(error, TrackError):
            raise error
