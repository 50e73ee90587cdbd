"""Record the rig's monitor to a file, with the time at which each frame was captured.

parec writes s16le; a thread notes when each piece arrived. Pieces arrive late, never early, so the earliest arrivals
give the line from frames to monotonic time.
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
SLIP_WINDOW = 100
FIT_SECONDS = 5
MAX_PPM = 500.0
STOP_TIMEOUT_S = 5.0


class CaptureError(AudioError):
    """The recording could not be made or lost sound."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """So many frames in all had arrived at `mono_ns`."""

    frames: int
    mono_ns: int


@dataclass(frozen=True, slots=True)
class CaptureClock:
    """A straight line from frames to monotonic time: `start_ns` is that of frame 0."""

    start_ns: int
    ns_per_frame: float

    def mono_ns_at(self, frame: float) -> int:
        """Return when a frame was captured, as `time.perf_counter_ns()`: a block (some 20 ms) before it is played."""
        return self.start_ns + round(frame * self.ns_per_frame)

    def frame_at(self, mono_ns: int) -> int:
        """Return the frame that was captured at a monotonic instant; may lie outside the recording."""
        return round((mono_ns - self.start_ns) / self.ns_per_frame)


def capture_clock(arrivals: Sequence[Arrival], rate_hz: int) -> CaptureClock:
    """Return the clock on which no piece arrived before its last frame was captured.

    A null sink rounds its blocks to whole microseconds and so runs some 50 ppm off: the promptest arrival of each
    second shows the rate, when there are enough of them.
    """
    nominal = NS_PER_S / rate_hz
    frames = np.array([arrival.frames for arrival in arrivals], dtype=np.float64)
    late_ns = np.array([arrival.mono_ns - round(arrival.frames * nominal) for arrival in arrivals], dtype=np.int64)
    base_ns = int(late_ns.min())
    late = (late_ns - base_ns).astype(np.float64)
    seconds = (frames // rate_hz).astype(np.int64)
    prompt = [
        at[np.argmin(late[at])] for second in np.unique(seconds) if (at := np.flatnonzero(seconds == second)).size
    ]
    slope = 0.0
    if len(prompt) >= FIT_SECONDS:
        x, y = frames[prompt], late[prompt]
        pairs = [(y[k:] - y[:-k]) / (x[k:] - x[:-k]) for k in range(len(x) // 2, len(x))]
        slope = float(np.clip(np.median(np.concatenate(pairs)), -MAX_PPM * nominal / 1e6, MAX_PPM * nominal / 1e6))
    return CaptureClock(base_ns + round(float((late - slope * frames).min())), nominal + slope)


def capture_slip_ms(arrivals: Sequence[Arrival], clock: CaptureClock) -> float:
    """Return how much later than at first the pieces came at last: more than a few ms means that sound was lost."""
    first, last = (
        min(arrival.mono_ns - clock.mono_ns_at(arrival.frames) for arrival in part)
        for part in (arrivals[:SLIP_WINDOW], arrivals[-SLIP_WINDOW:])
    )
    return (last - first) / 1e6


class Recording:
    """A finished (or still growing) capture: stereo pairs side by side, read from the file as needed."""

    def __init__(
        self, path: Path, rate_hz: int, pairs: Sequence[str], clock: CaptureClock, slip_ms: float = 0.0
    ) -> None:
        self.path = path
        self.rate_hz = rate_hz
        self.clock = clock
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
        clock = capture_clock(arrivals, self._rate_hz)
        return Recording(self.path, self._rate_hz, self._pairs, clock, capture_slip_ms(arrivals, clock))

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
