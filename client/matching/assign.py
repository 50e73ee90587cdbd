"""Who gets which file, when several tracks want one."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from client.matching.score import Wanted

#: Rows of one recording differ by no more between a single and an album.
_SAME_RECORDING_MS: Final = 3000
#: Whoever has as good a file left gives way to a track that has none.
_AS_GOOD: Final = 1.0
_TELLING: Final = frozenset({"mono", "stereo", "explicit", "clean"})


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that a track would take; `file` counts in the index."""

    file: int
    score: float
    is_sure: bool


def recordings(track_ids: Sequence[str], wanted: Sequence[Wanted]) -> list[int]:
    """Return for each track the number of its recording; rows with equal numbers may share a file.

    Rows are one recording when their ids or ISRCs are equal, or title, artist, version and length are.
    """
    parents = list(range(len(wanted)))

    def root(row: int) -> int:
        while parents[row] != row:
            parents[row] = parents[parents[row]]
            row = parents[row]
        return row

    first: dict[tuple[object, ...], int] = {}
    alike: dict[tuple[object, ...], list[int]] = {}
    for row, (track_id, one) in enumerate(zip(track_ids, wanted, strict=True)):
        for key in (("id", track_id), ("isrc", one.isrc) if one.isrc else None):
            if key is not None:
                parents[root(row)] = root(first.setdefault(key, row))
        name = (one.title.core, one.artist.full, one.title.versions.kinds, one.title.versions.neutral & _TELLING)
        alike.setdefault(name, []).append(row)
    for rows in alike.values():
        timed = sorted(
            (row for row in rows if wanted[row].duration_ms is not None), key=lambda row: _length(wanted[row])
        )
        for before, after in itertools.pairwise(timed):
            if _length(wanted[after]) - _length(wanted[before]) <= _SAME_RECORDING_MS:
                parents[root(after)] = root(before)
        untimed = [row for row in rows if wanted[row].duration_ms is None]
        for row in untimed[1:]:
            parents[root(row)] = root(untimed[0])
    return [root(row) for row in range(len(wanted))]


def assign(
    claims: Sequence[Sequence[Claim]], recording_of: Sequence[int], taken: Mapping[int, int]
) -> list[int | None]:
    """Return for each track the place of its claim that it gets, None when all that it wants is taken.

    Claims are each track's own, best first. The surest and best claims of all are served first; a file goes to one
    recording only. `taken` are files, by their recording, that are given already.
    """
    given = _Given(claims, recording_of, dict(taken))
    order = sorted(
        ((row, place) for row, wishes in enumerate(claims) for place in range(len(wishes))),
        key=lambda entry: (
            not claims[entry[0]][entry[1]].is_sure,
            -claims[entry[0]][entry[1]].score,
            entry[1],
            entry[0],
        ),
    )
    for row, place in order:
        given.serve(row, place)
    return given.place_of


class _Given:
    """Who has which file so far."""

    def __init__(self, claims: Sequence[Sequence[Claim]], recording_of: Sequence[int], holder: dict[int, int]) -> None:
        self._claims = claims
        self._recording_of = recording_of
        self._holder = holder
        self._rows_of: dict[int, list[int]] = {}
        self.place_of: list[int | None] = [None] * len(claims)

    def serve(self, row: int, place: int) -> None:
        """Give a track the file of one of its claims, if it has none and the file is free or can be made free."""
        if self.place_of[row] is not None:
            return
        file = self._claims[row][place].file
        holder = self._holder.get(file, self._recording_of[row])
        if holder == self._recording_of[row] or self._make_room(file):
            self._give(row, place)

    def _make_room(self, file: int) -> bool:
        """Let the only track that has this file take another that is as good for it."""
        rows = self._rows_of.get(file, [])
        held_place = self.place_of[rows[0]] if len(rows) == 1 else None
        if held_place is None:
            return False
        row = rows[0]
        held = self._claims[row][held_place]
        for place, instead in enumerate(self._claims[row]):
            is_as_good = instead.is_sure == held.is_sure and instead.score >= held.score - _AS_GOOD
            if is_as_good and instead.file not in self._holder:
                del self._holder[file], self._rows_of[file]
                self._give(row, place)
                return True
        return False

    def _give(self, row: int, place: int) -> None:
        file = self._claims[row][place].file
        self._holder[file] = self._recording_of[row]
        self._rows_of.setdefault(file, []).append(row)
        self.place_of[row] = place


def _length(one: Wanted) -> int:
    return one.duration_ms or 0
