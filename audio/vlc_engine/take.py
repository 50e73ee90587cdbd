"""One libVLC player on its way through one stretch of a track (pure: the player itself is behind `Voice`)."""

from enum import Enum, auto
from typing import Protocol

from audio.vlc_engine.aim import Aim
from audio.vlc_engine.plan import Place
from audio.vlc_engine.position import PositionLine
from protocol.timeline import NS_PER_MS


class Voice(Protocol):
    """A libVLC player that was told to open a file at a place and to wait there."""

    def release(self, at_ns: int) -> int:
        """Let it go at an instant, a few ms ahead at most; return when it was."""

    def stop(self) -> None:
        """Be silent and go away; returns at once, whatever libVLC does."""


class Stage(Protocol):
    """Where voices come from."""

    def prepare(self, source: str, start_ms: float) -> Voice:
        """Open a file at a place and wait there."""


class State(Enum):
    """How far a take is."""

    OPENING = auto()
    READY = auto()
    RUNNING = auto()
    FAILED = auto()


class Take:
    """A voice, what it was aimed at, and where it is.

    `natural`: it goes on where the track before it ends. `correction`: it is there because of drift. `program_ns`: the
    instant of the program that begins with it, when it does.
    """

    def __init__(
        self,
        voice: Voice,
        aim: Aim,
        target: Place,
        *,
        opened_ns: int,
        natural: bool,
        correction: bool,
        program_ns: int | None,
    ) -> None:
        self.voice = voice
        self.aim = aim
        self.target = target
        self.opened_ns = opened_ns
        self.natural = natural
        self.correction = correction
        self.program_ns = program_ns
        self.state = State.OPENING
        self.learned = False
        self._line: PositionLine | None = None

    @property
    def settled(self) -> bool:
        """Return whether its place is known rather than aimed at."""
        return self._line is not None and self._line.settled

    @property
    def late_ms(self) -> float:
        """Return how much later than reckoned it began."""
        return 0.0 if self._line is None else self._line.late_ms

    def release(self, at_ns: int) -> None:
        """Let the voice go."""
        released_ns = self.voice.release(at_ns)
        self._line = PositionLine(released_ns, self.aim.position_ms)
        self.state = State.RUNNING

    def on_news(self, mono_ns: int, news: "float | State") -> None:
        """Take what the player told at an instant: a position in ms, or that it waits or has failed."""
        if isinstance(news, State):
            if self.state is State.OPENING:
                self.state = news
        elif self._line is not None:
            self._line.add(mono_ns, news)

    def heard_at(self, mono_ns: int, delay_ms: float) -> Place:
        """Return the place heard at an instant, when sound needs `delay_ms` longer than the device says."""
        assert self._line is not None
        position_ms = self._line.position_at(mono_ns) - self.aim.lead_ms - delay_ms
        return Place(self.target.slot, position_ms)

    def heard_ns(self, position_ms: float, delay_ms: float) -> int:
        """Return when a place of its track is heard."""
        here = self.heard_at(0, delay_ms)
        return round((position_ms - here.position_ms) * NS_PER_MS)
