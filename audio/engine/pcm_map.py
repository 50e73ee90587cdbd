"""Decoded music as the audio process holds it: mapped, read from the disk ahead of the cursor, let go of behind it.

Mapped pages count as memory of the process once they were touched, and a two-hour track has 1.2 GB of them; and a page
that is not in memory makes whoever touches it wait for the disk, which the callback may not.
"""

import contextlib
import mmap
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from audio.decode.pcm import Pcm
from audio.decode.pcm_file import BYTES_PER_FRAME, CHANNELS, PcmFile

_BEHIND_S: Final = 2
_AHEAD_S: Final = 12
#: Read on when less than this is left of what was read ahead.
_LOW_S: Final = 6
_CHUNK: Final = bytearray(1 << 18)


@dataclass(slots=True)
class _Mapping:
    file: PcmFile
    memory: mmap.mmap
    cursor: int = 0
    warm_from: int = 0
    warm_to: int = 0


class PcmMaps:
    """The mapped tracks by slot. Frames count from each track's start. Any thread may call, the callback need not."""

    def __init__(self) -> None:
        self._mappings: dict[int, _Mapping] = {}
        self._lock = threading.Lock()

    def load(self, slot: int, file: PcmFile) -> Pcm:
        """Map a track, or what there is of it by now, as shape (frames, 2). Errors: OSError or ValueError."""
        size = file.offset_bytes + file.frames * BYTES_PER_FRAME
        with Path(file.path).open("rb") as stream:
            memory = mmap.mmap(stream.fileno(), size, access=mmap.ACCESS_READ)
        pcm = np.frombuffer(memory, dtype="<i2", offset=file.offset_bytes, count=file.frames * CHANNELS)
        with self._lock:
            earlier = self._mappings.get(slot)
            mapping = _Mapping(file, memory)
            if earlier is not None:
                mapping.cursor = earlier.cursor
                if earlier.file.path == file.path:
                    mapping.warm_from, mapping.warm_to = earlier.warm_from, earlier.warm_to
            self._mappings[slot] = mapping
            self._read_ahead(mapping)
        return pcm.reshape(-1, CHANNELS)

    def keep(self, slots: tuple[int, ...]) -> None:
        """Let go of all other tracks."""
        with self._lock:
            self._mappings = {slot: mapping for slot, mapping in self._mappings.items() if slot in slots}

    def go(self, slot: int, position_ms: float) -> None:
        """Say where the music is, or is about to be: it is read from the disk from there on."""
        with self._lock:
            mapping = self._mappings.get(slot)
            if mapping is not None:
                mapping.cursor = max(0, min(mapping.file.frames, int(position_ms * mapping.file.rate / 1000)))
                self._read_ahead(mapping)

    def let_go(self) -> None:
        """Give back the memory of everything that is not about the cursor of its track."""
        if not hasattr(mmap, "MADV_DONTNEED"):
            # Windows takes it back by itself.
            return
        with self._lock:
            for mapping in self._mappings.values():
                rate, size = mapping.file.rate, len(mapping.memory)
                first = self._byte(mapping, mapping.cursor - _BEHIND_S * rate) // mmap.PAGESIZE * mmap.PAGESIZE
                last = self._byte(mapping, mapping.cursor + _AHEAD_S * rate) // mmap.PAGESIZE * mmap.PAGESIZE
                if first > 0:
                    mapping.memory.madvise(mmap.MADV_DONTNEED, 0, first)
                if last < size:
                    mapping.memory.madvise(mmap.MADV_DONTNEED, last, size - last)

    def _read_ahead(self, mapping: _Mapping) -> None:
        """Read what comes next, by a call that lets the callback run meanwhile, so that mapping it costs no wait."""
        rate, cursor = mapping.file.rate, mapping.cursor
        end = min(mapping.file.frames, cursor + _AHEAD_S * rate)
        if not mapping.warm_from <= cursor <= mapping.warm_to:
            mapping.warm_from = mapping.warm_to = cursor
        if mapping.warm_to >= min(end, cursor + _LOW_S * rate):
            return
        with contextlib.suppress(OSError), Path(mapping.file.path).open("rb", buffering=0) as stream:
            stream.seek(self._byte(mapping, mapping.warm_to))
            left = (end - mapping.warm_to) * BYTES_PER_FRAME
            while left > 0:
                done = stream.readinto(_CHUNK)
                if not done:
                    break
                left -= done
        mapping.warm_to = end

    @staticmethod
    def _byte(mapping: _Mapping, frame: int) -> int:
        return mapping.file.offset_bytes + max(0, min(mapping.file.frames, frame)) * BYTES_PER_FRAME
