"""Which player plays what from when on, so that the programs are heard (pure).

A place is reached with a player of its own that was opened there, waits, and is let go at the right instant; then the
one before it is stopped. Seeking in a running player is heard as a gap of a second (docs/architecture.md).
"""

import logging
from collections import deque
from typing import Final

from audio.engine.messages import Follow, Free, Hold, QueueEnded, Segment, SetClock, SetOrder
from audio.vlc_engine.aim import StartLatency, aim
from audio.vlc_engine.plan import Place, Plan, Program
from audio.vlc_engine.seek_rule import SeekRule
from audio.vlc_engine.take import Stage, State, Take
from protocol.correction import Correction
from protocol.timeline import NS_PER_MS

_log = logging.getLogger(__name__)

#: A file is open and waiting within 20 ms (measured); with a busy machine in mind it gets this long.
PREPARE_MS: Final = 150.0
#: The next track is opened so long before this one ends.
_NEXT_AHEAD_MS: Final = 1500.0
#: A player that is not ready by then never will be.
_OPENING_TIMEOUT_NS: Final = 4000 * NS_PER_MS
#: The stage waits this long at most for the exact instant.
RELEASE_AHEAD_NS: Final = 8 * NS_PER_MS
#: A leader who moved by less than this is still where the player is: a new start is no more exact.
_IN_PLACE_MS: Final = 5.0
#: Alone, a start is put right in this time if need be; after that the device's pace is the right one.
_FREE_CORRECTED_NS: Final = 3000 * NS_PER_MS
#: A player that is ready so much too late is aimed anew: the file is in memory by then, and opens faster.
_LATE_NS: Final = 4 * NS_PER_MS
_SEGMENT_INTERVAL_NS: Final = 45 * NS_PER_MS


class Director:
    """Commands in; players opened, let go and stopped; `events` out. Call `tick` every few ms."""

    def __init__(self, stage: Stage) -> None:
        self.plan = Plan()
        self.events: deque[Segment | QueueEnded] = deque()
        self.jumps = 0
        self.error_ms = 0.0
        self.device_ms = 0.0
        self.output_delay_ms = 0.0
        self._stage = stage
        self._latency = StartLatency()
        self._rule = SeekRule()
        self._active: Take | None = None
        self._coming: Take | None = None
        self._ended: int | None = None
        self._next_segment_ns = 0

    @property
    def correction(self) -> Correction:
        """Return what is being done about the drift."""
        return Correction.JUMP if self._coming is not None and self._coming.correction else Correction.NONE

    def takes(self) -> tuple[Take, ...]:
        """Return the players there are, for what they tell to be handed to them."""
        return tuple(take for take in (self._active, self._coming) if take is not None)

    def command(self, command: SetClock | SetOrder | Program, now_ns: int) -> None:
        """Take one command."""
        self.plan.command(command)
        if isinstance(command, SetOrder):
            self._drop_lost(now_ns)
        elif not isinstance(command, SetClock) and not (isinstance(command, Follow) and not command.jump):
            # Whatever was on its way was so for another program.
            self._discard_coming()

    def stand(self, now_ns: int) -> None:
        """Be silent until the next program."""
        self.plan.clear()
        self._discard_coming()
        self._silence(now_ns)

    def tick(self, now_ns: int) -> None:
        """Do what is due."""
        if self.plan.advance(now_ns):
            self._enter(now_ns)
        self._prepare_upcoming(now_ns)
        self._forward(now_ns)
        self._keep_on(now_ns)
        self._report(now_ns)

    def _enter(self, now_ns: int) -> None:
        self._ended = None
        self._next_segment_ns = 0
        program = self.plan.program
        wanted = self.plan.wanted(program, now_ns)
        if wanted is None or not self.plan.playable(wanted.slot):
            self._discard_coming()
            self._silence(now_ns)
            if isinstance(program, Free) and self.plan.track(program.slot) is not None:
                self._end_queue(self.plan.last_from(program.slot) if wanted is None else wanted.slot, now_ns)
        elif program is not None and self._coming is None and not self._is_in_place(wanted, now_ns, program):
            self._open_ahead(now_ns)

    def _prepare_upcoming(self, now_ns: int) -> None:
        upcoming = self.plan.upcoming(now_ns)
        if upcoming is None or self._coming is not None:
            return
        at_ns, program = upcoming
        place = self.plan.wanted(program, at_ns)
        if place is not None and not self._is_in_place(place, at_ns, program):
            self._open(place, at_ns, now_ns, program_ns=at_ns)

    def _is_in_place(self, place: Place, at_ns: int, program: Program) -> bool:
        if self._active is None or not isinstance(program, Follow):
            return False
        error_ms = self.plan.distance_ms(self._heard(self._active, at_ns), place)
        return error_ms is not None and abs(error_ms) <= _IN_PLACE_MS

    def _open(
        self,
        place: Place,
        at_ns: int,
        now_ns: int,
        *,
        natural: bool = False,
        correction: bool = False,
        program_ns: int | None = None,
    ) -> None:
        track = self.plan.track(place.slot)
        if track is None or not self.plan.playable(place.slot):
            return
        if place.position_ms < 0.0:
            at_ns -= round(place.position_ms * NS_PER_MS)
            place = Place(place.slot, 0.0)
        aimed = aim(
            track.kind,
            place.position_ms,
            at_ns,
            latency_ms=self._latency.ms,
            device_ms=self.device_ms,
            delay_ms=self.output_delay_ms,
        )
        self._coming = Take(
            self._stage.prepare(track.source, aimed.start_ms),
            aimed,
            place,
            opened_ns=now_ns,
            natural=natural,
            correction=correction,
            program_ns=program_ns,
        )

    def _forward(self, now_ns: int) -> None:
        """Let the coming player go when it is time, or give it up."""
        coming = self._coming
        if coming is None:
            return
        if coming.state is State.OPENING and now_ns - coming.opened_ns > _OPENING_TIMEOUT_NS:
            coming.state = State.FAILED
        if coming.state is State.FAILED:
            self._give_up(coming, now_ns)
        elif coming.state is State.READY and now_ns >= coming.aim.release_ns - RELEASE_AHEAD_NS:
            late_ns = now_ns - coming.aim.release_ns
            if late_ns > _LATE_NS and self._aim_again(coming, now_ns):
                return
            coming.release(coming.aim.release_ns)
            self._take_over(coming, now_ns)

    def _aim_again(self, take: Take, now_ns: int) -> bool:
        """Aim a player that was ready too late at an instant ahead; return whether there is one."""
        if take.natural:
            return False
        self._discard_coming()
        if take.program_ns is not None:
            self.plan.advance(max(now_ns, take.program_ns))
        self._open_ahead(now_ns, correction=take.correction)
        return True

    def _give_up(self, take: Take, now_ns: int) -> None:
        self._discard_coming()
        _log.error("libVLC can't play %s", self.plan.refuse(take.target.slot))
        if take.natural or self.plan.upcoming(now_ns) is not None:
            # What is heard now goes on to its end; that the next can't be played is told when its time has come.
            return
        if not isinstance(self.plan.program, Follow):
            self._silence(now_ns)
            self._end_queue(take.target.slot, now_ns)

    def _take_over(self, take: Take, now_ns: int) -> None:
        before, self._active, self._coming = self._active, take, None
        if before is not None:
            before.voice.stop()
        if take.program_ns is not None:
            # Players are let go a little before they are heard: from here on the new program counts.
            self.plan.advance(take.program_ns)
            self._ended = None
        self._rule.seeked(now_ns)
        self.jumps += take.correction
        slot = take.target.slot
        if before is not None and take.natural:
            at_ns = take.heard_ns(0.0, self.output_delay_ms)
            self.events.append(Segment(slot, 0.0, at_ns, 1.0, natural=True))
        self._next_segment_ns = now_ns

    def _keep_on(self, now_ns: int) -> None:
        """Keep the player where the program wants it, over the end of its track, too."""
        program = self.plan.program
        wanted = self.plan.wanted(program, now_ns)
        active = self._active
        if active is None:
            self.error_ms = 0.0
            if (
                wanted is not None
                and wanted.slot != self._ended
                and self._coming is None
                and self.plan.upcoming(now_ns) is None
            ):
                self._open_ahead(now_ns)
            return
        if isinstance(program, Hold) or (isinstance(program, Follow) and not program.timeline.is_playing):
            self._silence(now_ns)
            return
        heard = self._heard(active, now_ns)
        track = self.plan.track(heard.slot)
        remaining_ms = 0.0 if track is None else track.duration_ms - heard.position_ms
        if remaining_ms <= 0.0 and (self._coming is None or not self._coming.natural):
            self._end_track(active, now_ns, remaining_ms)
            return
        self._learn(active)
        if self._coming is not None or self.plan.upcoming(now_ns) is not None:
            return
        successor = self.plan.following(heard.slot)
        if remaining_ms <= _NEXT_AHEAD_MS and successor is not None and self.plan.playable(successor):
            self._open(
                Place(successor, 0.0),
                now_ns + self.plan.until_next_ns(heard, remaining_ms, now_ns),
                now_ns,
                natural=True,
            )
            return
        self._correct(active, heard, wanted, remaining_ms, now_ns)

    def _correct(self, active: Take, heard: Place, wanted: Place | None, remaining_ms: float, now_ns: int) -> None:
        if wanted is None or not active.settled:
            return
        error_ms = self.plan.distance_ms(heard, wanted)
        if isinstance(self.plan.program, Free) and now_ns - self.plan.entered_ns > _FREE_CORRECTED_NS:
            self.error_ms = 0.0
            return
        self.error_ms = 0.0 if error_ms is None else error_ms
        if error_ms is None or self._rule.must_seek(error_ms, now_ns, remaining_ms):
            self._open_ahead(now_ns, correction=True)

    def _learn(self, take: Take) -> None:
        if take.settled and not take.learned:
            take.learned = True
            self._latency.learn(take.late_ms, take.aim.latency_ms)

    def _open_ahead(self, now_ns: int, *, correction: bool = False) -> None:
        at_ns = now_ns + round((PREPARE_MS + self.output_delay_ms) * NS_PER_MS)
        place = self.plan.wanted(self.plan.program, at_ns)
        if place is not None:
            self._open(place, at_ns, now_ns, correction=correction)

    def _end_track(self, active: Take, now_ns: int, remaining_ms: float) -> None:
        slot = active.target.slot
        at_ns = now_ns + round(remaining_ms * NS_PER_MS)
        self._active = None
        active.voice.stop()
        self._ended = slot
        self._end_queue(slot, at_ns)

    def _end_queue(self, slot: int, at_ns: int) -> None:
        track = self.plan.track(slot)
        self.events.append(Segment(slot, 0.0 if track is None else track.duration_ms, at_ns, 0.0, natural=True))
        self.events.append(QueueEnded(slot, at_ns))

    def _silence(self, now_ns: int) -> None:
        active, self._active = self._active, None
        if active is not None:
            heard = self._heard(active, now_ns)
            self.events.append(Segment(heard.slot, max(0.0, heard.position_ms), now_ns, 0.0))
            active.voice.stop()

    def _drop_lost(self, now_ns: int) -> None:
        if self._coming is not None and self.plan.track(self._coming.target.slot) is None:
            self._discard_coming()
        if self._active is not None and self.plan.track(self._active.target.slot) is None:
            self._silence(now_ns)

    def _discard_coming(self) -> None:
        coming, self._coming = self._coming, None
        if coming is not None:
            coming.voice.stop()

    def _heard(self, take: Take, at_ns: int) -> Place:
        return take.heard_at(at_ns, self.output_delay_ms)

    def _report(self, now_ns: int) -> None:
        if now_ns < self._next_segment_ns:
            return
        place, step = self.plan.standing(), 0.0
        if self._active is not None:
            place, step = self._heard(self._active, now_ns), 1.0
            if place.position_ms < 0.0:
                return
        if place is not None:
            self._next_segment_ns = now_ns + _SEGMENT_INTERVAL_NS
            self.events.append(Segment(place.slot, place.position_ms, now_ns, step))
