"""One row of a playlist, as the Web API gives it, into one of ours (pure): whatever it holds, it keeps its place."""

import hashlib
import re
from typing import Any, Final
from urllib.parse import unquote_plus

from client.playlist.model import PlaylistTrack, TrackKind
from client.spotify.text import text_of
from protocol import limits

_MAX_ARTISTS: Final = 50
_MAX_DURATION_MS: Final = 7 * 24 * 3600 * 1000
_ISRC: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_LOCAL_PREFIX: Final = "spotify:local:"


def track_of(row: object, playlist_position: int) -> PlaylistTrack:
    """Return the row; what is missing or strange is unavailable or unsupported, never left out."""
    if not isinstance(row, dict):
        return _unavailable(playlist_position)
    # The name was "track" until 2026.
    item = row.get("item") or row.get("track")
    if not isinstance(item, dict):
        return _unavailable(playlist_position)
    if row.get("is_local") is True or item.get("is_local") is True:
        return _local(item, playlist_position)
    title, track_id = text_of(item.get("name")), _uri(item)
    if item.get("type", "track") != "track":
        return PlaylistTrack(
            playlist_position,
            track_id or f"spotify:unsupported:{playlist_position}",
            title,
            duration_ms=_duration_ms(item.get("duration_ms")),
            kind=TrackKind.UNSUPPORTED,
        )
    if not title or not track_id:
        # Some withdrawn tracks keep their object, emptied.
        return _unavailable(playlist_position, track_id)
    album = item.get("album")
    return PlaylistTrack(
        playlist_position,
        track_id,
        title,
        artists=_artists(item.get("artists")),
        album=text_of(album.get("name")) if isinstance(album, dict) else "",
        duration_ms=_duration_ms(item.get("duration_ms")),
        isrc=_isrc(item.get("external_ids")),
    )


def _local(item: dict[str, Any], playlist_position: int) -> PlaylistTrack:
    """Return a file of the person's own; its URI says all: spotify:local:ARTIST:ALBUM:TITLE:SECONDS, form-encoded."""
    uri = item.get("uri")
    parts = uri.removeprefix(_LOCAL_PREFIX).split(":") if isinstance(uri, str) else []
    said = [text_of(unquote_plus(part, errors="replace")) for part in parts[:3]] if len(parts) == 4 else ["", "", ""]
    artists = _artists(item.get("artists")) or ((said[0],) if said[0] else ())
    album = item.get("album")
    album_name = text_of(album.get("name")) if isinstance(album, dict) else ""
    title = text_of(item.get("name")) or said[2]
    seconds = (
        int(parts[3]) if len(parts) == 4 and parts[3].isascii() and parts[3].isdigit() and len(parts[3]) < 8 else 0
    )
    duration_ms = _duration_ms(item.get("duration_ms")) or _duration_ms(seconds * 1000)
    if not title:
        return _unavailable(playlist_position, _uri(item))
    return PlaylistTrack(
        playlist_position,
        _uri(item) or _made_up_uri("\n".join((*artists, album_name, title))),
        title,
        artists=artists,
        album=album_name or said[1],
        duration_ms=duration_ms,
        kind=TrackKind.LOCAL,
    )


def _unavailable(playlist_position: int, track_id: str = "") -> PlaylistTrack:
    return PlaylistTrack(
        playlist_position, track_id or f"spotify:unavailable:{playlist_position}", "", kind=TrackKind.UNAVAILABLE
    )


def _uri(item: dict[str, Any]) -> str:
    """Return the URI that both sides' playlists have; "" for none.

    A track that Spotify replaced for a market says in `linked_from` what really stands in the playlist.
    """
    linked = item.get("linked_from")
    for found in (linked.get("uri") if isinstance(linked, dict) else None, item.get("uri")):
        if isinstance(found, str) and found.startswith("spotify:") and found.isprintable():
            # A local file's URI may be longer than any wire event takes.
            return found if len(found) <= limits.MAX_ID_LENGTH else _made_up_uri(found)
    return ""


def _made_up_uri(text: str) -> str:
    return f"{_LOCAL_PREFIX}{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def _artists(found: object) -> tuple[str, ...]:
    if not isinstance(found, list):
        return ()
    names = (text_of(artist.get("name")) for artist in found[:_MAX_ARTISTS] if isinstance(artist, dict))
    return tuple(name for name in names if name)


def _isrc(external_ids: object) -> str | None:
    found = external_ids.get("isrc") if isinstance(external_ids, dict) else None
    code = found.upper().replace("-", "").strip() if isinstance(found, str) else ""
    return code if _ISRC.fullmatch(code) else None


def _duration_ms(value: object) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and isinstance(value, int) and 0 < value <= _MAX_DURATION_MS else None
