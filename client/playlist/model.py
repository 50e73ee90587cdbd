"""A playlist as the library knows it: rows in the playlist's own order, none of them ever dropped."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class TrackKind(StrEnum):
    """What stands in a row of a playlist."""

    TRACK = "track"
    #: The person's own file, which Spotify knows by name only.
    LOCAL = "local"
    #: A podcast's episode, or whatever else is no music: can't be paired.
    UNSUPPORTED = "unsupported"
    #: Withdrawn: Spotify keeps the row and says nothing of it.
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class PlaylistTrack:
    """One row; `playlist_position` counts from 0, every row included, as the leader's wire events count.

    `track_id` is Spotify's URI where there is one ("spotify:track:…", "spotify:local:…"), else an id made of what the
    row says, the same on every machine. A track may stand in a playlist twice. `file_hint` is the file that an M3U or
    a PAIRING.json names, absolute.
    """

    playlist_position: int
    track_id: str
    title: str
    artists: tuple[str, ...] = ()
    album: str = ""
    duration_ms: int | None = None
    isrc: str | None = None
    kind: TrackKind = TrackKind.TRACK
    file_hint: Path | None = None

    @property
    def artist(self) -> str:
        """Return the artists as people write them."""
        return ", ".join(self.artists)

    @property
    def is_pairable(self) -> bool:
        """Return whether a local file can play this row."""
        return self.kind in {TrackKind.TRACK, TrackKind.LOCAL}


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist with all of its rows.

    `playlist_id` is Spotify's URI ("spotify:playlist:…"), or an id made of its content, the same on every machine that
    imports the same. `snapshot_id` changes when Spotify's playlist does; None for other sources. `remarks` say in
    sentences what was odd about the source; they are no part of the playlist.
    """

    playlist_id: str
    name: str
    tracks: tuple[PlaylistTrack, ...]
    owner: str = ""
    snapshot_id: str | None = None
    cover_url: str | None = None
    remarks: tuple[str, ...] = field(default=(), compare=False)

    @property
    def count_pairable(self) -> int:
        """Return how many rows can have a file: fully paired means that all of these have one."""
        return sum(track.is_pairable for track in self.tracks)
