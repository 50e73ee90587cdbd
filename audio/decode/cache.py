"""Decoded music on disk: bounded, keyed by content and rate, shared by several players, never half for whole.

An entry is a data file and a small sidecar beside it. The sidecar is written atomically when the data is whole, names
the data file and its length, and its modification time is when the entry was last used. Data without a sidecar is work
in progress, or what a killed process left.
"""

import contextlib
import errno
import json
import os
import secrets
import time
from pathlib import Path
from typing import Final

from audio.decode.errors import DecodeError
from audio.decode.pcm_file import BYTES_PER_FRAME, PcmFile

DEFAULT_LIMIT_BYTES: Final = 2 << 30

_DATA, _SIDECAR = ".pcm", ".json"
#: Players may share a folder: work of a process that can't be asked whether it lives is left alone for so long.
_ABANDONED_AFTER_S: Final = 3600.0
#: Room is made whenever this much more was written.
_ROOM_STEP_BYTES: Final = 16 << 20
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class PcmCache:
    """A folder of decoded music. What this process has handed out stays until it is released."""

    def __init__(self, folder: Path, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self.folder = folder.absolute()
        self._limit_bytes = limit_bytes
        self._in_use: set[str] = set()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._remove_abandoned()
        except OSError as error:
            raise DecodeError(f"the folder for decoded music can't be used ({error.strerror}): {self.folder}") from None

    def find(self, key: str, rate: int) -> PcmFile | None:
        """Return an entry that is whole, and note its use."""
        sidecar = self.folder / f"{key}-{rate}{_SIDECAR}"
        found = _read_sidecar(sidecar)
        if found is None:
            return None
        data, frames = found
        with contextlib.suppress(OSError):
            if data.stat().st_size == frames * BYTES_PER_FRAME:
                self._in_use.add(data.name)
                # A cache that can't be written is as good as any to read from.
                with contextlib.suppress(OSError):
                    os.utime(sidecar)
                return PcmFile(str(data), 0, frames, rate)
        return None

    def writer(self, key: str, rate: int) -> "PcmWriter":
        """Return a new entry to fill. Errors: OSError."""
        return PcmWriter(self, self.folder / f"{key}-{rate}-{os.getpid()}-{secrets.token_hex(4)}{_DATA}", rate)

    def release(self, path: str) -> None:
        """Say that an entry is no longer used; it goes when there is too much of it all."""
        self._in_use.discard(Path(path).name)
        with contextlib.suppress(OSError):
            self.make_room(0)

    def hold(self, data: Path) -> None:
        """Keep a file that is being written from being taken for an abandoned one."""
        self._in_use.add(data.name)

    def drop(self, data: Path) -> None:
        """Remove a file that did not become an entry."""
        self._in_use.discard(data.name)
        with contextlib.suppress(OSError):
            data.unlink(missing_ok=True)

    def make_room(self, extra_bytes: int) -> None:
        """Evict entries, least recently used first, until all data and `extra_bytes` fit the limit. Errors: OSError."""
        total = extra_bytes + sum(_size(path) for path in self.folder.glob(f"*{_DATA}"))
        for sidecar, data in self._by_last_use():
            if total <= self._limit_bytes:
                return
            total -= self._evict(sidecar, data)

    def evict_one(self) -> bool:
        """Evict the least recently used entry for a full disk; return False when there is none left."""
        return any(self._evict(sidecar, data) for sidecar, data in self._by_last_use())

    def _by_last_use(self) -> list[tuple[Path, Path]]:
        aged = []
        for sidecar in self.folder.glob(f"*{_SIDECAR}"):
            found = _read_sidecar(sidecar)
            if found is not None and found[0].name not in self._in_use:
                with contextlib.suppress(OSError):
                    aged.append((sidecar.stat().st_mtime_ns, sidecar, found[0]))
        return [(sidecar, data) for _, sidecar, data in sorted(aged)]

    def _evict(self, sidecar: Path, data: Path) -> int:
        """Remove one entry; return how many bytes that gave back."""
        size = _size(data)
        try:
            # Windows removes no file that another player has mapped: then the entry stays whole.
            data.unlink(missing_ok=True)
            sidecar.unlink(missing_ok=True)
        except OSError:
            return 0
        return size

    def _remove_abandoned(self) -> None:
        claimed = {found[0].name for path in self.folder.glob(f"*{_SIDECAR}") if (found := _read_sidecar(path))}
        for path in self.folder.iterdir():
            if path.suffix == _SIDECAR or path.name in claimed or path.is_dir():
                continue
            with contextlib.suppress(OSError):
                if _is_abandoned(path):
                    path.unlink()


class PcmWriter:
    """One entry in the making. It is whole with `commit` only, and gone with `abandon`."""

    def __init__(self, cache: PcmCache, data: Path, rate: int) -> None:
        self._cache = cache
        self._data = data
        self._rate = rate
        self._written = 0
        self._next_room = 0
        self._stream = data.open("xb", buffering=0)
        cache.hold(data)

    @property
    def so_far(self) -> PcmFile:
        """Return what can be read already."""
        return PcmFile(str(self._data), 0, self._written // BYTES_PER_FRAME, self._rate, complete=False)

    def write(self, block: bytes) -> None:
        """Append samples; a full disk is made emptier first. Errors: OSError when that does not help."""
        rest = memoryview(block)
        while rest:
            if self._written >= self._next_room:
                self._next_room = self._written + _ROOM_STEP_BYTES
                self._cache.make_room(0)
            try:
                done = self._stream.write(rest)
            except OSError as error:
                if error.errno in _FULL and self._cache.evict_one():
                    continue
                raise
            self._written += done
            rest = rest[done:]

    def commit(self, key: str) -> PcmFile:
        """Make it an entry, unless there is one by now; return what is to be used. Errors: OSError."""
        self._stream.close()
        frames = self._written // BYTES_PER_FRAME
        sidecar = self._cache.folder / f"{key}-{self._rate}{_SIDECAR}"
        another = self._cache.find(key, self._rate)
        if another is not None:
            # Another player was as fast, and may have its copy mapped: one is enough.
            self._cache.drop(self._data)
            return another
        damaged = _read_sidecar(sidecar)
        partial = self._data.with_suffix(".part")
        try:
            partial.write_text(json.dumps({"data": self._data.name, "frames": frames}), encoding="utf-8")
            partial.replace(sidecar)
        except OSError:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            raise
        if damaged is not None:
            with contextlib.suppress(OSError):
                damaged[0].unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self._cache.make_room(0)
        return PcmFile(str(self._data), 0, frames, self._rate)

    def abandon(self) -> None:
        """Remove what was written."""
        self._stream.close()
        self._cache.drop(self._data)


def _read_sidecar(sidecar: Path) -> tuple[Path, int] | None:
    try:
        entry = json.loads(sidecar.read_bytes())
        name, frames = entry["data"], entry["frames"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    if not isinstance(name, str) or not isinstance(frames, int) or frames <= 0 or Path(name).name != name:
        return None
    return sidecar.parent / name, frames


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_abandoned(path: Path) -> bool:
    """Return whether nobody works on a file without a sidecar any more."""
    parts = path.stem.split("-")
    if os.name == "posix" and len(parts) == 4 and parts[2].isdigit():
        try:
            os.kill(int(parts[2]), 0)
        except ProcessLookupError:
            return True
        except (PermissionError, OverflowError):
            pass
    return time.time() - path.stat().st_mtime > _ABANDONED_AFTER_S
