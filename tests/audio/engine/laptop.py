"""Two simulated laptops: cards, readings that lie, DacClock, Renderer, clock mapping, heartbeats, and the truth."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from audio.engine.dac_clock import RAW_READINGS, DacClock, ReadingProfile
from audio.engine.messages import Follow, Free, Segment, SetClock, SetOrder
from audio.engine.renderer import Renderer
from audio.position_history import PositionHistory
from client.sync.leader import LeaderVoice
from client.sync.timeline_fit import TimelineFit
from protocol.playback import PlaybackPosition
from protocol.timeline import ClockMapping

RATE = 44_100
BLOCK = 1024
MS = RATE / 1000
CORRECTED_MS = 1_700_000_000_000.0
LATENCY_MS = 100.0
READING_MS = 100.0
HEARTBEAT_MS = 250.0


@dataclass(frozen=True)
class Lie:
    """From `at_s` on, for `seconds`, readings are wrong by up to `error_ms` in the way that `kind` says."""

    kind: str
    at_s: float
    seconds: float = 0.0
    error_ms: float = 0.0


@dataclass(frozen=True)
class Stop:
    """At `at_s` the stream stands still for `seconds`; `told`: the output has noticed an underrun."""

    at_s: float
    seconds: float
    told: bool
    mono_runs_on: bool = True


@dataclass
class Card:
    """A sound card that is `ppm` slow against true time."""

    profile: ReadingProfile = RAW_READINGS
    ppm: float = 0.0
    prior_ppm: float = 0.0
    noise_ms: float = 0.03
    wander_ms: float = 0.0
    fiction: Lie | None = None
    lies: tuple[Lie, ...] = ()
    stops: tuple[Stop, ...] = ()
    mono_ppm: float = 0.0
    seed: int = 1


class Laptop:
    """One side; true time is in ms since the start, its own monotonic clock is another."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self.renderer = Renderer(RATE)
        self.renderer.music.load(0, np.broadcast_to(np.zeros((1, 2), dtype=np.int16), (4000 * RATE, 2)))
        self.renderer.command(SetOrder((0,)))
        self.clock = DacClock(RATE, card.profile, card.prior_ppm)
        self.history = PositionHistory()
        self.heard: list[tuple[float, float]] = []
        self.clock_errors: list[tuple[float, float]] = []
        self.jumps_at_s: list[float] = []
        self._rng = np.random.default_rng(card.seed)
        self._frames = 0
        self._next_reading_ms = 0.0
        self._read = False
        self._last = (0.0, 0)
        self._stops = deque(card.stops)
        self._silent_until_ms = 0.0
        self._slept_ms = 0.0
        self._shifts = [(0.0, 0.0)]
        self.send_clock()

    # Time

    def mono_ns(self, true_ms: float) -> int:
        return 7_000_000_000_000 + round((true_ms - self._slept_ms) * 1e6 * (1 + self.card.mono_ppm * 1e-6))

    def send_clock(self) -> None:
        rate = 1 / (1 + self.card.mono_ppm * 1e-6)
        self.mapping = ClockMapping(self.mono_ns(self._slept_ms), CORRECTED_MS + self._slept_ms, rate)
        self.renderer.command(SetClock(self.mapping))

    def true_of(self, frame: float) -> float:
        """Return the true time in ms at which a frame is at the DAC."""
        shift_ms = next(shift for first, shift in reversed(self._shifts) if first <= frame)
        return LATENCY_MS + frame / MS * (1 + self.card.ppm * 1e-6) + shift_ms

    def frame_at(self, true_ms: float) -> float:
        return (true_ms - LATENCY_MS - self._shifts[-1][1]) / (1 + self.card.ppm * 1e-6) * MS

    # Running

    def run_until(self, now_ms: float) -> None:
        """Render what is due: 100 ms ahead of what is heard."""
        while self._stops and self._stops[0].at_s * 1000 <= now_ms:
            self._stop(self._stops.popleft())
        if now_ms < self._silent_until_ms:
            return
        if self.card.profile is RAW_READINGS:
            while self._next_reading_ms <= now_ms:
                at_ms, self._next_reading_ms = self._next_reading_ms, self._next_reading_ms + READING_MS
                if at_ms >= self._silent_until_ms:
                    self._add_reading(max(0.0, self.frame_at(at_ms)), max(at_ms, self.true_of(0)))
        while self.true_of(self._frames) - LATENCY_MS <= now_ms:
            true_ms = self.true_of(self._frames)
            if self.card.profile is not RAW_READINGS:
                self._add_reading(self._frames, true_ms)
            self._render(true_ms)

    def _stop(self, stop: Stop) -> None:
        self._shifts.append((self._frames, self._shifts[-1][1] + stop.seconds * 1000))
        self._silent_until_ms = (stop.at_s + stop.seconds) * 1000
        if stop.told:
            self.clock.doubt()
            self.renderer.interrupted()
        if not stop.mono_runs_on:
            self._slept_ms += stop.seconds * 1000
            self.send_clock()

    def _render(self, true_ms: float) -> None:
        out = np.empty((BLOCK, 2), dtype=np.int16)
        jumps, cursor = self.renderer.jumps, self.renderer._playhead.cursor
        dac_ns = self.clock.dac_ns(self._frames)
        self.clock_errors.append((true_ms / 1000, (dac_ns - self.mono_ns(true_ms)) / 1e6))
        self.renderer.render(out, dac_ns)
        if cursor is not None:
            self.heard.append((true_ms, cursor.frame / MS))
        if self.renderer.jumps != jumps:
            self.jumps_at_s.append(true_ms / 1000)
        while self.renderer.events:
            event = self.renderer.events.popleft()
            if isinstance(event, Segment):
                self.history.add(event)
        self._frames += BLOCK

    def _add_reading(self, frame: float, true_ms: float) -> None:
        card, second = self.card, (true_ms - LATENCY_MS) / 1000
        error_ms = self._rng.normal(0, card.noise_ms)
        if card.profile is RAW_READINGS and self._rng.random() < 0.05:
            error_ms += self._rng.uniform(0.1, 2.5)
        error_ms += card.wander_ms * np.sin(2 * np.pi * second / 7 + card.seed)
        fiction = card.fiction
        if fiction is not None and second < fiction.seconds:
            share = {
                "constant": 1.0,
                "ramp": 1 - second / fiction.seconds,
                "decay": np.exp(-3 * second / fiction.seconds),
            }
            error_ms += fiction.error_ms * share.get(fiction.kind, self._rng.uniform(-1, 1))
        reading = (frame, self.mono_ns(true_ms + error_ms))
        for lie in card.lies:
            if lie.kind == "single":
                tick_s = READING_MS / 1000 if card.profile is RAW_READINGS else BLOCK / RATE
                if lie.at_s <= second < lie.at_s + tick_s:
                    reading = (frame, reading[1] + round(lie.error_ms * 1e6))
            elif lie.at_s <= second < lie.at_s + lie.seconds:
                match lie.kind:
                    case "burst":
                        reading = (frame, reading[1] + round(lie.error_ms * 1e6))
                    case "scatter":
                        reading = (frame, reading[1] + round(lie.error_ms * self._rng.uniform(-1, 1) * 1e6))
                    case "duplicate":
                        reading = self._last
                    case "time stands still":
                        reading = (frame, self._last[1])
                    case "frame stands still":
                        reading = (self._last[0], reading[1])
        self._last = reading
        self.clock.add_reading(*reading)


def run(
    leader_card: Card, follower_card: Card, seconds: float, *, seed: int = 3, start_s: float = 0.4
) -> tuple[Laptop, Laptop]:
    """Let one laptop lead and the other follow it, by heartbeats of whole milliseconds, from `start_s` on."""
    leader, follower = Laptop(leader_card), Laptop(follower_card)
    rng = np.random.default_rng(seed)
    voice, fit = LeaderVoice(), TimelineFit()
    start_ms = start_s * 1000
    started = False
    arriving: list[tuple[float, float, float]] = []
    heartbeat_ms = start_ms + 200.0
    now_ms = 0.0
    while now_ms < seconds * 1000:
        now_ms += 20.0
        for laptop in (leader, follower):
            laptop.run_until(now_ms)
        if not started and now_ms >= start_ms - 200.0:
            started = True
            at_ms = CORRECTED_MS + start_ms
            leader.renderer.command(Free(0, 0.0, leader.mapping.mono_ns_at(at_ms)))
            fit.restart(0.0, at_ms, is_playing=True, exact=True)
            follower.renderer.command(Follow(0, fit.timeline(), jump=True))
        if now_ms >= heartbeat_ms:
            heartbeat_ms += HEARTBEAT_MS
            mono_ns = leader.mono_ns(now_ms - rng.uniform(0, 15))
            line = leader.history.line_at(mono_ns)
            if line is not None and now_ms >= leader._silent_until_ms:
                said = voice.position(
                    PlaybackPosition(0, "track", line.position_at(mono_ns), True, mono_ns), leader.mapping
                )
                arriving.append((now_ms + rng.uniform(10, 90), said.position_ms, said.corrected_ms))
        for entry in [entry for entry in arriving if entry[0] <= now_ms]:
            arriving.remove(entry)
            if fit.observe(entry[1], entry[2]):
                follower.renderer.command(Follow(0, fit.timeline(), jump=False))
    return leader, follower


def errors(leader: Laptop, follower: Laptop) -> tuple[np.ndarray, np.ndarray]:
    """Return (second, follower's place minus leader's in ms) at each block of the follower: what would be heard."""
    theirs, mine = np.array(leader.heard), np.array(follower.heard)
    mine = mine[(mine[:, 0] > theirs[0, 0]) & (mine[:, 0] < theirs[-1, 0])]
    return mine[:, 0] / 1000, mine[:, 1] - np.interp(mine[:, 0], theirs[:, 0], theirs[:, 1])
