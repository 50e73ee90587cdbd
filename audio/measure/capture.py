"""Record the rig's monitor to a file, with the time at which each frame was captured.

parec writes s16le; a thread notes when each piece arrived. Pieces arrive late, never early, so the earliest arrivals
give the line from frames to monotonic time (a null sink's rate is the machine's own clock).
"""

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio.errors import AudioError
from audio.measure.correlation import Samples

NS_PER_S = 1_000_000_000
BYTES_PER_SAMPLE = 2
PIECE_BYTES = 4096
SLIP_WINDOW = 200
STOP_TIMEOUT_S = 5.0


class CaptureError(AudioError):
    """The recording could not be made or lost sound."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """So many frames in all had arrived at `mono_ns`."""

    frames: int
    mono_ns: int


def capture_start_ns(arrivals: Sequence[Arrival], rate_hz: int) -> int:
    """Return the monotonic time of frame 0: no piece can have arrived before its last frame was captured."""
    return min(arrival.mono_ns - arrival.frames * NS_PER_S // rate_hz for arrival in arrivals)


def capture_slip_ms(arrivals: Sequence[Arrival], rate_hz: int) -> float:
    """Return how much later than at first the pieces came at last: more than a few ms means that sound was lost."""
    first, last = arrivals[:SLIP_WINDOW], arrivals[-SLIP_WINDOW:]
    return (capture_start_ns(last, rate_hz) - capture_start_ns(first, rate_hz)) / 1e6


class Recording:
    """A finished (or still growing) capture: stereo pairs side by side, read from the file as needed."""

    def __init__(self, path: Path, rate_hz: int, pairs: Sequence[str], start_ns: int, slip_ms: float = 0.0) -> None:
        self.path = path
        self.rate_hz = rate_hz
        self.start_ns = start_ns
        self.slip_ms = slip_ms
        self._pairs = tuple(pairs)

    @property
    def frames(self) -> int:
        """Return how many frames are on file."""
        return self.path.stat().st_size // (BYTES_PER_SAMPLE * 2 * len(self._pairs))

    def channel(self, pair: str, start_frame: int = 0, end_frame: int | None = None) -> Samples:
        """Return one stereo pair mixed to mono: float32 in -1..1, one-dimensional."""
        frames = self.frames
        end = frames if end_frame is None else min(frames, end_frame)
        if end <= start_frame:
            return np.zeros(0, dtype=np.float32)
        width = 2 * len(self._pairs)
        whole: NDArray[np.int16] = np.memmap(self.path, dtype="<i2", mode="r", shape=(frames, width))
        at = 2 * self._pairs.index(pair)
        left, right = whole[start_frame:end, at], whole[start_frame:end, at + 1]
        return (left.astype(np.float32) + right) / np.float32(65536)

    def mono_ns_at(self, frame: float) -> int:
        """Return when a frame was captured, as `time.perf_counter_ns()`: a block (some 20 ms) before it is played."""
        return self.start_ns + round(frame * NS_PER_S / self.rate_hz)

    def frame_at(self, mono_ns: int) -> int:
        """Return the frame that was captured at a monotonic instant; may lie outside the recording."""
        return round((mono_ns - self.start_ns) * self.rate_hz / NS_PER_S)


class Capture:
    """A running parec; a context manager that ends it. `recording()` gives what is on file so far."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], path: Path, pairs: Sequence[str], *, rate_hz: int
    ) -> None:
        self.path = path
        self._rate_hz = rate_hz
        self._pairs = tuple(pairs)
        self._frame_bytes = BYTES_PER_SAMPLE * 2 * len(self._pairs)
        self._arrivals: list[Arrival] = []
        self._first_piece = threading.Event()
        self._process = subprocess.Popen(  # noqa: S603
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
        if self._process.stdout is None or self._process.stderr is None:
            raise CaptureError("parec has no output to read")
        self._output, self._errors = self._process.stdout, self._process.stderr
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Capture":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait_started(self, timeout_s: float = 10.0) -> None:
        """Return when sound is being written; raise CaptureError when none comes."""
        self._first_piece.wait(timeout_s)
        if not self._arrivals:
            complaint = self._end()
            raise CaptureError(f"parec recorded nothing within {timeout_s:.0f} s: {complaint}")

    def wait_ended(self) -> None:
        """Return when the recorder has ended by itself and all that it wrote is on file."""
        self._reader.join()

    def recording(self) -> Recording:
        """Return what has been recorded until now; raise CaptureError when there is nothing."""
        arrivals = tuple(self._arrivals)
        if not arrivals:
            raise CaptureError("parec recorded nothing")
        start_ns, slip_ms = capture_start_ns(arrivals, self._rate_hz), capture_slip_ms(arrivals, self._rate_hz)
        return Recording(self.path, self._rate_hz, self._pairs, start_ns, slip_ms)

    def stop(self) -> None:
        """End the recording; safe to call twice."""
        self._end()

    def _end(self) -> str:
        """End the recording and return the recorder's last words."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._reader.join(STOP_TIMEOUT_S)
        if self._output.closed:
            return ""
        complaint = self._errors.read().decode(errors="replace").strip()
        self._output.close()
        self._errors.close()
        return complaint or "it gives no reason"

    def _read(self) -> None:
        received = 0
        with self.path.open("wb") as file:
            # read1 returns what is there: a full buffer would be stamped with the time of its last byte only.
            while piece := self._output.read1(PIECE_BYTES):  # type: ignore[attr-defined]
                mono_ns = time.perf_counter_ns()
                received += len(piece)
                file.write(piece)
                file.flush()
                self._arrivals.append(Arrival(received // self._frame_bytes, mono_ns))
                self._first_piece.set()
        self._first_piece.set()
