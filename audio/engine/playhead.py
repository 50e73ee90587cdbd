"""Where the music is read from, and how it gets into a block: bit-exact, resampled, cut under a fade (pure)."""

import math
from collections import deque
from typing import Final

import numpy as np

from audio.decode.pcm import Pcm
from audio.engine import resampler
from audio.engine.fader import Fader
from audio.engine.messages import QueueEnded, Segment
from audio.engine.music import Music, Place

#: While all is calm a segment is reported this often.
_SEGMENT_INTERVAL_NS: Final = 45_000_000


class Playhead:
    """A cursor in the music; what it does is told in `events`, to the sample."""

    def __init__(self, rate: int, music: Music) -> None:
        self.events: deque[Segment | QueueEnded] = deque()
        self.cursor: Place | None = None
        #: The last track, once it has been played to its end.
        self.played_out: int | None = None
        self._music = music
        self._ns_per_frame = 1e9 / rate
        self._frames_per_ms = rate / 1000
        self._fader = Fader(rate)
        self._next_segment_ns = 0

    @property
    def is_silent(self) -> bool:
        """Return whether nothing is heard, not even the end of a fade."""
        return self.cursor is None and self._fader.is_idle

    def cut_to(self, place: Place | None, instant_ns: int) -> None:
        """Leave where the cursor is, under a fade, and go on at `place` (None: silence)."""
        old, self.cursor = self.cursor, place
        if old is not None:
            self.fade_out(self._music.read(old.slot, math.floor(old.frame), self._fader.frames))
            if place is None:
                self.events.append(Segment(old.slot, old.frame / self._frames_per_ms, instant_ns, 0.0))
        # A start that is rounded to the second frame is a start all the same.
        if place is not None and (old is not None or place.frame > 1):
            self._fader.fade_in()
        self._next_segment_ns = instant_ns

    def drop(self) -> Place | None:
        """Leave, under a fade, music that is about to be forgotten; return the place for the block to tell."""
        old, self.cursor = self.cursor, None
        if old is not None:
            self.fade_out(self._music.read(old.slot, math.floor(old.frame), self._fader.frames))
        return old

    def tell_dropped(self, old: Place, instant_ns: int) -> None:
        """Tell that music that was dropped stands where it was left."""
        self.events.append(Segment(old.slot, old.frame / self._frames_per_ms, instant_ns, 0.0))

    def fade_out(self, continuation: Pcm) -> None:
        """Let what is being heard, continued in `continuation`, fade away."""
        short = self._fader.frames - len(continuation)
        self._fader.fade_out(np.pad(continuation, ((0, max(0, short)), (0, 0))))

    def fade_in(self) -> None:
        """Let the music come in again: what went before it was lost."""
        if self.cursor is not None:
            self._fader.fade_in()

    def stand(self, out: Pcm, instant_ns: int, place: tuple[int, float] | None) -> None:
        """Fill a block with silence, standing at (slot, position in ms)."""
        out[:] = 0
        self._fader.apply(out)
        if place is not None:
            self._report(instant_ns, place[0], place[1], 0.0)

    def mix_fade(self, out: Pcm) -> None:
        """Work the end of a fade into a block that holds something other than music."""
        self._fader.apply(out)

    def play(self, out: Pcm, instant_ns: int, step: float, *, land: bool = False) -> None:
        """Fill a block from the cursor on, at `step` source frames a frame; `land`: end it on a whole frame."""
        cursor = self.cursor
        assert cursor is not None
        frames = len(out)
        end = cursor.frame + frames * step
        if land:
            end = float(round(end))
            step = (end - cursor.frame) / frames
        if step == 1.0 and float(cursor.frame).is_integer():
            out[:] = self._music.read(cursor.slot, int(cursor.frame), frames)
        else:
            first, count = resampler.window_for(cursor.frame, frames, step)
            window = self._music.read(cursor.slot, first, count)
            samples = resampler.interpolate(window, cursor.frame - math.floor(cursor.frame), frames, step)
            out[:] = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
            self._next_segment_ns = instant_ns
        self._fader.apply(out)
        self._report(instant_ns, cursor.slot, cursor.frame / self._frames_per_ms, step)
        self._advance(cursor, end, instant_ns, step)

    def end_queue(self, slot: int, at_ns: int) -> None:
        """Tell that the last track has ended."""
        self.played_out = slot
        position_ms = self._music.frames(slot) / self._frames_per_ms
        self.events.append(Segment(slot, position_ms, at_ns, 0.0, natural=True))
        self.events.append(QueueEnded(slot, at_ns))

    def _advance(self, cursor: Place, end: float, instant_ns: int, step: float) -> None:
        length = self._music.frames(cursor.slot)
        if end < length:
            self.cursor = Place(cursor.slot, end)
            return
        boundary_ns = instant_ns + round((length - cursor.frame) / step * self._ns_per_frame)
        successor = self._music.following(cursor.slot)
        if successor is None:
            self.cursor = None
            self.end_queue(cursor.slot, boundary_ns)
            return
        self.events.append(Segment(successor, 0.0, boundary_ns, step, natural=True))
        self._advance(Place(successor, 0.0), end - length, boundary_ns, step)

    def _report(self, instant_ns: int, slot: int, position_ms: float, step: float) -> None:
        if instant_ns >= self._next_segment_ns:
            self._next_segment_ns = instant_ns + _SEGMENT_INTERVAL_NS
            self.events.append(Segment(slot, position_ms, instant_ns, step))
