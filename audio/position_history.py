"""What was, is and will be at the DAC, from the audio process's segments (pure)."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from audio.engine.messages import Segment

#: What is rendered lies ahead of what is heard by the output's latency and delay, which may be seconds.
_KEEP_NS: Final = 8_000_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """From `dac_ns` on, `position_ms` of `slot` moves on at `step` (0: it stands)."""

    slot: int
    position_ms: float
    dac_ns: int
    step: float

    def position_at(self, mono_ns: int) -> float:
        """Return the position in ms at an instant."""
        return self.position_ms + (mono_ns - self.dac_ns) / 1e6 * self.step


class PositionHistory:
    """The last seconds of segments. Rendered blocks lead the DAC by the output's latency, so "now" is in between."""

    def __init__(self) -> None:
        self._lines: deque[Line] = deque()

    def add(self, segment: Segment) -> None:
        """Take one segment; one that begins earlier than those before it overrides them."""
        while self._lines and self._lines[-1].dac_ns >= segment.dac_ns:
            self._lines.pop()
        self._lines.append(Line(segment.slot, segment.position_ms, segment.dac_ns, segment.step))
        while len(self._lines) > 1 and self._lines[1].dac_ns < segment.dac_ns - _KEEP_NS:
            self._lines.popleft()

    def line_at(self, mono_ns: int) -> Line | None:
        """Return the line that is at the DAC at an instant; before the first one, that one."""
        found: Line | None = None
        for line in self._lines:
            if found is not None and line.dac_ns > mono_ns:
                break
            found = line
        return found

    @property
    def latest(self) -> Line | None:
        """Return the line that was rendered last."""
        return self._lines[-1] if self._lines else None

    def clear(self) -> None:
        """Forget everything."""
        self._lines.clear()
