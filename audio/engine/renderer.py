"""Turn commands into samples, by the time at which each sample is at the DAC (pure).

Nothing here knows when it runs. A block comes with the DAC time of its first frame; a command comes with the instant
from which it counts. Where that instant lies inside a block the block is split at that very frame; where it has passed,
the music enters as if it had been in time.
"""

import math
from collections import deque
from dataclasses import replace
from typing import Final

import numpy as np

from audio.decode.pcm import Pcm
from audio.engine import resampler
from audio.engine.controller import UNLOCK_SINGLE_MS, DriftController
from audio.engine.fader import Fader
from audio.engine.messages import Follow, Free, Hold, QueueEnded, Segment, SetClock, SetOrder
from audio.engine.music import Music, Place
from protocol.correction import Correction
from protocol.limits import JUMP_THRESHOLD_MS
from protocol.timeline import ClockMapping

Program = Free | Hold | Follow

#: An instant farther ahead than this is not waited for: it is a broken clock, not a plan.
MAX_AHEAD_NS: Final = 5_000_000_000
#: While all is calm a segment is reported this often.
_SEGMENT_INTERVAL_NS: Final = 45_000_000


class Renderer:
    """One program at a time (free, hold, follow), scheduled changes, and a cursor in the music."""

    def __init__(self, rate: int) -> None:
        self.music = Music()
        self.events: deque[Segment | QueueEnded] = deque()
        self.jumps = 0
        self.correction = Correction.NONE
        self._rate = rate
        self._ns_per_frame = 1e9 / rate
        self._frames_per_ms = rate / 1000
        self._fader = Fader(rate)
        self._controller = DriftController()
        self._clock: ClockMapping | None = None
        self._program: Program | None = None
        self._pending: list[tuple[int, Program]] = []
        self._cursor: Place | None = None
        self._arriving = False
        self._played_out: int | None = None
        self._dropped: Place | None = None
        self._next_segment_ns = 0

    @property
    def error_ms(self) -> float:
        """Return the controller's averaged error (positive: behind)."""
        return self._controller.average_ms

    def command(self, command: SetClock | SetOrder | Program) -> None:
        """Take one command; those with an instant take effect there."""
        match command:
            case SetClock():
                self._clock = command.mapping
            case SetOrder():
                self._set_order(command.slots)
            case Free() | Hold():
                self._schedule(command.at_ns, command)
            case Follow(jump=True):
                self._schedule(self._instant_of(command), command)
            case Follow():
                self._refine(command)

    def render(self, out: Pcm, dac_ns: int) -> None:
        """Fill a block of shape (frames, 2) whose first frame is at the DAC at `dac_ns`."""
        dropped, self._dropped = self._dropped, None
        if dropped is not None:
            self.events.append(Segment(dropped.slot, dropped.frame / self._frames_per_ms, dac_ns, 0.0))
        start, frames = 0, len(out)
        while start < frames:
            instant_ns = dac_ns + round(start * self._ns_per_frame)
            self._apply_due(instant_ns, dac_ns)
            end = frames
            if self._pending:
                end = max(start + 1, min(frames, round((self._pending[0][0] - dac_ns) / self._ns_per_frame)))
            self._render_span(out[start:end], instant_ns)
            start = end

    def _set_order(self, slots: tuple[int, ...]) -> None:
        cursor = self._cursor
        if cursor is not None and cursor.slot not in slots:
            self._fade_out(cursor)
            self._cursor, self._dropped = None, cursor
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
        self._program = program
        self._played_out = None
        self._controller.reset()
        self.correction = Correction.NONE
        match program:
            case Free():
                self._enter_free(program, instant_ns)
            case Hold():
                self._cut_to(None, instant_ns)
            case Follow():
                self._arriving = True
                if not program.timeline.is_playing:
                    self._cut_to(None, instant_ns)

    def _enter_free(self, program: Free, instant_ns: int) -> None:
        frame = max(0, round((program.position_ms + (instant_ns - program.at_ns) / 1e6) * self._frames_per_ms))
        place = self.music.resolve(Place(program.slot, frame))
        self._cut_to(place, instant_ns)
        if place is None and program.slot in self.music:
            self._end_queue(self.music.last_from(program.slot), instant_ns)
        elif place is not None and place.slot != program.slot:
            # The track ended before it was entered: its change is told all the same.
            position_ms = place.frame / self._frames_per_ms
            self.events.append(Segment(place.slot, position_ms, instant_ns, 1.0, natural=True))

    def _render_span(self, out: Pcm, instant_ns: int) -> None:
        match self._program:
            case Follow(timeline=timeline) if timeline.is_playing:
                self._follow(out, instant_ns)
            case Free() if self._cursor is not None:
                self._play(out, instant_ns, 1.0)
            case Free():
                self._stand(out, instant_ns, None)
            case Follow(slot=slot, timeline=timeline):
                self._stand(out, instant_ns, (slot, timeline.position_ms))
            case Hold(slot=slot, position_ms=position_ms):
                self._stand(out, instant_ns, (slot, position_ms))
            case None:
                self._stand(out, instant_ns, None)

    def _stand(self, out: Pcm, instant_ns: int, place: tuple[int, float] | None) -> None:
        out[:] = 0
        self._fader.apply(out)
        if place is not None:
            self._report(instant_ns, place[0], place[1], 0.0)

    def _follow(self, out: Pcm, instant_ns: int) -> None:
        wanted = self._target(instant_ns)
        if wanted is not None and wanted.frame < 0:
            # The leader's start lies ahead of this block: be silent up to the very frame.
            silent = min(len(out), math.ceil(-wanted.frame))
            self._cut_to(None, instant_ns)
            self._stand(out[:silent], instant_ns, None)
            if silent < len(out):
                self._follow(out[silent:], instant_ns + round(silent * self._ns_per_frame))
            return
        target = None if wanted is None else self.music.resolve(wanted)
        if target is None:
            self._cut_to(None, instant_ns)
            self._stand(out, instant_ns, None)
            return
        if self._cursor is None and self._is_played_out(target):
            self._stand(out, instant_ns, None)
            return
        error_frames = None if self._cursor is None else self.music.distance(self._cursor, target)
        arriving, self._arriving = self._arriving, False
        error_ms = None if error_frames is None else error_frames / self._frames_per_ms
        if error_ms is None or (arriving and abs(error_ms) > UNLOCK_SINGLE_MS):
            self._jump(out, instant_ns, target)
            return
        decision = self._controller.decide(error_ms, len(out) / self._frames_per_ms)
        if decision.correction is Correction.JUMP:
            self._jump(out, instant_ns, target)
            return
        self.correction = decision.correction
        # In place is on a whole frame, even where a glide was broken off by a jump to the place it had reached.
        self._play(out, instant_ns, decision.step, land=decision.land or decision.correction is Correction.NONE)

    def _is_played_out(self, target: Place) -> bool:
        """Return whether this player, a little ahead of the leader, has already heard the last track to its end."""
        if self._played_out != target.slot:
            return False
        return self.music.frames(target.slot) - target.frame <= JUMP_THRESHOLD_MS * self._frames_per_ms

    def _jump(self, out: Pcm, instant_ns: int, target: Place) -> None:
        self.jumps += 1
        self._controller.reset()
        self.correction = Correction.JUMP
        self._cut_to(Place(target.slot, round(target.frame)), instant_ns)
        self._play(out, instant_ns, 1.0)

    def _target(self, instant_ns: int) -> Place | None:
        if not isinstance(self._program, Follow) or self._clock is None:
            return None
        position_ms = self._program.timeline.position_at(self._clock.corrected_ms_at(instant_ns))
        place, cursor = Place(self._program.slot, position_ms * self._frames_per_ms), self._cursor
        if place.frame < 0 and not self._arriving and cursor and self.music.following(cursor.slot) == place.slot:
            # News of the next track, which the leader has rendered already: until then the present one goes on.
            return Place(cursor.slot, self.music.frames(cursor.slot) + place.frame)
        return place

    def _cut_to(self, place: Place | None, instant_ns: int) -> None:
        """Leave where the cursor is, under a fade, and go on at `place` (None: silence)."""
        old, self._cursor = self._cursor, place
        if old is not None:
            self._fade_out(old)
            if place is None:
                self.events.append(Segment(old.slot, old.frame / self._frames_per_ms, instant_ns, 0.0))
        # A start that is rounded to the second frame is a start all the same.
        if place is not None and (old is not None or place.frame > 1):
            self._fader.fade_in()
        self._next_segment_ns = instant_ns

    def _fade_out(self, cursor: Place) -> None:
        self._fader.fade_out(self.music.read(cursor.slot, math.floor(cursor.frame), self._fader.frames))

    def _play(self, out: Pcm, instant_ns: int, step: float, *, land: bool = False) -> None:
        cursor = self._cursor
        assert cursor is not None
        frames = len(out)
        end = cursor.frame + frames * step
        if land:
            end = float(round(end))
            step = (end - cursor.frame) / frames
        if step == 1.0 and float(cursor.frame).is_integer():
            out[:] = self.music.read(cursor.slot, int(cursor.frame), frames)
        else:
            first, count = resampler.window_for(cursor.frame, frames, step)
            window = self.music.read(cursor.slot, first, count)
            samples = resampler.interpolate(window, cursor.frame - math.floor(cursor.frame), frames, step)
            out[:] = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
            self._next_segment_ns = instant_ns
        self._fader.apply(out)
        self._report(instant_ns, cursor.slot, cursor.frame / self._frames_per_ms, step)
        self._advance(cursor, end, instant_ns, step)

    def _advance(self, cursor: Place, end: float, instant_ns: int, step: float) -> None:
        length = self.music.frames(cursor.slot)
        if end < length:
            self._cursor = Place(cursor.slot, end)
            return
        boundary_ns = instant_ns + round((length - cursor.frame) / step * self._ns_per_frame)
        successor = self.music.following(cursor.slot)
        if successor is None:
            self._cursor = None
            self._end_queue(cursor.slot, boundary_ns)
            return
        self.events.append(Segment(successor, 0.0, boundary_ns, step, natural=True))
        self._advance(Place(successor, 0.0), end - length, boundary_ns, step)

    def _end_queue(self, slot: int, at_ns: int) -> None:
        self._played_out = slot
        self.events.append(Segment(slot, self.music.frames(slot) / self._frames_per_ms, at_ns, 0.0, natural=True))
        self.events.append(QueueEnded(slot, at_ns))

    def _report(self, instant_ns: int, slot: int, position_ms: float, step: float) -> None:
        if instant_ns >= self._next_segment_ns:
            self._next_segment_ns = instant_ns + _SEGMENT_INTERVAL_NS
            self.events.append(Segment(slot, position_ms, instant_ns, step))
