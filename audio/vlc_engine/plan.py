"""What should be heard at an instant, by the programs that were ordered (pure)."""

from dataclasses import dataclass, replace
from typing import Final

from audio.engine.messages import Follow, Free, Hold, SetClock, SetOrder
from audio.vlc_engine.file_kind import FileKind
from protocol.timeline import NS_PER_MS, ClockMapping

Program = Free | Hold | Follow

#: An instant farther ahead than this is not waited for: it is a broken clock, not a plan.
_MAX_AHEAD_NS: Final = 5000 * NS_PER_MS


@dataclass(frozen=True, slots=True)
class Track:
    """A file, and its exact length in ms: infinite while nobody has decoded it to its end."""

    source: str
    kind: FileKind
    duration_ms: float


@dataclass(frozen=True, slots=True)
class Place:
    """A position in ms within the track of a slot."""

    slot: int
    position_ms: float


class Plan:
    """Tracks, their order, the corrected time, and the programs: the one that counts, and those for later."""

    def __init__(self) -> None:
        self.program: Program | None = None
        self.entered_ns = 0
        self._tracks: dict[int, Track] = {}
        self._order: tuple[int, ...] = ()
        self._clock: ClockMapping | None = None
        self._pending: list[tuple[int, Program]] = []
        self._refused: set[str] = set()

    def load(self, slot: int, track: Track) -> None:
        """Make a file playable."""
        self._tracks[slot] = track

    def command(self, command: SetClock | SetOrder | Program) -> None:
        """Take one command; those with an instant take effect there."""
        match command:
            case SetClock():
                self._clock = command.mapping
            case SetOrder(slots=slots):
                self._order = slots
                self._tracks = {slot: track for slot, track in self._tracks.items() if slot in slots}
            case Free() | Hold():
                self._schedule(command.at_ns, command)
            case Follow(jump=True):
                self._schedule(self._instant_of(command), command)
            case Follow():
                self._refine(command)

    def clear(self) -> None:
        """Forget what was to be played; tracks, order and time stay."""
        self.program = None
        self._pending.clear()

    def track(self, slot: int) -> Track | None:
        """Return what is known of a slot."""
        return self._tracks.get(slot)

    def refuse(self, slot: int) -> str:
        """Hear that libVLC can't play the file of a slot; return which it is."""
        track = self._tracks.get(slot)
        source = "a file that is no longer wanted" if track is None else track.source
        self._refused.add(source)
        return source

    def playable(self, slot: int) -> bool:
        """Return whether there is a file that is not known to be unplayable."""
        track = self._tracks.get(slot)
        return track is not None and track.source not in self._refused

    def following(self, slot: int) -> int | None:
        """Return the slot after this one when it is loaded."""
        if slot not in self._order:
            return None
        index = self._order.index(slot) + 1
        successor = self._order[index] if index < len(self._order) else None
        return successor if successor in self._tracks else None

    def upcoming(self, now_ns: int) -> tuple[int, Program] | None:
        """Return the next program that still lies ahead, and its instant."""
        ahead = [entry for entry in self._pending if now_ns < entry[0] <= now_ns + _MAX_AHEAD_NS]
        return ahead[0] if ahead else None

    def advance(self, now_ns: int) -> bool:
        """Enter the programs that are due; return whether one was."""
        entered = False
        while self._pending and not now_ns < self._pending[0][0] <= now_ns + _MAX_AHEAD_NS:
            self.entered_ns, self.program = self._pending.pop(0)
            entered = True
        return entered

    def wanted(self, program: Program | None, at_ns: int) -> Place | None:
        """Return the place that a program wants heard at an instant; None for silence, or when it is not known.

        Before the beginning of a track its position is negative; beyond the last track's end there is silence.
        """
        match program:
            case Free(slot=slot, position_ms=position_ms):
                return self._resolve(Place(slot, position_ms + (at_ns - program.at_ns) / NS_PER_MS))
            case Follow(slot=slot, timeline=timeline) if timeline.is_playing and self._clock is not None:
                return self._resolve(Place(slot, timeline.position_at(self._clock.corrected_ms_at(at_ns))))
        return None

    def standing(self) -> Place | None:
        """Return the place at which the program that counts holds the music."""
        match self.program:
            case Hold(slot=slot, position_ms=position_ms):
                return Place(slot, position_ms)
            case Follow(slot=slot, timeline=timeline) if not timeline.is_playing:
                return Place(slot, timeline.position_ms)
        return None

    def until_next_ns(self, heard: Place, remaining_ms: float, now_ns: int) -> int:
        """Return how many ns from now the next track begins: by the leader's line, or by what is heard here."""
        wanted = self.wanted(self.program, now_ns)
        if isinstance(self.program, Follow) and wanted is not None:
            error_ms = self.distance_ms(heard, wanted)
            if error_ms is not None and abs(error_ms) < remaining_ms:
                remaining_ms -= error_ms
        return round(remaining_ms * NS_PER_MS)

    def distance_ms(self, start: Place, end: Place) -> float | None:
        """Return the music between two places of one track or of neighbours; None when they are farther apart."""
        if start.slot == end.slot:
            return end.position_ms - start.position_ms
        if self.following(start.slot) == end.slot:
            return end.position_ms + self._tracks[start.slot].duration_ms - start.position_ms
        if self.following(end.slot) == start.slot:
            return end.position_ms - self._tracks[end.slot].duration_ms - start.position_ms
        return None

    def last_from(self, slot: int) -> int:
        """Return the last of the loaded tracks that follow each other from this one on."""
        while (successor := self.following(slot)) is not None:
            slot = successor
        return slot

    def _resolve(self, place: Place) -> Place | None:
        slot, position_ms = place.slot, place.position_ms
        while (track := self._tracks.get(slot)) is not None:
            if position_ms < track.duration_ms:
                return Place(slot, position_ms)
            successor = self.following(slot)
            if successor is None:
                return None
            slot, position_ms = successor, position_ms - track.duration_ms
        return None

    def _instant_of(self, command: Follow) -> int:
        return 0 if self._clock is None else self._clock.mono_ns_at(command.timeline.corrected_ms)

    def _schedule(self, at_ns: int, program: Program) -> None:
        self._pending = [entry for entry in self._pending if entry[0] < at_ns]
        self._pending.append((at_ns, program))

    def _refine(self, command: Follow) -> None:
        if self._pending and isinstance(self._pending[-1][1], Follow):
            self._pending[-1] = (self._pending[-1][0], replace(command, jump=True))
        elif isinstance(self.program, Follow) and self.program.timeline.is_playing == command.timeline.is_playing:
            self.program = command
        else:
            self._schedule(self._instant_of(command), replace(command, jump=True))
