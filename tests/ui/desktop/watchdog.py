"""LoopWatchdog: how long the event loop was not there for anybody, and what it was doing then."""

import faulthandler
import re
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from PySide6.QtCore import QObject, Qt, QTimer

#: One frame of a screen at 60 Hz: what takes longer is seen as a stutter.
FRAME_MS: Final = 16.0

_BEAT_MS: Final = 2


@dataclass(frozen=True, slots=True)
class Block:
    """A time in which the loop served nobody.

    `wall_ms` is what a person would have waited; `cpu_ms` the part in which this thread itself was calculating, and
    `asleep_ms` the part in which it waited for anything but a processor: a pause, a disk, a lock, the interpreter
    (known on Linux). A busy machine stretches neither. `where` is the stack in the midst of it, the innermost call
    first; empty when the block was over before it was looked at.
    """

    wall_ms: float
    cpu_ms: float
    asleep_ms: float
    where: str


class LoopWatchdog(QObject):
    """Watch this thread's event loop between `start` and `stop`; a `with` block does both.

    It beats in the loop every 2 ms, which is why it is for tests and benches, and a second thread looks where the loop
    is whenever a beat is missing.
    """

    def __init__(self, threshold_ms: float = FRAME_MS) -> None:
        super().__init__()
        self._threshold_ms = threshold_ms
        self.blocks: list[Block] = []
        self._timer = QTimer(self, interval=_BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._watched = threading.get_ident()
        self._last_wall_s = self._last_cpu_s = self._last_queued_s = 0.0
        self._stopping = threading.Event()
        self._looker: threading.Thread | None = None
        self._seen = ""

    @property
    def worst_cpu_ms(self) -> float:
        """Return the longest time in which the loop's thread calculated without serving anybody."""
        return max((block.cpu_ms for block in self.blocks), default=0.0)

    @property
    def worst_wall_ms(self) -> float:
        """Return the longest time in which the loop served nobody."""
        return max((block.wall_ms for block in self.blocks), default=0.0)

    @property
    def worst_asleep_ms(self) -> float:
        """Return the longest time in which the loop's thread waited for anything but a processor."""
        return max((block.asleep_ms for block in self.blocks), default=0.0)

    def start(self) -> None:
        """Begin to watch."""
        self._last_wall_s, self._last_cpu_s, self._last_queued_s = time.perf_counter(), time.thread_time(), _queued_s()
        self._stopping.clear()
        self._looker = threading.Thread(target=self._look, name="loop-watchdog", daemon=True)
        self._looker.start()
        self._timer.start()

    def stop(self) -> None:
        """Stop watching; the time since the last beat still counts."""
        self._beat()
        self._timer.stop()
        self._stopping.set()
        if self._looker is not None:
            self._looker.join()
            self._looker = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _beat(self) -> None:
        wall_s, cpu_s, queued_s = time.perf_counter(), time.thread_time(), _queued_s()
        wall_ms, cpu_ms = (wall_s - self._last_wall_s) * 1000, (cpu_s - self._last_cpu_s) * 1000
        if wall_ms - _BEAT_MS > self._threshold_ms:
            # Without a beat to wait for, all that is neither calculated nor queued for is slept.
            queued_ms = (queued_s - self._last_queued_s) * 1000
            asleep_ms = max(0.0, wall_ms - _BEAT_MS - cpu_ms - queued_ms)
            self.blocks.append(Block(wall_ms, cpu_ms, asleep_ms, self._seen))
        self._last_wall_s, self._last_cpu_s, self._last_queued_s, self._seen = wall_s, cpu_s, queued_s, ""

    def _look(self) -> None:
        while not self._stopping.wait(self._threshold_ms / 4000):
            late_ms = (time.perf_counter() - self._last_wall_s) * 1000
            if late_ms > self._threshold_ms / 2 and not self._seen:
                self._seen = _stack_of(self._watched)


def _queued_s() -> float:
    """Return how long this thread has waited for a processor until now, by Linux's own account; 0 elsewhere."""
    try:
        return int(Path(f"/proc/self/task/{threading.get_native_id()}/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


def _stack_of(thread: int) -> str:
    """Return where another thread is.

    Its frames are not held: whoever drops the last reference to one destroys its widgets and painters, in this thread.
    """
    with tempfile.TemporaryFile() as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        told = file.read().decode("utf-8", "replace")
    parts = re.split(r"^(?:Current t|T)hread 0x([0-9a-f]+).*$", told, flags=re.MULTILINE)
    stacks = dict(zip((int(number, 16) for number in parts[1::2]), parts[2::2], strict=True))
    return stacks.get(thread, "").strip("\n")
