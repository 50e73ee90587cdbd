"""What the app and the audio process say to each other: few messages, all typed, all instants monotonic.

Positions are in ms within a track ("slot" is its playlist position), instants in ns of `time.perf_counter_ns()` and
mean the moment at the DAC.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from audio.decode.pcm_file import PcmFile
from audio.parent_pipe import Message
from protocol.timeline import ClockMapping, Timeline


@dataclass(frozen=True, slots=True)
class Load:
    """Make decoded music available under a slot."""

    slot: int
    pcm: PcmFile


@dataclass(frozen=True, slots=True)
class SetOrder:
    """Say which slot follows which when a track ends by itself."""

    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SetClock:
    """Say what corrected time it is."""

    mapping: ClockMapping


@dataclass(frozen=True, slots=True)
class Free:
    """Play bit-exact at the DAC's own pace, with `position_ms` of `slot` at the DAC at `at_ns`."""

    slot: int
    position_ms: float
    at_ns: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Be silent from `at_ns` on and stand at `position_ms` of `slot`."""

    slot: int
    position_ms: float
    at_ns: int


@dataclass(frozen=True, slots=True)
class Follow:
    """Stay on a timeline in corrected time. With `jump` the leader moved: be exactly there from its instant on."""

    slot: int
    timeline: Timeline
    jump: bool


Command = Load | SetOrder | SetClock | Free | Hold | Follow


@dataclass(frozen=True, slots=True)
class Started:
    """The output is open; `silent` when there is no device and time alone is played."""

    rate: int
    latency_ms: float
    device: str
    silent: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Segment:
    """From `dac_ns` on, `position_ms` of `slot` is at the DAC and moves on at `step` (0: it stands).

    `natural` marks the sample at which one track ended and the next began by itself.
    """

    slot: int
    position_ms: float
    dac_ns: int
    step: float
    natural: bool = False


@dataclass(frozen=True, slots=True)
class QueueEnded:
    """The last track ended at `dac_ns`."""

    slot: int
    dac_ns: int


@dataclass(frozen=True, slots=True)
class Report:
    """How the sound is doing; `error_ms` is the controller's view of its drift, `ppm` the DAC against this machine."""

    correction: str
    error_ms: float
    underruns: int
    jumps: int
    latency_ms: float
    ppm: float


Status = Started | Segment | QueueEnded | Report

_TYPES: Final[dict[str, type[Any]]] = {
    kind.__name__: kind for kind in (Load, SetOrder, SetClock, Free, Hold, Follow, Started, Segment, QueueEnded, Report)
}
_NESTED: Final[dict[str, type[Any]]] = {"pcm": PcmFile, "mapping": ClockMapping, "timeline": Timeline}


def to_message(value: Command | Status) -> Message:
    """Return the JSON object for one message."""
    return {"type": type(value).__name__, **asdict(value)}


def from_message(message: Message) -> Any:
    """Return the message for one JSON object."""
    kind = _TYPES[message["type"]]
    values = {field.name: message[field.name] for field in fields(kind)}
    for name, nested in _NESTED.items():
        if name in values:
            values[name] = nested(**values[name])
    if "slots" in values:
        values["slots"] = tuple(values["slots"])
    return kind(**values)
