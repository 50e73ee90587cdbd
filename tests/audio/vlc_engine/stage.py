"""A stage of players that exist in arithmetic only: they start, run and tell what libVLC's do."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from audio.engine.messages import QueueEnded, Segment
from audio.vlc_engine.director import Director
from audio.vlc_engine.file_kind import FileKind
from audio.vlc_engine.plan import Track
from audio.vlc_engine.take import State
from protocol.timeline import NS_PER_MS

MS = NS_PER_MS
TICK_NS = 4 * MS
EVENT_NS = 261 * MS
#: A file whose positions are what is heard, and where playing begins anywhere.
PLAIN = FileKind("plain", 0.0, 0.0, 0.0)


@dataclass(eq=False)
class FakeVoice:
    """`starts_late_ms`: how long it takes to run; `off_ms`: how much it lands beside the place."""

    source: str
    start_ms: float
    opened_ns: int
    opening_ms: float = 12.0
    starts_late_ms: float = 10.0
    off_ms: float = 0.0
    fails: bool = False
    released_ns: int | None = None
    stopped_ns: int | None = None
    told_ns: int = 0
    ready: bool = False
    now_ns: int = 0

    def release(self, at_ns: int) -> int:
        self.released_ns = max(at_ns, self.now_ns)
        self.told_ns = self.released_ns
        return self.released_ns

    def stop(self) -> None:
        self.stopped_ns = self.now_ns

    def position_ms(self, at_ns: int) -> float:
        assert self.released_ns is not None
        return self.start_ms + self.off_ms - self.starts_late_ms + (at_ns - self.released_ns) / MS

    def news(self) -> Iterable[tuple[int, float | State]]:
        if not self.ready and self.now_ns - self.opened_ns >= self.opening_ms * MS:
            self.ready = True
            yield self.now_ns, State.FAILED if self.fails else State.READY
        if self.released_ns is not None:
            while self.told_ns + EVENT_NS <= self.now_ns:
                self.told_ns += EVENT_NS
                yield self.told_ns, float(int(self.position_ms(self.told_ns)))


@dataclass
class FakeStage:
    """Voices with the traits that the test wants of the next ones."""

    traits: dict[str, float | bool] = field(default_factory=dict)
    voices: list[FakeVoice] = field(default_factory=list)
    now_ns: int = 0

    def prepare(self, source: str, start_ms: float) -> FakeVoice:
        voice = FakeVoice(source, start_ms, self.now_ns, now_ns=self.now_ns, **self.traits)  # type: ignore[arg-type]
        self.voices.append(voice)
        return voice


class Theatre:
    """A director on that stage, and time in the test's hand."""

    def __init__(self, *durations_ms: float) -> None:
        self.stage = FakeStage()
        self.director = Director(self.stage)
        self.events: list[Segment | QueueEnded] = []
        self.now_ns = 1_000_000 * MS
        for slot, duration_ms in enumerate(durations_ms):
            self.director.plan.load(slot, Track(f"track {slot}", PLAIN, duration_ms))

    def run(self, for_ms: float) -> None:
        end_ns = self.now_ns + round(for_ms * MS)
        while self.now_ns < end_ns:
            self.now_ns += TICK_NS
            self.stage.now_ns = self.now_ns
            for voice in self.stage.voices:
                voice.now_ns = self.now_ns
                for mono_ns, news in voice.news():
                    for take in self.director.takes():
                        if take.voice is voice:
                            take.on_news(mono_ns, news)
            self.director.tick(self.now_ns)
            while self.director.events:
                self.events.append(self.director.events.popleft())

    @property
    def heard(self) -> list[FakeVoice]:
        return [voice for voice in self.stage.voices if voice.released_ns is not None and voice.stopped_ns is None]

    def heard_ms(self) -> float:
        (voice,) = self.heard
        return voice.position_ms(self.now_ns)

    def segments(self) -> list[Segment]:
        return [event for event in self.events if isinstance(event, Segment)]

    def ends(self) -> list[QueueEnded]:
        return [event for event in self.events if isinstance(event, QueueEnded)]
