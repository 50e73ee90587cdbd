"""CSV from Exportify in both its dialects, TuneMyMusic, Soundiiz, and lists of Spotify's links. Pure."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from client.playlist.csv_columns import Column, columns_by_content, columns_by_name
from client.playlist.draft import Remarks, Row, clean
from client.playlist.identity import spotify_uri, spotify_uri_of_id

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE_ROWS: Final = 50
#: A cell goes over no more lines than this; a quotation mark that is never closed costs one row.
_MAX_LINES_A_ROW: Final = 20
#: Below, a bare number is seconds: no track lasts three hours, and none less than ten seconds.
_MIN_MS: Final = 10_000
_UNESCAPED_COMMA: Final = re.compile(r"(?<!\\), ?")


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A table with known columns; `rows` have their number in the file with them, the header being row 1."""

    columns: dict[Column, int]
    rows: list[tuple[int, list[str]]]

    def cell(self, row: list[str], column: Column) -> str:
        """Return what a row says in a column, "" where it says nothing."""
        index = self.columns.get(column)
        return row[index].strip() if index is not None and index < len(row) else ""

    def playlist_names(self) -> list[str]:
        """Return the names of the playlists in the file, in order; none where it has no column for them."""
        if Column.PLAYLIST_NAME not in self.columns:
            return []
        names = (clean(self.cell(row, Column.PLAYLIST_NAME)) for _, row in self.rows)
        return list(dict.fromkeys(name for name in names if name))


def read_table(text: str) -> CsvTable | None:
    """Return the table in a text; None when nothing in it says what its columns are."""
    lines = _LINE_END.split(text)
    first = next((line for line in lines if line.strip()), "")
    if first[:4].casefold() == "sep=" and len(first.strip()) == 5:
        # Excel's way of saying it.
        delimiter, lines = first.strip()[4], lines[lines.index(first) + 1 :]
        first = next((line for line in lines if line.strip()), "")
    else:
        delimiter = max(_DELIMITERS, key=lambda sign: len(_cells(first, sign)))
    records = list(_records(lines, delimiter, len(_cells(first, delimiter))))
    # Spreadsheets leave rows of nothing but delimiters at the end.
    while records and not any(cell.strip() for cell in records[-1][1]) and records[-1][1]:
        records.pop()
    if not records:
        return None
    header = records[0][1]
    columns = columns_by_name(header)
    has_header = not any(spotify_uri(cell) for cell in header)
    body = records[1:] if has_header else records
    if not has_header or not ({Column.URI, Column.TITLE, Column.SPOTIFY_ID} & columns.keys()):
        found = columns_by_content([row for _, row in body[:_SAMPLE_ROWS]])
        columns = found | columns if has_header else found
    elif Column.URI not in columns:
        found = columns_by_content([row for _, row in body[:_SAMPLE_ROWS]])
        columns |= {column: index for column, index in found.items() if column is Column.URI}
    if not ({Column.URI, Column.TITLE, Column.SPOTIFY_ID} & columns.keys()):
        return None
    if not ({Column.URI, Column.SPOTIFY_ID, Column.ARTISTS} & columns.keys()):
        # A title alone names too little; and many a table that is no playlist has a column of that name.
        return None
    return CsvTable(columns, body)


def table_rows(table: CsvTable, remarks: Remarks, playlist_name: str | None = None) -> Iterator[Row]:
    """Yield the rows of a table, or those of one of its playlists."""
    width = max(table.columns.values()) + 1
    for number, cells in table.rows:
        if playlist_name is not None and clean(table.cell(cells, Column.PLAYLIST_NAME)) != playlist_name:
            continue
        place = f"row {number}"
        if len(cells) < min(2, width):
            remarks.add(f"{place}: it breaks off")
        uri = table.cell(cells, Column.URI) or (spotify_uri_of_id(table.cell(cells, Column.SPOTIFY_ID)) or "")
        milliseconds = table.cell(cells, Column.DURATION_MS)
        yield Row(
            place=place,
            title=table.cell(cells, Column.TITLE),
            artists=_artists(table, cells),
            album=table.cell(cells, Column.ALBUM),
            duration_ms=_number(milliseconds) if milliseconds else read_duration(table.cell(cells, Column.DURATION)),
            isrc=table.cell(cells, Column.ISRC),
            uri=uri,
        )


def read_duration(text: str) -> int | None:
    """Return milliseconds of "3:05", "1:02:03", or a number of seconds or milliseconds; None for anything else."""
    if not text:
        return None
    if match := re.fullmatch(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:\.\d+)?", text, re.ASCII):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return 1000 * (3600 * hours + 60 * minutes + seconds)
    number = _number(text)
    if number is None:
        return None
    return number if number >= _MIN_MS else 1000 * number


def _number(text: str) -> int | None:
    return int(text.partition(".")[0]) if re.fullmatch(r"\d{1,12}(\.\d*)?", text, re.ASCII) else None


def _artists(table: CsvTable, cells: list[str]) -> tuple[str, ...]:
    r"""Return the artists: joined by ";" at exportify.net, by ", " with "\," inside of a name at exportify.app.

    Others join names by commas that may as well belong to one; such a cell is one artist.
    """
    text = table.cell(cells, Column.ARTISTS)
    if ";" in text:
        return tuple(name.strip() for name in text.split(";") if name.strip())
    uris = table.cell(cells, Column.ARTIST_URIS)
    if Column.ARTIST_URIS in table.columns:
        names = tuple(name.replace("\\,", ",").strip() for name in _UNESCAPED_COMMA.split(text))
        # Older exports escape no commas: then the URIs count the artists.
        if not uris or len(names) == len(uris.split(",")):
            return tuple(name for name in names if name)
    return (text.replace("\\,", ","),) if text else ()


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _records(lines: list[str], delimiter: str, width: int) -> Iterator[tuple[int, list[str]]]:
    """Yield (number, cells) of all rows but blank ones; a broken row yields what can be read of its first line."""
    at, number = 0, 0
    while at < len(lines):
        line, used = lines[at], 1
        number += 1
        cells = _cells(line, delimiter)
        if line.count('"') % 2 and len(cells) < width:
            used, cells = _joined(lines, at, delimiter, cells, width)
        at += used
        if line.strip():
            yield number, cells


def _joined(lines: list[str], at: int, delimiter: str, alone: list[str], width: int) -> tuple[int, list[str]]:
    """Return a row whose cell goes over lines, and over how many; the first line alone if the cell never ends.

    It has not ended when another row begins, which is told by its width or its URI.
    """
    quotes = lines[at].count('"')
    for end in range(at + 1, min(len(lines), at + _MAX_LINES_A_ROW)):
        more, cells = lines[end].count('"'), _cells(lines[end], delimiter)
        if (more % 2 == 0 and len(cells) >= width > 1) or (cells and spotify_uri(cells[0])):
            break
        quotes += more
        if quotes % 2 == 0:
            return end + 1 - at, _cells("\n".join(lines[at : end + 1]), delimiter)
    return 1, alone
