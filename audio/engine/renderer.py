"""Turn commands into samples, by the time at which each sample is at the DAC (pure).

Nothing here knows when it runs. A block comes with the DAC time of its first frame; a command comes with the instant
from which it counts. Where that instant lies inside a block the block is split at that very frame; where it has passed,
the music enters as if it had been in time.
"""

from collections import deque
from dataclasses import replace
from typing import Final

from audio.decode.pcm import Pcm
from audio.engine.click import ClickTrack
from audio.engine.dac_rate import DacRate
from audio.engine.gain import Gain
from audio.engine.messages import Click, Follow, Free, Hold, QueueEnded, Segment, SetClock, SetOrder, SetVolume
from audio.engine.music import Music, Place
from audio.engine.playhead import Playhead
from audio.engine.pursuit import Pursuit
from audio.engine.rate_record import RateRecord
from protocol.correction import Correction
from protocol.timeline import ClockMapping

Program = Free | Hold | Follow | Click

#: An instant farther ahead than this is not waited for: it is a broken clock, not a plan.
MAX_AHEAD_NS: Final = 5_000_000_000


class Renderer:
    """One program at a time (free, hold, follow, click), scheduled changes, and a playhead in the music."""

    def __init__(self, rate: int) -> None:
        self.music = Music()
        self._ns_per_frame = self._nominal_ns_per_frame = 1e9 / rate
        self._frames_per_ms = rate / 1000
        self._dac_rate = DacRate(rate)
        self._playhead = Playhead(rate, self.music)
        self._pursuit = Pursuit(rate, self.music, self._playhead)
        self._clicks = ClickTrack(rate)
        self._gain = Gain(rate)
        self._clock: ClockMapping | None = None
        self._program: Program | None = None
        self._pending: list[tuple[int, Program]] = []
        self._dropped: Place | None = None

    @property
    def events(self) -> deque[Segment | QueueEnded]:
        """Return what was rendered, to be taken from the left."""
        return self._playhead.events

    @property
    def error_ms(self) -> float:
        """Return the controller's averaged error (positive: behind)."""
        return self._pursuit.controller.average_ms

    @property
    def correction(self) -> Correction:
        """Return what is being done about it."""
        return self._pursuit.correction

    @property
    def jumps(self) -> int:
        """Return how often a follower was put into another place."""
        return self._pursuit.jumps

    @property
    def rate_record(self) -> RateRecord:
        """Return at which rates a leader's music was played so far."""
        return self._pursuit.rate_record

    def command(self, command: SetClock | SetOrder | SetVolume | Program) -> None:
        """Take one command; those with an instant take effect there."""
        match command:
            case SetClock():
                self._clock = command.mapping
            case SetOrder():
                self._set_order(command.slots)
            case SetVolume():
                self._gain.set(command.gain)
            case Free() | Hold() | Click():
                self._schedule(command.at_ns, command)
            case Follow(jump=True):
                self._schedule(self._instant_of(command), command)
            case Follow():
                self._refine(command)

    def interrupted(self) -> None:
        """Go on after an underrun: what comes next fades in, and may be elsewhere."""
        self._playhead.fade_in()
        self._pursuit.controller.expect_move()

    def render(self, out: Pcm, dac_ns: int) -> None:
        """Fill a block of shape (frames, 2) whose first frame is at the DAC at `dac_ns`."""
        self._dac_rate.add_block(len(out), dac_ns)
        self._ns_per_frame = self._nominal_ns_per_frame * self._dac_rate.ratio
        dropped, self._dropped = self._dropped, None
        if dropped is not None:
            self._playhead.tell_dropped(dropped, dac_ns)
        if self._playhead.is_silent and not isinstance(self._program, Click):
            self._gain.settle()
        start, frames = 0, len(out)
        while start < frames:
            instant_ns = dac_ns + round(start * self._ns_per_frame)
            self._apply_due(instant_ns, dac_ns)
            end = frames
            if self._pending:
                end = max(start + 1, min(frames, round((self._pending[0][0] - dac_ns) / self._ns_per_frame)))
            self._render_span(out[start:end], instant_ns)
            start = end
        self._gain.apply(out)

    def _set_order(self, slots: tuple[int, ...]) -> None:
        cursor = self._playhead.cursor
        if cursor is not None and cursor.slot not in slots:
            self._dropped = self._playhead.drop()
        self.music.set_order(slots)

    def _instant_of(self, command: Follow) -> int:
        return 0 if self._clock is None else self._clock.mono_ns_at(command.timeline.corrected_ms)

    def _schedule(self, at_ns: int, program: Program) -> None:
        self._pending = [entry for entry in self._pending if entry[0] < at_ns]
        self._pending.append((at_ns, program))

    def _refine(self, command: Follow) -> None:
        if self._pending and isinstance(self._pending[-1][1], Follow):
            at_ns, _ = self._pending[-1]
            self._pending[-1] = (at_ns, replace(command, jump=True))
        elif isinstance(self._program, Follow) and self._program.timeline.is_playing == command.timeline.is_playing:
            self._program = command
        else:
            self._schedule(self._instant_of(command), replace(command, jump=True))

    def _apply_due(self, instant_ns: int, now_ns: int) -> None:
        while self._pending:
            at_ns, program = self._pending[0]
            if instant_ns + self._ns_per_frame / 2 < at_ns <= now_ns + MAX_AHEAD_NS:
                return
            self._pending.pop(0)
            self._enter(program, instant_ns)

    def _enter(self, program: Program, instant_ns: int) -> None:
        if isinstance(self._program, Click) and len(rest := self._clicks.stop()):
            self._playhead.fade_out(rest)
        self._program = program
        self._playhead.played_out = None
        self._pursuit.leave()
        match program:
            case Free():
                self._enter_free(program, instant_ns)
            case Follow(timeline=timeline) if timeline.is_playing:
                self._pursuit.enter()
            case Follow() | Hold() | Click():
                self._playhead.cut_to(None, instant_ns)

    def _enter_free(self, program: Free, instant_ns: int) -> None:
        frame = max(0, round((program.position_ms + (instant_ns - program.at_ns) / 1e6) * self._frames_per_ms))
        place = self.music.resolve(Place(program.slot, frame))
        self._playhead.cut_to(place, instant_ns)
        if place is None and program.slot in self.music:
            self._playhead.end_queue(self.music.last_from(program.slot), instant_ns)
        elif place is not None and place.slot != program.slot:
            # The track ended before it was entered: its change is told all the same.
            position_ms = place.frame / self._frames_per_ms
            self.events.append(Segment(place.slot, position_ms, instant_ns, 1.0, natural=True))

    def _render_span(self, out: Pcm, instant_ns: int) -> None:
        playhead = self._playhead
        match self._program:
            case Follow(timeline=timeline) as program if timeline.is_playing:
                self._pursuit.render(out, instant_ns, program, self._clock, self._dac_rate.ratio)
            case Free() if playhead.cursor is not None:
                playhead.play(out, instant_ns, 1.0)
            case Follow(slot=slot, timeline=timeline):
                playhead.stand(out, instant_ns, (slot, timeline.position_ms))
            case Hold(slot=slot, position_ms=position_ms):
                playhead.stand(out, instant_ns, (slot, position_ms))
            case Click():
                self._clicks.render(out, instant_ns, self._ns_per_frame, self._clock)
                playhead.mix_fade(out)
            case Free() | None:
                playhead.stand(out, instant_ns, None)
