"""Decode one file to PCM with libVLC, through a cache that is keyed by content.

libVLC's transcoder gives sample-exact PCM with the encoder's delay trimmed, CBR and VBR alike, at several hundred times
real time; its own seeking in an MP3 does not (docs/architecture.md). So a file is decoded once, whole, and every seek
after that is an index into memory.
"""

import hashlib
import os
import time
import wave
from collections.abc import Callable
from pathlib import Path

import mutagen
import numpy as np
import soxr
import vlc

from audio.decode.pcm import CHANNELS, open_pcm, probe_wav
from audio.decode.pcm_file import PcmFile

Progress = Callable[[int], None]
"""Called with the number of bytes decoded so far."""

_POLL_S = 0.005
_RESAMPLE_BLOCK_FRAMES = 1 << 16
#: Decoded music shorter than what the file's own header promises by more than this is a truncated file.
_TRUNCATION_TOLERANCE_S = 1.0
_WORK_NAME = "decoding.wav"


class DecodeError(Exception):
    """A file holds no music that can be played; the text is the reason, without the file's name."""


class Decoder:
    """libVLC, a cache folder, and the way from the one to the other. Not thread-safe: one per process."""

    def __init__(self, cache_dir: Path) -> None:
        cache_dir.mkdir(parents=True, exist_ok=True)
        self._cache_dir = cache_dir
        # libVLC's output chain has its own quoting rules: a plain name in the current folder needs none.
        os.chdir(cache_dir)
        self._vlc = vlc.Instance(["--quiet", "--no-video", "--no-spu", "--no-sub-autodetect-file", "--intf=dummy"])
        if self._vlc is None:
            raise DecodeError("libVLC could not be started: install VLC 3 (on Debian: libvlc5 and vlc-plugin-base)")

    def decode(self, file: Path, rate: int, progress: Progress) -> PcmFile:
        """Return `file` as PCM at `rate` Hz, from the cache when it was decoded before. Errors: DecodeError."""
        cached = self._cache_dir / f"{content_key(file)}-{rate}.wav"
        try:
            found = probe_wav(cached)
            os.utime(cached)
        except (OSError, ValueError):
            found = None
        if found is not None and found.frames > 0:
            return found
        work = self._cache_dir / _WORK_NAME
        try:
            decoded = self._transcode(file, work, progress)
            _refuse_truncated(file, decoded)
            if decoded.rate != rate:
                work = _resample(decoded, rate)
            work.replace(cached)
        except OSError as error:
            raise DecodeError(f"the decoded music can't be stored: {error.strerror or error}") from None
        finally:
            work.unlink(missing_ok=True)
        return probe_wav(cached)

    def _transcode(self, file: Path, work: Path, progress: Progress) -> PcmFile:
        work.unlink(missing_ok=True)
        media = self._vlc.media_new_path(str(file))
        media.add_option(
            f":sout=#transcode{{acodec=s16l,channels={CHANNELS}}}:std{{access=file,mux=wav,dst={work.name}}}"
        )
        media.add_option(":no-sout-video")
        player = self._vlc.media_player_new()
        player.set_media(media)
        try:
            player.play()
            while (state := player.get_state()) not in (vlc.State.Ended, vlc.State.Error, vlc.State.Stopped):
                time.sleep(_POLL_S)
                progress(work.stat().st_size if work.exists() else 0)
        finally:
            player.stop()
            player.release()
            media.release()
        try:
            decoded = probe_wav(work)
        except (OSError, ValueError):
            decoded = None
        if state == vlc.State.Error or decoded is None or decoded.frames == 0:
            raise DecodeError("it holds no sound that libVLC can decode; choose another file for this track")
        return decoded


def content_key(file: Path) -> str:
    """Return a hash of the file's bytes. Errors: DecodeError when the file can't be read or is empty."""
    digest = hashlib.blake2b(digest_size=16)
    try:
        with file.open("rb") as stream:
            if not stream.read(1):
                raise DecodeError(f"the file is empty: {file}")
            stream.seek(0)
            while block := stream.read(1 << 20):
                digest.update(block)
    except FileNotFoundError:
        raise DecodeError(f"the file does not exist: {file}") from None
    except IsADirectoryError:
        raise DecodeError(f"this is a folder, not a file: {file}") from None
    except PermissionError:
        raise DecodeError(f"the file may not be read; check its permissions: {file}") from None
    except OSError as error:
        raise DecodeError(f"the file can't be read ({error.strerror}): {file}") from None
    return digest.hexdigest()


def _refuse_truncated(file: Path, decoded: PcmFile) -> None:
    """Compare the decoded length with what the file's own header (Xing, Info, FLAC, MP4 ...) promises."""
    try:
        info = getattr(mutagen.File(file), "info", None)
    except (mutagen.MutagenError, OSError, ValueError):
        return
    promised_s = float(getattr(info, "length", 0.0) or 0.0)
    decoded_s = decoded.duration_ms / 1000
    if promised_s - decoded_s > max(_TRUNCATION_TOLERANCE_S, 0.02 * promised_s):
        raise DecodeError(f"the file is cut short: {decoded_s:.0f} s of {promised_s:.0f} s are there; copy it again")


def _resample(decoded: PcmFile, rate: int) -> Path:
    """Write a copy at another rate beside the decoded file, block by block, and return its path."""
    source = open_pcm(decoded)
    target = Path(decoded.path).with_suffix(".resampled.wav")
    stream = soxr.ResampleStream(decoded.rate, rate, CHANNELS, dtype="int16", quality="HQ")
    with wave.open(str(target), "wb") as writer:
        writer.setnchannels(CHANNELS)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        for start in range(0, decoded.frames, _RESAMPLE_BLOCK_FRAMES):
            block = np.ascontiguousarray(source[start : start + _RESAMPLE_BLOCK_FRAMES])
            last = start + _RESAMPLE_BLOCK_FRAMES >= decoded.frames
            writer.writeframesraw(stream.resample_chunk(block, last=last).astype("<i2").tobytes())
    Path(decoded.path).unlink(missing_ok=True)
    return target
