"""Spotify's JSON (pure): the objects as its Web API gives them, pages of them, and the `fields` filter."""

import re
from typing import Any, Final
from urllib.parse import quote_plus

from server.spotify_stand_in.library import Item, ItemKind, Library, Person, StoredPlaylist

_TOKEN: Final = re.compile(r"[^(),\s]+|[(),]")

Fields = dict[str, "Fields | None"]


def me_json(person: Person) -> dict[str, Any]:
    """Return GET /v1/me."""
    return {
        "account_id": person.account_id,
        "id": person.user_id,
        "display_name": person.name,
        "images": [],
        "type": "user",
        "uri": f"spotify:user:{person.user_id}",
    }


def paging_json(base: str, items: list[Any], *, offset: int, limit: int, total: int) -> dict[str, Any]:
    """Return a paging object; `base` is the address without offset and limit."""

    def address(at: int) -> str:
        return f"{base}?offset={at}&limit={limit}"

    return {
        "href": address(offset),
        "limit": limit,
        "next": address(offset + limit) if offset + limit < total else None,
        "offset": offset,
        "previous": address(max(0, offset - limit)) if offset > 0 else None,
        "total": total,
        "items": items,
    }


def rows_page(library: Library, playlist: StoredPlaylist, api: str, *, offset: int, limit: int) -> dict[str, Any]:
    """Return a page of a playlist's rows."""
    rows = [row_json(row, former_name=library.former_names) for row in playlist.rows[offset : offset + limit]]
    base = f"{api}/playlists/{playlist.playlist_id}/items"
    return paging_json(base, rows, offset=offset, limit=limit, total=len(playlist.rows))


def playlist_json(
    library: Library, playlist: StoredPlaylist, api: str, *, rows: dict[str, Any] | None, counted: bool = True
) -> dict[str, Any]:
    """Return a playlist; with `rows` its first page, without only their count, and not even that if not `counted`."""
    owner = library.person(playlist.owner_id)
    address = f"{api}/playlists/{playlist.playlist_id}"
    found: dict[str, Any] = {
        "collaborative": playlist.collaborative,
        "description": "",
        "external_urls": {"spotify": f"https://open.spotify.com/playlist/{playlist.playlist_id}"},
        "href": address,
        "id": playlist.playlist_id,
        "images": None,
        "name": playlist.name,
        "owner": {
            "id": playlist.owner_id,
            "display_name": owner.name if owner is not None else "Spotify",
            "type": "user",
        },
        "public": None,
        "snapshot_id": playlist.snapshot_id,
        "type": "playlist",
        "uri": f"spotify:playlist:{playlist.playlist_id}",
    }
    if rows is not None or counted:
        name = "tracks" if library.former_names else "items"
        found[name] = rows or {"href": f"{address}/items", "total": len(playlist.rows)}
    return found


def row_json(item: Item | None, *, former_name: bool) -> dict[str, Any] | None:
    """Return one row of a playlist."""
    if item is None:
        return None
    is_local = item.kind is ItemKind.LOCAL
    return {
        "added_at": "2026-01-01T07:00:00Z",
        "added_by": None,
        "is_local": is_local,
        "track" if former_name else "item": None if item.kind is ItemKind.WITHDRAWN else _item_json(item),
    }


def parse_fields(text: str) -> Fields:
    """Return a `fields` filter, like "items(item(name,uri)),next", as a tree. Errors: ValueError."""
    tokens = _TOKEN.findall(text)
    fields, rest = _parse_fields(tokens)
    if rest:
        raise ValueError("Invalid fields")
    return fields


def select(found: Any, fields: Fields | None) -> Any:
    """Return only those fields of a JSON value, in lists of each element; unknown ones are ignored."""
    if fields is None or found is None:
        return found
    if isinstance(found, list):
        return [select(element, fields) for element in found]
    if not isinstance(found, dict):
        return found
    return {name: select(found[name], inner) for name, inner in fields.items() if name in found}


def _parse_fields(tokens: list[str]) -> tuple[Fields, list[str]]:
    fields: Fields = {}
    while tokens and tokens[0] != ")":
        name, *tokens = tokens
        if name in {"(", ","}:
            raise ValueError("Invalid fields")
        inner: Fields | None = None
        if tokens[:1] == ["("]:
            inner, tokens = _parse_fields(tokens[1:])
            if tokens[:1] != [")"]:
                raise ValueError("Invalid fields")
            tokens = tokens[1:]
        fields[name] = inner
        if tokens[:1] == [","]:
            tokens = tokens[1:]
        elif tokens and tokens[0] != ")":
            raise ValueError("Invalid fields")
    return fields, tokens


def _item_json(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = {
        "artists": [{"id": None, "name": name, "type": "artist"} for name in item.artists],
        "album": {"id": None, "name": item.album, "images": [], "release_date": "2026", "artists": []},
        "disc_number": 1,
        "duration_ms": item.duration_ms,
        "explicit": False,
        "is_local": item.kind is ItemKind.LOCAL,
        "name": item.name,
        "track_number": 1,
        "type": "episode" if item.kind is ItemKind.EPISODE else "track",
    }
    if item.kind is ItemKind.LOCAL:
        parts = (*(quote_plus(text) for text in (", ".join(item.artists), item.album, item.name)),)
        return found | {"id": None, "uri": f"spotify:local:{':'.join(parts)}:{item.duration_ms // 1000}"}
    external = {} if item.isrc is None else {"isrc": item.isrc}
    return found | {"id": item.item_id, "uri": f"spotify:{found['type']}:{item.item_id}", "external_ids": external}
