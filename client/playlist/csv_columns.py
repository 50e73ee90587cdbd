# ruff: noqa: RUF001 -- the names of columns in all the writing systems that exporters use
"""Which column of a CSV says what: by its name in any language that exporters speak, else by what stands in it. Pure.

Exportify (exportify.app) translates its header; exportify.net, TuneMyMusic and Soundiiz do not.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from client.playlist.identity import spotify_uri


class Column(StrEnum):
    """What a column may say."""

    URI = "uri"
    SPOTIFY_ID = "spotify_id"
    TITLE = "title"
    ARTISTS = "artists"
    ARTIST_URIS = "artist_uris"
    ALBUM = "album"
    DURATION_MS = "duration_ms"
    DURATION = "duration"
    ISRC = "isrc"
    PLAYLIST_NAME = "playlist_name"


_NAMES: Final = {
    Column.URI: """
        Track URI|Spotify URI|URI|URL|Link|Track URL|Track Link|Spotify URL|Spotify Link|Track-URI|URI de la canción|
        URI du titre|URI della traccia|トラックURI|Nummer URI|URI da faixa|Låtens URI|رابط الأغنية (URI)|URI κομματιού|
        Parça URI|曲目 URI|Spotify - URI|Spotify - url""",
    Column.SPOTIFY_ID: "Spotify - id|Spotify ID|Track ID|Spotify Track ID|Spotify id",
    Column.TITLE: """
        Track Name|Title|Track|Name|Song|Song Name|Song Title|Track Title|Track-Name|Titel|Nombre de la canción|
        Nom du titre|Nome della traccia|トラック名|Nummernaam|Nome da faixa|Låtens namn|اسم الأغنية|Όνομα κομματιού|
        Parça Adı|曲目名称|曲目名稱""",
    Column.ARTISTS: """
        Artist Name(s)|Artist Name|Artist|Artists|Artist Names|Track Artist|Performer|Künstlername(n)|Künstler|
        Interpret|Nombre(s) del artista|Nom(s) de l'artiste|Nome dell'artista|アーティスト名|Naam van artiest|
        Nome(s) do artista|
        Artistens namn|أسماء الفنانين|Όνομα/τα καλλιτέχνη|Sanatçı Adı|艺人名称|藝人名稱""",
    Column.ARTIST_URIS: """
        Artist URI(s)|Künstler-URI(s)|URI(s) del artista|URI(s) de l'artiste|URI dell'artista|アーティストURI|
        Artiest-URI|URI(s) do artista|
        Artistens URI|روابط الفنانين (URI)|URI καλλιτέχνη/ων|Sanatçı URI|艺人 URI|藝人 URI""",
    Column.ALBUM: """
        Album Name|Album|Album Title|Release|Album-Name|Nombre del álbum|Nom de l'album|Nome dell'album|アルバム名|
        Naam van album|Nome do álbum|Albumets namn|اسم الألبوم|Όνομα άλμπουμ|Albüm Adı|专辑名称|專輯名稱""",
    Column.DURATION_MS: """
        Track Duration (ms)|Duration (ms)|Duration_ms|Length (ms)|Track-Dauer (ms)|Duración de la canción (ms)|
        Durée du titre (ms)|Durata della traccia (ms)|トラックの長さ（ミリ秒）|Nummerduur (ms)|Duração da faixa (ms)|
        Låtlängd (ms)|مدة الأغنية (بالمللي ثانية)|Διάρκεια κομματιού (ms)|Parça Süresi (ms)|曲目时长（毫秒）|
        曲目長度（毫秒）""",
    Column.DURATION: "Duration|Track Duration|Length|Time|Dauer|Durée|Durata|Duración|Track Length",
    Column.ISRC: "ISRC|ISRC Code|Track ISRC",
    Column.PLAYLIST_NAME: "Playlist Name|Playlist",
}


def _folded(name: str) -> str:
    """Return a column's name without what programs write differently: case, blanks, signs, accents' encoding."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in text if letter.isalnum())


_BY_NAME: Final = {
    _folded(name): column for column, names in _NAMES.items() for name in names.split("|") if _folded(name)
}
#: Where both dialects have their columns, for a header in a language that is not known here.
_EXPORTIFY_APP: Final = {
    Column.URI: 0,
    Column.TITLE: 1,
    Column.ARTIST_URIS: 2,
    Column.ARTISTS: 3,
    Column.ALBUM: 5,
    Column.DURATION_MS: 12,
    Column.ISRC: 16,
}
_EXPORTIFY_NET: Final = {Column.URI: 0, Column.TITLE: 1, Column.ALBUM: 2, Column.ARTISTS: 3, Column.DURATION_MS: 5}


def columns_by_name(header: Sequence[str]) -> dict[Column, int]:
    """Return the columns whose names are known; the first of two with one meaning counts."""
    found: dict[Column, int] = {}
    for index, name in enumerate(header):
        column = _BY_NAME.get(_folded(name[:200]))
        if column is not None:
            found.setdefault(column, index)
    return found


def columns_by_content(rows: Sequence[Sequence[str]]) -> dict[Column, int]:
    """Return the columns of a table with an unknown header, or with none, by Spotify's URIs in its first rows."""
    width = max((len(row) for row in rows), default=0)
    for index in range(width):
        cells = [row[index] for row in rows if len(row) > index and row[index].strip()]
        if cells and 2 * sum(spotify_uri(cell) is not None for cell in cells) > len(cells):
            break
    else:
        return {}
    second = [row[2] for row in rows if len(row) > 3]
    if index == 0 and sum(cell.strip().startswith("spotify:artist:") for cell in second) * 2 > len(second) > 0:
        return _known(_EXPORTIFY_APP, width)
    if index == 0 and width > 5 and sum(_is_number(row[5]) for row in rows if len(row) > 5) * 2 > len(rows):
        return _known(_EXPORTIFY_NET, width)
    return {Column.URI: index}


def _known(places: Mapping[Column, int], width: int) -> dict[Column, int]:
    return {column: index for column, index in places.items() if index < width}


def _is_number(text: str) -> bool:
    return text.strip().isascii() and text.strip().isdigit()
