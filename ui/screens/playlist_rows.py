"""A playlist's tracks as rows: which file each has, how sure that is, and what is missing first (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ui.theme.tokens import Tone
from ui.widgets.durations import clock_time
from ui.widgets.rows import LazyRows, Row, RowBadge


class PairMark(StrEnum):
    """How a track stands."""

    MISSING = "missing"
    #: A file is proposed, and a person has to say whether it is the right one.
    CHECK = "check"
    PAIRED = "paired"
    #: Chosen by hand.
    CHOSEN = "chosen"
    #: A podcast, a video, or a track that was withdrawn.
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class FileChoice:
    """A file that may be the track, and why: "title 97, artist 100, +0.4 s"."""

    path: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class TrackLine:
    """One track; `playlist_position` names it, since a track may stand in a playlist twice.

    `reason` is a word or two ("same ISRC"), `score` 0 to 100, `file` the paired or proposed one with its explanation.
    """

    playlist_position: int
    title: str
    artist: str
    duration_ms: int | None
    mark: PairMark
    reason: str = ""
    score: int | None = None
    file: FileChoice | None = None
    others: tuple[FileChoice, ...] = ()


_BADGES: Final = {
    PairMark.MISSING: ("No file", Tone.WARNING, "link_off"),
    PairMark.CHECK: ("Please check", Tone.WARNING, "help"),
    PairMark.PAIRED: ("", Tone.NEUTRAL, "check"),
    PairMark.CHOSEN: ("Chosen by you", Tone.NEUTRAL, "check"),
    PairMark.UNSUPPORTED: ("Can't be paired", Tone.NEUTRAL, None),
}


def arranged(tracks: Sequence[TrackLine], words: str, *, missing_first: bool) -> list[TrackLine]:
    """Return the tracks in which every word occurs, in the playlist's order, or those without a sure file first."""
    wanted = words.casefold().split()
    shown = list(tracks)
    if wanted:
        shown = [one for one in shown if all(word in f"{one.title} {one.artist}".casefold() for word in wanted)]
    if not missing_first:
        return shown
    parts: dict[PairMark | None, list[TrackLine]] = {PairMark.MISSING: [], PairMark.CHECK: [], None: []}
    rest = parts[None]
    for one in shown:
        parts.get(one.mark, rest).append(one)
    return [one for part in parts.values() for one in part]


def track_rows(tracks: Sequence[TrackLine]) -> LazyRows:
    """Return the rows of these tracks."""
    return LazyRows([str(one.playlist_position) for one in tracks], lambda place: _row(tracks[place]))


def _row(track: TrackLine) -> Row:
    words, tone, icon = _BADGES[track.mark]
    if track.mark is PairMark.PAIRED:
        words = track.reason or "Paired"
    if track.score is not None:
        words = f"{words} · {track.score}"
    detail = f"{track.file.name}: {track.file.why}" if track.file is not None else ""
    return Row(
        key=str(track.playlist_position),
        title=track.title,
        subtitle=track.artist,
        number=str(track.playlist_position + 1),
        has_cover=False,
        trailing="" if track.duration_ms is None else clock_time(track.duration_ms),
        badge=RowBadge(words, tone, icon),
        dimmed=track.mark in (PairMark.MISSING, PairMark.UNSUPPORTED),
        detail=detail,
    )
