"""Stay on a timeline: where the music has to be, and what to do about being elsewhere (pure)."""

import math
from typing import Final

from audio.decode.pcm import Pcm
from audio.engine.controller import UNLOCK_SINGLE_MS, DriftController
from audio.engine.messages import Follow
from audio.engine.music import Music, Place
from audio.engine.playhead import Playhead
from audio.engine.rate_record import RateRecord
from protocol.correction import Correction
from protocol.limits import JUMP_THRESHOLD_MS
from protocol.timeline import ClockMapping

_THRESHOLD_MS: Final = JUMP_THRESHOLD_MS


class Pursuit:
    """Follow one timeline after another with one playhead."""

    def __init__(self, rate: int, music: Music, playhead: Playhead) -> None:
        self.jumps = 0
        self.correction = Correction.NONE
        self.controller = DriftController()
        self._music = music
        self._playhead = playhead
        self._ns_per_frame = 1e9 / rate
        self._frames_per_ms = rate / 1000
        self._arriving = False
        self._followed_frames = 0
        self._glided_frames = 0
        self._rate_sum = 0.0
        self._rate_square_sum = 0.0

    @property
    def rate_record(self) -> RateRecord:
        """Return at which rates the music was played so far."""
        return RateRecord(self._followed_frames, self._glided_frames, self._rate_sum, self._rate_square_sum)

    def enter(self) -> None:
        """Begin anew: whatever error there is when the line begins is jumped over."""
        self._arriving = True

    def leave(self) -> None:
        """Forget the error: another program has put, or will put, the music in its place."""
        self.controller.reset()
        self.correction = Correction.NONE

    def render(self, out: Pcm, instant_ns: int, program: Follow, clock: ClockMapping | None, dac_rate: float) -> None:
        """Fill a block whose first frame is at the DAC at `instant_ns`, of a DAC that takes `dac_rate` of its time."""
        playhead = self._playhead
        wanted = None if clock is None else self._wanted(program, clock.corrected_ms_at(instant_ns))
        if wanted is not None and wanted.frame < 0:
            # The leader's start lies ahead of this block: be silent up to the very frame.
            silent = min(len(out), math.ceil(-wanted.frame))
            playhead.cut_to(None, instant_ns)
            playhead.stand(out[:silent], instant_ns, None)
            if silent < len(out):
                start_ns = instant_ns + round(silent * self._ns_per_frame * dac_rate)
                self.render(out[silent:], start_ns, program, clock, dac_rate)
            return
        target = None if wanted is None else self._music.resolve(wanted) or self._beyond_the_end(wanted)
        cursor = playhead.cursor
        if target is None or (cursor is None and self._is_over(target)):
            playhead.cut_to(None, instant_ns)
            playhead.stand(out, instant_ns, None)
            return
        error_frames = None if cursor is None else self._music.distance(cursor, target)
        error_ms = None if error_frames is None else error_frames / self._frames_per_ms
        arriving, self._arriving = self._arriving, False
        if error_ms is None or (arriving and abs(error_ms) > UNLOCK_SINGLE_MS):
            self._jump(out, instant_ns, target)
            return
        rate = 0.0 if clock is None else program.timeline.rate * clock.rate_at(instant_ns) * dac_rate - 1
        decision = self.controller.decide(error_ms, len(out) / self._frames_per_ms, rate)
        if decision.correction is Correction.JUMP:
            self._jump(out, instant_ns, target)
            return
        self.correction = decision.correction
        self._count(len(out), decision.step)
        # In place is on a whole frame, even where a glide was broken off by a jump to the place it had reached.
        playhead.play(out, instant_ns, decision.step, land=decision.land or decision.correction is Correction.NONE)

    def _wanted(self, program: Follow, corrected_ms: float) -> Place:
        place = Place(program.slot, program.timeline.position_at(corrected_ms) * self._frames_per_ms)
        cursor = self._playhead.cursor
        if place.frame < 0 and not self._arriving and cursor and self._music.following(cursor.slot) == place.slot:
            # News of the next track, which the leader has rendered already: until then the present one goes on.
            return Place(cursor.slot, self._music.frames(cursor.slot) + place.frame)
        return place

    def _beyond_the_end(self, wanted: Place) -> Place | None:
        """Return a place past the end of the last track when the leader is just over it: to be played out up to it."""
        if wanted.slot not in self._music:
            return None
        slot, frame = wanted.slot, wanted.frame
        while (successor := self._music.following(slot)) is not None:
            frame -= self._music.frames(slot)
            slot = successor
        past_ms = (frame - self._music.frames(slot)) / self._frames_per_ms
        cursor = self._playhead.cursor
        if cursor is None or cursor.slot != slot or self._arriving or past_ms > _THRESHOLD_MS:
            return None
        return Place(slot, frame)

    def _is_over(self, target: Place) -> bool:
        """Return whether this player, a little ahead of the leader, has already heard the last track to its end."""
        if self._playhead.played_out != target.slot:
            return False
        return self._music.frames(target.slot) - target.frame <= _THRESHOLD_MS * self._frames_per_ms

    def _jump(self, out: Pcm, instant_ns: int, target: Place) -> None:
        length = self._music.frames(target.slot)
        self.jumps += 1
        self.controller.reset()
        self.correction = Correction.JUMP
        self._count(len(out), 1.0)
        self._playhead.cut_to(Place(target.slot, min(length - 1, round(target.frame))), instant_ns)
        self._playhead.play(out, instant_ns, 1.0)

    def _count(self, frames: int, step: float) -> None:
        self._followed_frames += frames
        if step != 1.0:
            self._glided_frames += frames
            self._rate_sum += (step - 1) * frames
            self._rate_square_sum += (step - 1) ** 2 * frames
