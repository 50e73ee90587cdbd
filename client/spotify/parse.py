"""Read what the Web API answers (pure): it is foreign, may lack anything, and must never cost a row."""

import json
import re
from typing import Any, Final

from client.errors import one_line
from client.spotify.errors import SpotifyAnswerError, SpotifyError
from client.spotify.models import Access, ListPage, PlaylistHead, PlaylistSummary, Profile, RowsPage
from client.spotify.rows import track_of
from client.spotify.text import text_of

_MAX_ID_LENGTH: Final = 256
_MAX_URL_LENGTH: Final = 2000
_MAX_TOTAL: Final = 100_000
_PLAYLIST_ID: Final = re.compile(r"[0-9A-Za-z]{1,64}")
_PLAYLIST_FORMS: Final = re.compile(
    r"(?:spotify:(?:user:[^:]{1,200}:)?playlist:|https?://open\.spotify\.com/(?:intl-[a-z]{2}/)?playlist/)?"
    r"([0-9A-Za-z]{1,64})(?:[?#]\S*)?"
)


class PlaylistNameError(SpotifyError):
    """What a person typed names no playlist."""

    code = "spotify_bad_playlist"


def playlist_key(text: str) -> str:
    """Return the bare id of a playlist, given as id, URI or link. Errors: PlaylistNameError."""
    found = _PLAYLIST_FORMS.fullmatch(text.strip())
    if found is None:
        raise PlaylistNameError(
            f"“{one_line(text, 60)}” names no playlist of Spotify's; give its link (Share, Copy link) or its URI"
        )
    return found[1]


def playlist_uri(key: str) -> str:
    """Return the URI of a bare id."""
    return f"spotify:playlist:{key}"


def parse_profile(data: bytes) -> Profile:
    """Read GET /v1/me. Errors: SpotifyAnswerError."""
    found = _object(data)
    user_id = _identifier(found.get("id"))
    account_id = _identifier(found.get("account_id")) or user_id
    if not account_id:
        raise _strange("a person without an id")
    return Profile(account_id, user_id, text_of(found.get("display_name")) or user_id or account_id)


def parse_list_page(data: bytes, user_id: str) -> ListPage:
    """Read a page of GET /v1/me/playlists for this person; null entries are skipped. Errors: SpotifyAnswerError."""
    found = _object(data)
    rows = found.get("items")
    if not isinstance(rows, list):
        raise _strange("a list of playlists without items")
    entries = tuple(entry for row in rows if (entry := _summary(row, user_id)) is not None)
    return ListPage(entries, len(rows), _count(found.get("total")) or 0, bool(found.get("next")))


def parse_playlist(data: bytes) -> PlaylistHead:
    """Read GET /v1/playlists/{id}. Errors: SpotifyAnswerError."""
    found = _object(data)
    key = found.get("id")
    if not isinstance(key, str) or not _PLAYLIST_ID.fullmatch(key):
        raise _strange("a playlist without an id")
    paging = found.get("items") or found.get("tracks")
    return PlaylistHead(
        playlist_id=playlist_uri(key),
        name=text_of(found.get("name")) or key,
        owner=_owner_name(found.get("owner")),
        snapshot_id=_identifier(found.get("snapshot_id")),
        cover_url=_cover(found.get("images")),
        first=_rows_page(paging, 0) if isinstance(paging, dict) and isinstance(paging.get("items"), list) else None,
    )


def parse_snapshot(data: bytes) -> str:
    """Read the snapshot id alone. Errors: SpotifyAnswerError."""
    return _identifier(_object(data).get("snapshot_id"))


def parse_rows(data: bytes, offset: int) -> RowsPage:
    """Read a page of GET /v1/playlists/{id}/items that begins at row `offset`. Errors: SpotifyAnswerError."""
    found = _object(data)
    if not isinstance(found.get("items"), list):
        raise _strange("a page without items")
    return _rows_page(found, offset)


def _rows_page(paging: dict[str, Any], offset: int) -> RowsPage:
    rows = paging["items"]
    return RowsPage(
        tracks=tuple(track_of(row, offset + index) for index, row in enumerate(rows)),
        total=_count(paging.get("total")) or 0,
        has_more=bool(paging.get("next")),
        is_bare=any(isinstance(row, dict) and not {"item", "track"} & row.keys() for row in rows),
    )


def _summary(row: object, user_id: str) -> PlaylistSummary | None:
    if not isinstance(row, dict):
        return None
    key = row.get("id")
    if not isinstance(key, str) or not _PLAYLIST_ID.fullmatch(key):
        return None
    owner = row.get("owner")
    owner_id = owner.get("id") if isinstance(owner, dict) else None
    paging = row.get("items") or row.get("tracks")
    if user_id and owner_id == user_id:
        access = Access.OWNED
    else:
        access = Access.COLLABORATIVE if row.get("collaborative") is True else Access.FOLLOWED
    return PlaylistSummary(
        playlist_id=playlist_uri(key),
        name=text_of(row.get("name")) or key,
        owner=_owner_name(owner),
        access=access,
        count_tracks=_count(paging.get("total")) if isinstance(paging, dict) else None,
        snapshot_id=_identifier(row.get("snapshot_id")),
        cover_url=_cover(row.get("images")),
    )


def _owner_name(owner: object) -> str:
    if not isinstance(owner, dict):
        return ""
    return text_of(owner.get("display_name")) or text_of(owner.get("id"))


def _cover(images: object) -> str | None:
    """Return the address of the largest picture; Spotify puts it first."""
    first = images[0] if isinstance(images, list) and images else None
    url = first.get("url") if isinstance(first, dict) else None
    if not isinstance(url, str) or len(url) > _MAX_URL_LENGTH or not (url.isascii() and url.isprintable()):
        return None
    return url if url.startswith(("https://", "http://")) else None


def _identifier(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= _MAX_ID_LENGTH and value.isprintable() else ""


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_TOTAL else None


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _strange("no JSON object")
    return found


def _strange(finding: str) -> SpotifyAnswerError:
    return SpotifyAnswerError(f"Spotify's answer can't be understood ({finding}); try again later")
