"""The decoded tracks in their order, read as one endless strip (pure).

A track that is still being decoded has no end yet: beyond what there is of it is silence, not the next track.
"""

import sys
from dataclasses import dataclass
from typing import Final

import numpy as np

from audio.decode.pcm import Pcm
from audio.decode.pcm_file import CHANNELS

#: Where there was silence for want of music, the music comes in over so many frames.
_ENTRY_FRAMES: Final = 256
_NO_END: Final = sys.maxsize


@dataclass(frozen=True, slots=True)
class Place:
    """A frame, or a point between two, in one track."""

    slot: int
    frame: float


class Music:
    """Tracks by slot; where one ends the next in order begins, to the sample."""

    def __init__(self) -> None:
        self._pcm: dict[int, Pcm] = {}
        self._order: tuple[int, ...] = ()
        self._growing: set[int] = set()
        self._starved: dict[int, int] = {}

    def load(self, slot: int, pcm: Pcm, *, complete: bool = True) -> None:
        """Add or replace a track of shape (frames, 2); when it is not complete, more of it will come."""
        self._pcm[slot] = pcm
        if complete:
            self._growing.discard(slot)
        else:
            self._growing.add(slot)

    def set_order(self, slots: tuple[int, ...]) -> None:
        """Set the order of play and forget tracks that are no longer in it."""
        self._order = slots
        self._pcm = {slot: pcm for slot, pcm in self._pcm.items() if slot in slots}
        self._growing.intersection_update(slots)
        self._starved = {slot: frame for slot, frame in self._starved.items() if slot in slots}

    def __contains__(self, slot: int) -> bool:
        return slot in self._pcm

    def frames(self, slot: int) -> int:
        """Return the length of a loaded track in frames; without bound while it grows."""
        return _NO_END if slot in self._growing else len(self._pcm[slot])

    def following(self, slot: int) -> int | None:
        """Return the slot after this one when it is loaded too, and when it is known where this one ends."""
        if slot not in self._order or slot in self._growing:
            return None
        index = self._order.index(slot) + 1
        if index < len(self._order) and self._order[index] in self._pcm:
            return self._order[index]
        return None

    def last_from(self, slot: int) -> int:
        """Return the last of the loaded tracks that follow each other from this one on."""
        while (successor := self.following(slot)) is not None:
            slot = successor
        return slot

    def resolve(self, place: Place) -> Place | None:
        """Carry a place beyond a track's end into the next; None where there is no music."""
        slot, frame = place.slot, place.frame
        while slot in self._pcm:
            length = self.frames(slot)
            if frame < length:
                return Place(slot, frame)
            successor = self.following(slot)
            if successor is None:
                return None
            slot, frame = successor, frame - length
        return None

    def distance(self, start: Place, end: Place) -> float | None:
        """Return the frames from `start` to `end` within a track or across one boundary; None when farther apart."""
        if start.slot == end.slot:
            return end.frame - start.frame
        if self.following(start.slot) == end.slot:
            return end.frame + self.frames(start.slot) - start.frame
        if self.following(end.slot) == start.slot:
            return end.frame - self.frames(end.slot) - start.frame
        return None

    def read(self, slot: int, first: int, count: int) -> Pcm:
        """Return `count` frames from `first` on, across track boundaries; silence where there is no music."""
        pcm = self._pcm[slot]
        if first >= 0 and first + count <= len(pcm):
            return (
                pcm[first : first + count]
                if count == 0 or slot not in self._starved
                else self._enter(slot, first, count)
            )
        if slot in self._growing and first + count > len(pcm):
            self._starved[slot] = max(self._starved.get(slot, 0), first + count)
        out = np.zeros((count, CHANNELS), dtype=np.int16)
        filled = max(0, -first)
        frame = max(0, first)
        current: int | None = slot
        while filled < count and current is not None:
            piece = self._pcm[current][frame : frame + count - filled]
            out[filled : filled + len(piece)] = piece
            filled += len(piece)
            frame = max(0, frame - len(self._pcm[current]))
            current = self.following(current)
        return out

    def _enter(self, slot: int, first: int, count: int) -> Pcm:
        """Let the music in softly after silence that was heard for want of it."""
        frames = self._pcm[slot][first : first + count]
        since = np.arange(first, first + count) - self._starved[slot]
        if since[0] >= _ENTRY_FRAMES or since[-1] < -_ENTRY_FRAMES:
            # Elsewhere by now.
            del self._starved[slot]
            return frames
        gain = np.clip(since / _ENTRY_FRAMES, 0.0, 1.0)[:, None]
        return np.rint(frames * gain).astype(np.int16)
