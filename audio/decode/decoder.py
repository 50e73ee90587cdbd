"""Decode one file to PCM with libVLC, through a cache that is keyed by content.

libVLC's transcoder gives sample-exact PCM with the encoder's delay trimmed, CBR and VBR alike, at several hundred times
real time; its own seeking in an MP3 does not (docs/architecture.md). So a file is decoded once, whole, and every seek
after that is an index into memory.
"""

import contextlib
import hashlib
import os
import stat
import struct
import time
import wave
from collections.abc import Callable
from pathlib import Path

import mutagen
import numpy as np
import soxr

from audio.decode.pcm import CHANNELS, open_pcm, probe_wav
from audio.decode.pcm_file import PcmFile

Progress = Callable[[int], None]
"""Called with a number that grows as the work goes on: bytes read, decoded and resampled so far."""

_POLL_S = 0.005
_RESAMPLE_BLOCK_FRAMES = 1 << 16
#: Decoded music shorter than what the file's own header promises by more than this is a truncated file.
_TRUNCATION_TOLERANCE_S = 1.0
#: Players may share a cache folder, so work in progress carries the process id; what a killed process left goes later.
_WORK_PREFIX = "decoding-"
_ABANDONED_AFTER_S = 3600.0
_READ_BYTES = 1 << 20
_SPARE_BYTES = 1 << 16


class DecodeError(Exception):
    """A file holds no music that can be played; the text is the reason, without the file's name."""


class Decoder:
    """libVLC, a cache folder, and the way from the one to the other. Not thread-safe: one per process."""

    def __init__(self, cache_dir: Path) -> None:
        self._cache_dir = cache_dir.absolute()
        try:
            self._cache_dir.mkdir(parents=True, exist_ok=True)
            # libVLC's output chain has its own quoting rules: a plain name in the current folder needs none.
            os.chdir(self._cache_dir)
        except OSError as error:
            raise DecodeError(
                f"the folder for decoded music can't be used ({error.strerror}): {self._cache_dir}"
            ) from None
        self._remove_abandoned()
        try:
            import vlc  # noqa: PLC0415 - loads libVLC, which may be missing

            self._vlc = vlc.Instance(["--quiet", "--no-video", "--no-spu", "--no-sub-autodetect-file", "--intf=dummy"])
        except (ImportError, OSError, NotImplementedError, NameError):
            self._vlc = None
        if self._vlc is None:
            raise DecodeError("libVLC could not be started: install VLC 3 (on Debian: libvlc5 and vlc-plugin-base)")
        self._failed, self._over = vlc.State.Error, (vlc.State.Ended, vlc.State.Error, vlc.State.Stopped)

    def decode(self, file: Path, rate: int, progress: Progress) -> PcmFile:
        """Return `file` as PCM at `rate` Hz, from the cache when it was decoded before. Errors: DecodeError."""
        cached = self._cache_dir / f"{content_key(file, progress)}-{rate}.wav"
        found = _probe_whole(cached)
        if found is not None:
            # A cache that can't be written is as good as any to read from.
            with contextlib.suppress(OSError):
                os.utime(cached)
            return found
        work = self._cache_dir / f"{_WORK_PREFIX}{os.getpid()}.wav"
        resampled = work.with_suffix(".resampled.wav")
        try:
            decoded = self._transcode(file, work, progress)
            _refuse_truncated(file, decoded)
            if decoded.rate != rate:
                _resample(decoded, rate, resampled, progress)
                resampled.replace(work)
            try:
                work.replace(cached)
            except OSError:
                # Windows replaces no file that is in use: another player was faster.
                if _probe_whole(cached) is None:
                    raise
        except OSError as error:
            raise DecodeError(
                f"the decoded music can't be stored in {self._cache_dir} ({error.strerror or error})"
            ) from None
        finally:
            for leftover in (work, resampled):
                with contextlib.suppress(OSError):
                    leftover.unlink(missing_ok=True)
        return probe_wav(cached)

    def _remove_abandoned(self) -> None:
        for path in self._cache_dir.glob(f"{_WORK_PREFIX}*"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > _ABANDONED_AFTER_S:
                    path.unlink()

    def _transcode(self, file: Path, work: Path, progress: Progress) -> PcmFile:
        work.write_bytes(b"")
        media = self._vlc.media_new_path(os.fsencode(file))
        media.add_option(
            f":sout=#transcode{{acodec=s16l,channels={CHANNELS}}}:std{{access=file,mux=wav,dst={work.name}}}"
        )
        media.add_option(":no-sout-video")
        player = self._vlc.media_player_new()
        player.set_media(media)
        try:
            player.play()
            while (state := player.get_state()) not in self._over:
                time.sleep(_POLL_S)
                progress(file.stat().st_size + work.stat().st_size)
        finally:
            player.stop()
            player.release()
            media.release()
        _refuse_unwritten(work)
        try:
            decoded = probe_wav(work)
        except (OSError, ValueError):
            decoded = None
        if state == self._failed or decoded is None or decoded.frames == 0:
            raise DecodeError("it holds no sound that libVLC can decode; choose another file for this track")
        return decoded


def content_key(file: Path, progress: Progress) -> str:
    """Return a hash of the file's bytes. Errors: DecodeError when the file can't be read or is empty."""
    shown = os.fsencode(file).decode(errors="replace")
    digest = hashlib.blake2b(digest_size=16)
    try:
        mode = file.stat().st_mode
        if stat.S_ISDIR(mode):
            raise DecodeError(f"this is a folder, not a file: {shown}")
        if not stat.S_ISREG(mode):
            # Reading a pipe or a device may never end.
            raise DecodeError(f"this is not a file with music: {shown}")
        with file.open("rb") as stream:
            while block := stream.read(_READ_BYTES):
                digest.update(block)
                progress(stream.tell())
            if stream.tell() == 0:
                raise DecodeError(f"the file is empty: {shown}")
    except FileNotFoundError:
        raise DecodeError(f"the file does not exist: {shown}") from None
    except PermissionError:
        raise DecodeError(f"the file may not be read; check its permissions: {shown}") from None
    except (OSError, ValueError) as error:
        raise DecodeError(f"the file can't be read ({getattr(error, 'strerror', None) or error}): {shown}") from None
    return digest.hexdigest()


def _probe_whole(path: Path) -> PcmFile | None:
    """Return a cached file unless it is missing, empty, or shorter than it says."""
    try:
        found = probe_wav(path)
        with wave.open(str(path), "rb") as reader:
            declared = reader.getnframes()
    except (OSError, ValueError):
        return None
    return found if found.frames > 0 and found.frames == declared else None


def _refuse_unwritten(work: Path) -> None:
    """Find out whether the disk is full, of which libVLC says nothing. Errors: OSError."""
    size = work.stat().st_size
    with work.open("ab") as stream:
        stream.write(bytes(_SPARE_BYTES))
    os.truncate(work, size)


def _refuse_truncated(file: Path, decoded: PcmFile) -> None:
    """Compare the decoded length with what the file's own header (Xing, Info, FLAC, MP4 ...) promises."""
    try:
        info = getattr(mutagen.File(file), "info", None)
    except (mutagen.MutagenError, OSError, ValueError, ArithmeticError, LookupError, struct.error):
        # Odd tags are no reason to refuse music that libVLC has decoded.
        return
    promised_s = float(getattr(info, "length", 0.0) or 0.0)
    decoded_s = decoded.duration_ms / 1000
    if promised_s - decoded_s > max(_TRUNCATION_TOLERANCE_S, 0.02 * promised_s):
        raise DecodeError(f"the file is cut short: {decoded_s:.0f} s of {promised_s:.0f} s are there; copy it again")


def _resample(decoded: PcmFile, rate: int, target: Path, progress: Progress) -> None:
    """Write a copy at another rate, block by block."""
    source = open_pcm(decoded)
    read_bytes = Path(decoded.path).stat().st_size
    stream = soxr.ResampleStream(decoded.rate, rate, CHANNELS, dtype="int16", quality="HQ")
    with wave.open(str(target), "wb") as writer:
        writer.setnchannels(CHANNELS)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        for start in range(0, decoded.frames, _RESAMPLE_BLOCK_FRAMES):
            block = np.ascontiguousarray(source[start : start + _RESAMPLE_BLOCK_FRAMES])
            last = start + _RESAMPLE_BLOCK_FRAMES >= decoded.frames
            writer.writeframesraw(stream.resample_chunk(block, last=last).astype("<i2").tobytes())
            progress(read_bytes + start)
