"""Decode files to PCM with libVLC, through a cache that is keyed by content.

libVLC's transcoder gives sample-exact PCM at several hundred times real time; its own seeking in an MP3 does not
(docs/architecture.md). So a file is decoded once, from its start to its end, and every seek is an index into memory. A
decode is done in small steps, so that one process can put a track that is waited for before one that is not.
"""

import os
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from audio.decode.cache import DEFAULT_LIMIT_BYTES, PcmCache, PcmWriter
from audio.decode.errors import DecodeError
from audio.decode.header import promised_s
from audio.decode.pcm_file import BYTES_PER_FRAME, PcmFile
from audio.decode.source import ContentHash, demuxer_of, stamp_of
from audio.decode.transcode import LibVlc, Transcode

if TYPE_CHECKING:
    from audio.decode.resample import StreamResampler

Progress = Callable[[int], None]
"""Called with a number that grows as the work goes on: bytes read and decoded so far."""

POLL_S: Final = 0.001
#: Decoded music shorter than what the file's own header promises by more than this is a truncated file.
_TRUNCATION_TOLERANCE_S: Final = 1.0
#: No music is longer; a file that seems to be has a broken header.
_MAX_LENGTH_S: Final = 24 * 3600
#: A file that changes while it is decoded gets one more chance: it may just have been copied here.
_ATTEMPTS: Final = 2


class Decoder:
    """libVLC, a cache folder, and the way from the one to the other. Not thread-safe: one per process."""

    def __init__(
        self,
        cache_dir: Path,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        *,
        max_length_s: float = _MAX_LENGTH_S,
        pipe: bool = hasattr(os, "mkfifo"),
    ) -> None:
        self.cache = PcmCache(cache_dir, limit_bytes)
        try:
            # libVLC's output chain has its own quoting rules: a plain name in the current folder needs none.
            os.chdir(self.cache.folder)
        except OSError as error:
            raise DecodeError(
                f"the folder for decoded music can't be used ({error.strerror}): {self.cache.folder}"
            ) from None
        self.libvlc = LibVlc()
        self.max_length_s = max_length_s
        self.pipe = pipe

    def decode(self, file: Path, rate: int, progress: Progress) -> PcmFile:
        """Return `file` as PCM at `rate` Hz, from the cache when it was decoded before. Errors: DecodeError."""
        job = DecodeJob(self, file, rate)
        try:
            while job.result is None:
                if not job.step():
                    time.sleep(POLL_S)
                progress(job.moved)
        finally:
            job.close()
        return job.result


class DecodeJob:
    """One file on its way to PCM. Call `step` until there is a `result`; `close` in any case."""

    def __init__(self, decoder: Decoder, file: Path, rate: int) -> None:
        self._decoder = decoder
        self._file = file
        self._rate = rate
        self._promised_s: float | None = None
        self._transcode: Transcode | None = None
        self._writer: PcmWriter | None = None
        self._work = self._run()
        self.moved = 0
        self.result: PcmFile | None = None
        self.warning: str | None = None
        #: A decode of which nothing was handed out yet may refuse the file; later it keeps what there is.
        self.handed_out = False

    @property
    def so_far(self) -> PcmFile | None:
        """Return what can be read already, once it is being decoded."""
        return None if self._writer is None else self._writer.so_far

    @property
    def expected_s(self) -> float | None:
        """Return how long the whole will be, as far as that is known."""
        return self._promised_s or (None if self._transcode is None else self._transcode.length_s)

    def step(self) -> bool:
        """Work for some milliseconds at most; return False when there was nothing to do yet. Errors: DecodeError."""
        try:
            return next(self._work, True)
        except OSError as error:
            raise DecodeError(
                f"the decoded music can't be stored in {self._decoder.cache.folder} ({error.strerror or error}); "
                "make room on the disk"
            ) from None

    def close(self) -> None:
        """Stop, and leave nothing half done behind."""
        self._work.close()
        if self._transcode is not None:
            self._transcode.close()
            self._transcode = None
        if self._writer is not None:
            self._writer.abandon()
            self._writer = None

    def _run(self) -> Generator[bool, None, None]:
        cache, before = self._decoder.cache, None
        for _ in range(_ATTEMPTS):
            before = stamp_of(self._file)
            content = ContentHash(self._file)
            for read_bytes in content:
                self.moved = max(self.moved + 1, read_bytes)
                yield True
            found = cache.find(content.key, self._rate)
            if found is not None:
                self.result = found
                return
            yield from self._decode(content.key)
            unchanged = stamp_of(self._file) == before
            if unchanged or self.handed_out:
                assert self._writer is not None
                # Half old and half new may be heard once, and is never kept for either.
                self.result = self._writer.commit(content.key if unchanged else f"{content.key}x{os.getpid()}")
                self._writer = None
                return
            self.close_attempt()
        raise DecodeError("the file is being changed by another program; try again when that is done")

    def close_attempt(self) -> None:
        """Throw away what was decoded from a file that has changed meanwhile."""
        if self._writer is not None:
            self._writer.abandon()
            self._writer = None

    def _decode(self, key: str) -> Generator[bool, None, None]:
        self._promised_s = promised_s(self._file)
        self._writer = writer = self._decoder.cache.writer(key, self._rate)
        work = self._decoder.cache.folder / f"work-{self._rate}-{os.getpid()}-{id(self):x}.wav"
        self._transcode = transcode = Transcode(
            self._decoder.libvlc, self._file, work, demuxer=demuxer_of(self._file), pipe=self._decoder.pipe
        )
        resampler: StreamResampler | None = None
        decoded_bytes = 0
        while (block := transcode.read()) is not None:
            if not block:
                yield False
                continue
            decoded_bytes += len(block)
            self.moved += len(block)
            assert transcode.rate is not None
            if decoded_bytes > self._decoder.max_length_s * transcode.rate * BYTES_PER_FRAME:
                raise DecodeError("it never ends; the file is damaged, choose another one for this track")
            if transcode.rate != self._rate:
                resampler = resampler or _resampler(transcode.rate, self._rate)
                block = resampler.push(block)
            writer.write(block)
            yield True
        if resampler is not None:
            writer.write(resampler.push(b"", last=True))
        failed, rate = transcode.failed, transcode.rate
        transcode.close()
        self._transcode = None
        self._judge(0.0 if rate is None else decoded_bytes / BYTES_PER_FRAME / rate, failed=failed)

    def _judge(self, decoded_s: float, *, failed: bool) -> None:
        """Refuse what is no music or is cut short; keep, with a warning, what has been handed out already."""
        assert self._writer is not None
        promised = self._promised_s or 0.0
        problem = None
        if failed or self._writer.so_far.frames == 0:
            problem = "it holds no sound that libVLC can decode; choose another file for this track"
        elif promised - decoded_s > max(_TRUNCATION_TOLERANCE_S, 0.02 * promised):
            problem = f"the file is cut short: {decoded_s:.0f} s of {promised:.0f} s are there; copy it again"
        if problem is None:
            return
        if not self.handed_out:
            raise DecodeError(problem)
        self.warning = f"the file is damaged after {decoded_s:.0f} s; what there is is played" if failed else problem


def _resampler(from_rate: int, to_rate: int) -> "StreamResampler":
    from audio.decode.resample import StreamResampler  # noqa: PLC0415 - takes as long to load as 30 s of music to decode

    return StreamResampler(from_rate, to_rate)
