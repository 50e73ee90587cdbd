"""Rows as an importer finds them, and the playlist that is made of them: none is dropped, what is odd is said. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from client.errors import one_line
from client.playlist.errors import PlaylistFileError
from client.playlist.identity import derived_playlist_id, derived_track_id, local_names, normalised_isrc, spotify_uri
from client.playlist.model import Playlist, PlaylistTrack, TrackKind
from protocol import limits

MAX_REMARKS: Final = 20
_MAX_ARTISTS: Final = 50


@dataclass(slots=True)
class Remarks:
    """What was odd, in sentences; more than `MAX_REMARKS` are only counted."""

    said: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, text: str) -> None:
        """Note a sentence."""
        if len(self.said) < MAX_REMARKS:
            self.said.append(one_line(text))
        else:
            self.more += 1

    def as_tuple(self) -> tuple[str, ...]:
        """Return the sentences, the last of which counts the rest."""
        return (*self.said, f"and {self.more} more remarks like these") if self.more else tuple(self.said)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a playlist file as it is written there; `place` says where ("row 7"), `uri` may be anything."""

    place: str
    title: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    duration_ms: int | None = None
    isrc: str = ""
    uri: str = ""
    kind: TrackKind | None = None
    file_hint: Path | None = None


def build_playlist(rows: Iterable[Row], name: str, remarks: Remarks) -> Playlist:
    """Return the playlist of some rows. Errors: PlaylistFileError when there are none, or too many."""
    tracks: list[PlaylistTrack] = []
    for row in rows:
        if len(tracks) >= limits.MAX_PLAYLIST_POSITION:
            most = f"{limits.MAX_PLAYLIST_POSITION:,}"
            raise PlaylistFileError(f"it has more than {most} rows, which is no playlist to play; take a part of it")
        tracks.append(_track(len(tracks), row, remarks))
    if not tracks:
        raise PlaylistFileError("it has no rows; export the playlist again")
    nameless = sum(track.is_pairable and not track.title and track.file_hint is None for track in tracks)
    if nameless:
        are = (
            f"{nameless} rows have no title by which their files"
            if nameless > 1
            else "a row has no title by which its file"
        )
        remarks.add(f"{are} could be found; export the playlist with titles, or choose files by hand")
    return Playlist(
        playlist_id=derived_playlist_id(track.track_id for track in tracks),
        name=clean(name) or "Playlist",
        tracks=tuple(tracks),
        remarks=remarks.as_tuple(),
    )


def clean(text: str) -> str:
    """Return a name as it is kept: one line, printable, no longer than the wire takes."""
    if len(text) <= limits.MAX_NAME_LENGTH and text.isprintable():
        return " ".join(text.split())
    return one_line(text, limits.MAX_NAME_LENGTH)


def clean_duration(duration_ms: float | None) -> int | None:
    """Return a duration that may be one; None for what is none."""
    if duration_ms is None or not 0 < duration_ms <= limits.MAX_POSITION_MS:
        return None
    return round(duration_ms)


def _track(position: int, row: Row, remarks: Remarks) -> PlaylistTrack:
    uri = spotify_uri(row.uri) if row.uri else None
    title, album, duration_ms = clean(row.title), clean(row.album), row.duration_ms
    artists = tuple(name for artist in row.artists[:_MAX_ARTISTS] if (name := clean(artist)))
    if uri is None and row.uri.strip() and not row.uri.lstrip().startswith("http"):
        remarks.add(
            f'{row.place}: "{one_line(row.uri, 60)}" is no track of Spotify\'s; the track is known by its names'
        )
    if uri is not None and (local := local_names(uri)) is not None:
        artist, local_album, local_title, local_ms = local
        title, album = title or clean(local_title), album or clean(local_album)
        artists, duration_ms = artists or ((clean(artist),) if clean(artist) else ()), duration_ms or local_ms
    kind = row.kind or _kind(uri, title, row.file_hint)
    if kind is TrackKind.UNAVAILABLE:
        remarks.add(f"{row.place}: it names no track; the row is kept as unavailable")
    isrc = normalised_isrc(row.isrc) if row.isrc else None
    if row.isrc.strip() and isrc is None:
        remarks.add(f'{row.place}: "{one_line(row.isrc, 30)}" is no ISRC')
    return PlaylistTrack(
        playlist_position=position,
        track_id=uri or derived_track_id(title, artists, album),
        title=title,
        artists=artists,
        album=album,
        duration_ms=clean_duration(duration_ms),
        isrc=isrc,
        kind=kind,
        file_hint=row.file_hint,
    )


def _kind(uri: str | None, title: str, file_hint: Path | None) -> TrackKind:
    if uri is not None and uri.startswith("spotify:local:"):
        return TrackKind.LOCAL
    if uri is not None:
        return TrackKind.TRACK if uri.startswith("spotify:track:") else TrackKind.UNSUPPORTED
    return TrackKind.TRACK if title or file_hint is not None else TrackKind.UNAVAILABLE
