"""What is measured of a kind of player."""

from dataclasses import dataclass, field

from audio.measure.offset import OffsetStatistics
from tests.bench.costs import Cost


@dataclass(frozen=True, slots=True)
class EventFigures:
    """What was heard after one action of the leader; None where it did not happen or could not be told.

    `leader_error_ms`: the first heard place of the leader minus the wanted one, when it starts out of silence.
    `told_error_ms`: what is heard of the leader minus what it tells, less the same at the first play (the rig's lead).
    `offset_ms`: 500 ms after the leader is heard at the new place.
    `within_5_ms_after_ms`: from the leader's sound to the moment from which |offset| stays within 5 ms.
    `wrong_place_ms`: for how long the follower was heard more than 30 ms off, from 500 ms on.
    `from_command_ms`: from the leader being told to do it to the moment from which |offset| stays within 5 ms.
    `heard_after_ms`: from the leader being told to do it to the leader's sound from the new place.
    `asked_error_ms`: what is heard of the leader 500 ms later, less those 500 ms and the place that was asked for.
    """

    name: str
    heard: bool
    leader_error_ms: float | None = None
    offset_ms: float | None = None
    within_5_ms_after_ms: float | None = None
    within_1_ms_after_ms: float | None = None
    wrong_place_ms: float = 0.0
    told_error_ms: float | None = None
    from_command_ms: float | None = None
    heard_after_ms: float | None = None
    asked_error_ms: float | None = None


@dataclass(frozen=True, slots=True)
class JoinFigures:
    """How long a follower took to join, in ms, None where it never did.

    From its first word, and from its start as a process, to being heard within 1 ms (5 ms) for good.
    """

    from_first_word_ms: float | None
    from_spawn_ms: float | None
    heard_from_first_word_ms: float | None
    within_5_from_first_word_ms: float | None = None
    within_5_from_spawn_ms: float | None = None


@dataclass(frozen=True, slots=True)
class DriftFigures:
    """The drift that the follower shows against the offset that is heard at that moment, in ms."""

    count: int
    shown_median_ms: float
    heard_median_ms: float
    difference_p95_ms: float


@dataclass(slots=True)
class Figures:
    """All that was measured of one kind of player; None or empty where it was not asked for.

    `lacks`: what the kind has not, with the reason in a sentence; `failures`: the runs that broke.
    `costs`: of "leader", "follower" and "server", in steady play.
    """

    kind: str
    lacks: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    steady: OffsetStatistics | None = None
    steady_gaps: int | None = None
    drift: DriftFigures | None = None
    events: list[EventFigures] = field(default_factory=list)
    joins: list[JoinFigures] = field(default_factory=list)
    costs: dict[str, Cost] = field(default_factory=dict)
    glide: "GlideFigures | None" = None
    load: "LoadFigures | None" = None


@dataclass(frozen=True, slots=True)
class GlideFigures:
    """What a follower says of its own rate: the share of its time at another one than 1, and how much that varied."""

    share: float
    rate_std_ppm: float


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """What a busy app process did to the sound: underruns counted by the players and gaps heard in the capture."""

    seconds: float
    underruns: int
    gaps_heard: int
    offset: OffsetStatistics | None
