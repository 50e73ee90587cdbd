"""Read the fingerprints of files while something else goes on; what is known can be asked for at any time."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Self

from client.fingerprint.model import Fingerprint, RateMode
from client.recordings.cache import FingerprintCache
from client.storage.database import StorageError
from client.worker_pipe import Message
from client.worker_process import WorkerProcess

_WORKER: Final = "client.recordings.worker"

_log = logging.getLogger(__name__)


class RecordingReader:
    """Make fingerprints in a worker process, one file after the other; those in the cache cost next to nothing.

    Use from one event loop. A file whose fingerprint can't be made is left out, and so is all that comes after one
    which takes the worker with it. `open_cache` is called in a thread; a cache that fails is done without.
    """

    def __init__(self, open_cache: Callable[[], FingerprintCache] | None = None) -> None:
        self._open_cache = open_cache
        self._known: dict[str, Fingerprint] = {}
        self._reading: asyncio.Task[None] | None = None
        self._lock = threading.Lock()
        self._stopped = False
        self._process: WorkerProcess | None = None

    @property
    def known(self) -> Mapping[str, Fingerprint]:
        """Return the fingerprints that are known by now, by path."""
        return MappingProxyType(self._known)

    @property
    def is_done(self) -> bool:
        """Return whether nothing more will be known."""
        return self._reading is None or self._reading.done()

    def begin(self, files: Iterable[Path]) -> None:
        """Read these files in this order; once."""
        loop, paths = asyncio.get_running_loop(), [str(file) for file in files]

        def tell(path: str, found: Fingerprint) -> None:
            loop.call_soon_threadsafe(self._known.__setitem__, path, found)

        self._reading = asyncio.create_task(asyncio.to_thread(self._read, list(dict.fromkeys(paths)), tell))

    async def wait(self, seconds: float | None = None) -> None:
        """Return when all is known, or after so many seconds."""
        if self._reading is not None:
            await asyncio.wait({self._reading}, timeout=seconds)
            if self._reading.done():
                self._reading.result()

    async def aclose(self) -> None:
        """Stop reading."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()
        await self.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _read(self, paths: Sequence[str], tell: Callable[[str, Fingerprint], None]) -> None:
        cache = _Careful(self._open_cache)
        with contextlib.closing(cache):
            unknown = []
            for path in paths:
                if self._stopped:
                    return
                if (found := cache.find(path)) is not None:
                    tell(path, found)
                else:
                    unknown.append(path)
            with contextlib.closing(self._ask(unknown)) as answers:
                for answer in answers:
                    if "fingerprint" in answer:
                        audio_hash, samples, sample_rate, encoder, rate_mode = answer["fingerprint"]
                        found = Fingerprint(audio_hash, samples, sample_rate, encoder, RateMode(rate_mode))
                        tell(answer["path"], found)
                        cache.keep(answer["path"], answer["mtimeNs"], answer["size"], found)
                    elif "problem" in answer:
                        _log.info("No fingerprint: %s", answer["problem"])

    def _ask(self, paths: Sequence[str]) -> Generator[Message]:
        if not paths:
            return
        try:
            with self._lock:
                if self._stopped:
                    return
                self._process = process = WorkerProcess(_WORKER)
        except OSError as error:
            _log.warning("No fingerprints: the process that makes them can't be started (%s)", error)
            return
        try:
            yield from process.answers([{"paths": list(paths)}])
        finally:
            process.close()


class _Careful:
    """A cache that may fail: then there is none any more."""

    def __init__(self, opened: Callable[[], FingerprintCache] | None) -> None:
        self._cache: FingerprintCache | None = None
        if opened is not None:
            with self._failing():
                self._cache = opened()

    def find(self, path: str) -> Fingerprint | None:
        with self._failing():
            return self._cache.find(path) if self._cache is not None else None
        return None

    def keep(self, path: str, mtime_ns: int, size: int, found: Fingerprint) -> None:
        with self._failing():
            if self._cache is not None:
                self._cache.keep(path, mtime_ns, size, found)

    def close(self) -> None:
        if self._cache is not None:
            self._cache.close()

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except StorageError as error:
            _log.warning("Fingerprints are not kept: %s", error)
            self.close()
            self._cache = None
