"""JSON: a PAIRING.json, or Playlist1.json of the data that Spotify sends to its customers. Pure but for the pairing."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from client.errors import PairingError, shown_path
from client.pairing import PairedTrack, Pairing, load_pairing
from client.playlist.draft import Row, clean
from client.playlist.errors import PlaylistFileError
from client.playlist.model import Playlist, PlaylistTrack, TrackKind
from protocol.wire import ProtocolError, read_json


def parse_json(data: bytes) -> Any:
    """Return what a JSON file says. Errors: PlaylistFileError."""
    try:
        return read_json(data.removeprefix(b"\xef\xbb\xbf"))
    except ProtocolError as error:
        raise PlaylistFileError(f"{error}; export it again or mend the file there") from None


def read_pairing(path: Path) -> Playlist:
    """Return the playlist of a PAIRING.json; its files are hints. Errors: PlaylistFileError."""
    try:
        return playlist_of(load_pairing(path))
    except PairingError as error:
        raise PlaylistFileError(str(error).removeprefix(f"{shown_path(path)}: ")) from None


def playlist_of(pairing: Pairing) -> Playlist:
    """Return a pairing as a playlist whose tracks carry its files as hints."""
    tracks = tuple(
        PlaylistTrack(
            playlist_position=track.playlist_position,
            track_id=track.track_id,
            title=clean(track.title),
            artists=(clean(track.artist),) if clean(track.artist) else (),
            kind=_kind_of_id(track.track_id),
            file_hint=track.file,
        )
        for track in pairing.tracks
    )
    return Playlist(pairing.playlist_id, clean(pairing.playlist_name), tracks)


def pairing_of(playlist: Playlist, files: Mapping[int, Path]) -> Pairing:
    """Return a playlist with the files of its rows, by their positions, as a pairing that `save_pairing` takes."""
    tracks = tuple(
        PairedTrack(
            playlist_position=track.playlist_position,
            track_id=track.track_id,
            title=track.title,
            artist=track.artist,
            file=files.get(track.playlist_position),
        )
        for track in playlist.tracks
    )
    return Pairing(playlist.playlist_id, playlist.name, tracks)


def exported_playlists(content: Any) -> dict[str, list[Any]]:
    """Return the items of each playlist in a Playlist1.json by its name; nothing when it is something else."""
    playlists = content.get("playlists") if isinstance(content, dict) else None
    if not isinstance(playlists, list):
        return {}
    found: dict[str, list[Any]] = {}
    for number, playlist in enumerate(playlists, start=1):
        if isinstance(playlist, dict) and isinstance(playlist.get("items"), list):
            name = clean(_text(playlist, "name")) or f"Playlist {number}"
            # Spotify lets two playlists have one name.
            found[f"{name[:280]} ({number})" if name in found else name] = playlist["items"]
    return found


def exported_rows(items: list[Any]) -> Iterator[Row]:
    """Yield the rows of one playlist of a Playlist1.json."""
    for number, item in enumerate(items, start=1):
        place = f"item {number}"
        parts = item if isinstance(item, dict) else {}
        track, local = parts.get("track"), parts.get("localTrack")
        if isinstance(track, dict):
            artist = _text(track, "artistName")
            yield Row(
                place=place,
                title=_text(track, "trackName"),
                artists=(artist,) if artist else (),
                album=_text(track, "albumName"),
                uri=_text(track, "trackUri"),
            )
        elif isinstance(local, dict):
            yield Row(place=place, uri=_text(local, "uri"))
        elif isinstance(parts.get("episode"), dict) or isinstance(parts.get("audiobook"), dict):
            spoken = parts.get("episode") or parts.get("audiobook") or {}
            title = _text(spoken, "episodeName") or _text(spoken, "audiobookName") or "Episode"
            yield Row(place=place, title=title, uri=_text(spoken, "episodeUri"), kind=TrackKind.UNSUPPORTED)
        else:
            yield Row(place=place, kind=TrackKind.UNAVAILABLE)


def _kind_of_id(track_id: str) -> TrackKind:
    if track_id.startswith("spotify:local:"):
        return TrackKind.LOCAL
    return TrackKind.UNSUPPORTED if track_id.startswith("spotify:episode:") else TrackKind.TRACK


def _text(parts: dict[str, Any], key: str) -> str:
    value = parts.get(key)
    return value if isinstance(value, str) else ""
