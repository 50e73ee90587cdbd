"""What the app and the audio process say to each other: few messages, all typed, all instants monotonic.

Positions are in ms within a track ("slot" is its playlist position), instants in ns of `time.perf_counter_ns()` and
mean the moment at the DAC.
"""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, get_args

from audio.decode.pcm_file import PcmFile
from audio.engine.rate_record import RateRecord
from audio.parent_pipe import Message
from protocol.timeline import ClockMapping, Timeline


@dataclass(frozen=True, slots=True)
class Load:
    """Make decoded music available under a slot; sent again whenever more of it is decoded.

    `source` is the file that it was decoded from.
    """

    slot: int
    pcm: PcmFile
    source: str


@dataclass(frozen=True, slots=True)
class SetOrder:
    """Say which slot follows which when a track ends by itself."""

    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SetClock:
    """Say what corrected time it is."""

    mapping: ClockMapping


@dataclass(frozen=True, slots=True)
class SetVolume:
    """Set the gain, 0 to 1: 1 leaves the samples as they are."""

    gain: float


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """What is known of a device by its name.

    `output_delay_ms`: it is heard this much later than its driver says. `ppm`: its DAC's rate error against this
    machine's clock, as learned earlier.
    """

    device: str
    output_delay_ms: float = 0.0
    ppm: float = 0.0


@dataclass(frozen=True, slots=True)
class SetProfile:
    """Say what is known of one device, whether or not it is the one in use."""

    profile: DeviceProfile


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


@dataclass(frozen=True, slots=True)
class Click:
    """Click at every whole second of corrected time, from `at_ns` on until another program begins."""

    at_ns: int


Command = Load | SetOrder | SetClock | SetVolume | SetProfile | Free | Hold | Follow | Click


@dataclass(frozen=True, slots=True)
class Started:
    """The output is open, or plays elsewhere now; `silent` when there is no device and time alone is played.

    `device` is the stable name by which profiles are kept, `label` the one for people. What was rendered before no
    longer counts, and the process waits to be told again what to play.
    """

    rate: int
    latency_ms: float
    device: str
    silent: bool
    reason: str | None
    label: str = ""


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
    """How the sound is doing; `error_ms` is the controller's view of its drift, `ppm` the DAC against this machine.

    `latency_ms` includes the output delay; `underruns`, `jumps` and `rates` are since the audio process began.
    """

    correction: str
    error_ms: float
    underruns: int
    jumps: int
    latency_ms: float
    ppm: float
    rates: RateRecord = field(default_factory=RateRecord)


Status = Started | Segment | QueueEnded | Report

_TYPES: Final[dict[str, type[Any]]] = {kind.__name__: kind for kind in (*get_args(Command), *get_args(Status))}
_NESTED: Final[dict[str, type[Any]]] = {
    "pcm": PcmFile,
    "mapping": ClockMapping,
    "timeline": Timeline,
    "profile": DeviceProfile,
    "rates": RateRecord,
}


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
