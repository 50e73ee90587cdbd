"""Who gets which file, when several tracks want one."""

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
        for before, after in zip(timed, timed[1:], strict=False):
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
    holder: dict[int, int] = dict(taken)
    result: list[int | None] = [None] * len(claims)
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
        file = claims[row][place].file
        if result[row] is None and holder.setdefault(file, recording_of[row]) == recording_of[row]:
            result[row] = place
    for row, wishes in enumerate(claims):
        if result[row] is None and wishes:
            _make_room(row, claims, recording_of, holder, result)
    return result


def _make_room(
    row: int,
    claims: Sequence[Sequence[Claim]],
    recording_of: Sequence[int],
    holder: dict[int, int],
    result: list[int | None],
) -> None:
    """Give a track that got nothing a file whose only holder has another that is as good."""
    for place, wish in enumerate(claims[row]):
        holders = [
            other
            for other, chosen in enumerate(result)
            if chosen is not None and claims[other][chosen].file == wish.file
        ]
        if len(holders) != 1:
            continue
        other = holders[0]
        chosen = result[other]
        if chosen is None:
            continue
        held = claims[other][chosen]
        for spare, instead in enumerate(claims[other]):
            is_as_good = instead.is_sure == held.is_sure and instead.score >= held.score - _AS_GOOD
            if is_as_good and instead.file not in holder:
                result[other], result[row] = spare, place
                holder[instead.file], holder[wish.file] = recording_of[other], recording_of[row]
                return


def _length(one: Wanted) -> int:
    return one.duration_ms or 0
