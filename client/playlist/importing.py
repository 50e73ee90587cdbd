"""One way in for every kind of playlist file; what it holds decides, not what it is called."""

from dataclasses import replace
from pathlib import Path

from client.errors import shown_path
from client.playlist.csv_file import read_table, table_rows
from client.playlist.draft import Remarks, build_playlist, clean
from client.playlist.errors import PlaylistFileError
from client.playlist.identity import playlist_uri
from client.playlist.json_file import exported_playlists, exported_rows, parse_json, read_pairing
from client.playlist.m3u_file import is_m3u, is_stream, lists_files, m3u_name, m3u_rows
from client.playlist.model import Playlist
from client.playlist.source import decode, read_source
from client.playlist.xspf_file import parse_xspf, xspf_name, xspf_rows

_MAX_NAMED = 8
_KINDS = "a CSV of Exportify, TuneMyMusic or Soundiiz, an M3U, an XSPF, a PAIRING.json or Spotify's Playlist1.json"


def import_playlist(path: Path, playlist_name: str | None = None, *, exported_from: str | None = None) -> Playlist:
    """Return the playlist in a file; `remarks` say what was odd in it.

    `playlist_name` chooses one where a file holds several (TuneMyMusic, Playlist1.json). `exported_from` is the link or
    URI of the playlist that it was exported from, which no export says: its id is then what Spotify's API gives.
    Music files are not opened. Errors: PlaylistFileError with the file's name and what to do.
    """
    try:
        found = _import(path, playlist_name)
        return found if exported_from is None else replace(found, playlist_id=_uri_of(exported_from))
    except PlaylistFileError as error:
        raise PlaylistFileError(f"{shown_path(path)}: {error}") from None


def _import(path: Path, playlist_name: str | None) -> Playlist:
    data = read_source(path)
    text, encoding = decode(data)
    folder = path.absolute().parent
    own_name = clean(path.stem.replace("_", " "))
    remarks = Remarks()
    if encoding == "cp1252":
        remarks.add("it is not UTF-8; it was read as Windows-1252, so look whether accents are right")
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start in {"{", "["}:
        return _from_json(path, data, remarks, playlist_name)
    if start == "<":
        root = parse_xspf(text)
        return build_playlist(xspf_rows(root, folder, remarks), xspf_name(root) or own_name, remarks)
    if is_stream(text):
        raise PlaylistFileError(f"this lists the pieces of a stream, not tracks; choose {_KINDS}")
    table = None if is_m3u(text) else read_table(text)
    if table is None and (is_m3u(text) or lists_files(text)):
        return build_playlist(m3u_rows(text, folder, remarks), m3u_name(text) or own_name, remarks)
    if table is None:
        raise PlaylistFileError(f"this is no playlist that is known here; choose {_KINDS}")
    names = table.playlist_names()
    chosen = _choose(names, playlist_name) if len(names) > 1 else None
    name = chosen or (names[0] if names else own_name)
    return build_playlist(table_rows(table, remarks, chosen), name, remarks)


def _from_json(path: Path, data: bytes, remarks: Remarks, playlist_name: str | None) -> Playlist:
    content = parse_json(data)
    playlists = exported_playlists(content)
    if playlists:
        name = _choose(list(playlists), playlist_name)
        return build_playlist(exported_rows(playlists[name]), name, remarks)
    if isinstance(content, dict) and {"playlistId", "tracks"} & content.keys():
        return read_pairing(path)
    raise PlaylistFileError(f"this is JSON, but no playlist that is known here; choose {_KINDS}")


def _uri_of(link: str) -> str:
    uri = playlist_uri(link)
    if uri is None:
        raise PlaylistFileError(f'"{clean(link)}" is no playlist of Spotify; copy its link from Spotify (Share)')
    return uri


def _choose(names: list[str], wanted: str | None) -> str:
    if wanted is None and len(names) == 1:
        return names[0]
    folded = {name.casefold(): name for name in reversed(names)}
    if wanted is not None and wanted.casefold() in folded:
        return wanted if wanted in names else folded[wanted.casefold()]
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    listed = ", ".join(f'"{name}"' for name in names[:_MAX_NAMED]) + more
    if wanted is not None:
        raise PlaylistFileError(f'there is no playlist "{clean(wanted)}" in it, but {listed}; name one of these')
    raise PlaylistFileError(f"it holds {len(names)} playlists: {listed}; say which one you want")
