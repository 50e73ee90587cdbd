"""What the leader does in the demo (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Step:
    """One action of the leader, `at_ms` after the follower is ready; `label` names it for people."""

    at_ms: int
    action: str
    label: str
    position_ms: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the step as `lockstep lead --script` reads it."""
        step: dict[str, Any] = {"atMs": self.at_ms, "action": self.action}
        if self.position_ms is not None:
            step["positionMs"] = self.position_ms
        return step


_STEPS: Final = (
    Step(0, "play", "play"),
    Step(6_000, "seek", "seek to 1:00", 60_000),
    Step(10_000, "pause", "pause"),
    Step(12_000, "play", "play again"),
    Step(15_000, "skip_next", "skip to the VBR track"),
    Step(19_000, "seek", "seek to 1:40 (VBR)", 100_000),
    Step(24_000, "seek", "seek to 2:06", 126_000),
)
DEFAULT_SECONDS: Final = 36
SHORTEST_SECONDS: Final = 3


def scenario(seconds: int = DEFAULT_SECONDS) -> tuple[Step, ...]:
    """Return the steps that fit into `seconds`, with the end as the last one.

    After the last seek the VBR track ends by itself, and the next one follows without a gap.
    """
    end_ms = seconds * 1000
    kept = tuple(step for step in _STEPS if step.at_ms < end_ms - 1000)
    return (*kept, Step(end_ms, "end", "end"))


def to_script(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return the scenario as the content of a `--script` file."""
    return [step.to_json() for step in steps]
