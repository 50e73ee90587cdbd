"""libVLC as a stream of 16-bit stereo samples: sample-exact, with the encoder's delay trimmed.

libVLC writes a WAV file. Where there are named pipes it writes into one: reading sets its pace, so a decode that nobody
reads stands still, and a full disk is seen by whoever writes. Elsewhere its file is read while it grows.
"""

import contextlib
import os
import struct
import sys
import threading
from pathlib import Path
from typing import Any, Final

from audio.decode.errors import DecodeError
from audio.decode.pcm_file import BYTES_PER_FRAME, CHANNELS

if sys.platform == "linux":
    import fcntl

_READ_BYTES: Final = 1 << 18
_PIPE_BYTES: Final = 1 << 20
_RIFF_BYTES: Final = 12
_CHUNK_BYTES: Final = 8


class LibVlc:
    """The library, loaded once a process. Errors: DecodeError says what to install."""

    def __init__(self) -> None:
        try:
            import vlc  # noqa: PLC0415 - loads libVLC, which may be missing

            self.instance = vlc.Instance(
                ["--quiet", "--no-video", "--no-spu", "--no-sub-autodetect-file", "--intf=dummy"]
            )
        except (ImportError, OSError, NotImplementedError, NameError):
            self.instance = None
        if self.instance is None:
            raise DecodeError("libVLC could not be started: install VLC 3 (on Debian: libvlc5 and vlc-plugin-base)")
        self.over = (vlc.State.Ended, vlc.State.Error, vlc.State.Stopped)
        self.failed = vlc.State.Error


class _Pipe:
    """A named pipe that libVLC writes into."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path, 0o600)
        self._path = path
        self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        if sys.platform == "linux":
            # A larger one saves waits; where that is not allowed the usual one will do.
            with contextlib.suppress(OSError):
                fcntl.fcntl(self._fd, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    def read(self) -> bytes:
        try:
            return os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        os.close(self._fd)
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


class _Tail:
    """A file that libVLC writes, read while it grows."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(b"")
        self._path = path
        self._stream = path.open("rb", buffering=0)

    def read(self) -> bytes:
        return self._stream.read(_READ_BYTES) or b""

    def close(self) -> None:
        self._stream.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


class Transcode:
    """One file on its way through libVLC. Poll `read`; `rate` is known with the first samples.

    `work` is a name in the current folder, for libVLC's output chain has its own quoting rules.
    """

    def __init__(
        self, libvlc: LibVlc, file: Path, work: Path, *, demuxer: str | None, pipe: bool = hasattr(os, "mkfifo")
    ) -> None:
        self._libvlc = libvlc
        self._channel = _Pipe(work) if pipe else _Tail(work)
        self._ending: threading.Thread | None = None
        self._buffer = b""
        self.rate: int | None = None
        self.failed = False
        media = libvlc.instance.media_new_path(os.fsencode(file))
        media.add_option(
            f":sout=#transcode{{acodec=s16l,channels={CHANNELS}}}:std{{access=file,mux=wav,dst={work.name}}}"
        )
        media.add_option(":no-sout-video")
        if demuxer is not None:
            media.add_option(f":demux={demuxer},any")
        self._player: Any = libvlc.instance.media_player_new()
        self._player.set_media(media)
        media.release()
        self._player.play()

    @property
    def length_s(self) -> float | None:
        """Return how long libVLC takes the file to be."""
        length_ms = self._player.get_length()
        return length_ms / 1000 if length_ms > 0 else None

    def read(self) -> bytes | None:
        """Return whole frames, b"" while there is nothing new, None at the end. Errors: DecodeError."""
        # Whether it is over is asked before reading: what was written in between is read in the next round.
        over = self._is_over()
        block = self._channel.read()
        if not block:
            return None if over else b""
        self._buffer += block
        if self.rate is None and not self._parse_header():
            return b""
        whole = len(self._buffer) // BYTES_PER_FRAME * BYTES_PER_FRAME
        block, self._buffer = self._buffer[:whole], self._buffer[whole:]
        return block

    def close(self) -> None:
        """Stop libVLC wherever it is."""
        ending = self._end()
        while ending.is_alive():
            # It may be writing into the pipe.
            self._channel.read()
            ending.join(0.001)
        self._player.release()
        self._channel.close()

    def _is_over(self) -> bool:
        if self._ending is None:
            state = self._player.get_state()
            if state in self._libvlc.over:
                self.failed = state == self._libvlc.failed
                self._end()
            return False
        return not self._ending.is_alive()

    def _end(self) -> threading.Thread:
        """Stop the player, which makes it write the rest: beside, because somebody has to read that."""
        if self._ending is None:
            self._ending = threading.Thread(target=self._player.stop, name="libvlc-stop", daemon=True)
            self._ending.start()
        return self._ending

    def _parse_header(self) -> bool:
        """Take the header off the buffer; return False while it is not whole. The sizes in it say nothing yet."""
        at = _RIFF_BYTES
        rate = 0
        while len(self._buffer) >= at + _CHUNK_BYTES:
            name, size = struct.unpack_from("<4sI", self._buffer, at)
            at += _CHUNK_BYTES
            if name == b"data":
                self.rate, self._buffer = rate, self._buffer[at:]
                return True
            if name == b"fmt " and len(self._buffer) >= at + 16:
                _, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", self._buffer, at)
                if channels != CHANNELS or bits != 16 or rate == 0:
                    raise DecodeError("libVLC can't turn it into stereo; choose another file for this track")
            at += size
        return False
