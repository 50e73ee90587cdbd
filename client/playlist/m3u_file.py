"""M3U and M3U8: files in order, with what EXTINF says of them."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final
from urllib.parse import unquote, urlsplit

from client.playlist.draft import Remarks, Row, clean, clean_duration
from client.playlist.identity import spotify_uri
from client.playlist.model import TrackKind

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_SUFFIXES: Final = frozenset(
    {".mp3", ".mp2", ".flac", ".m4a", ".mp4", ".aac", ".alac", ".ogg", ".oga", ".opus", ".wav", ".aif", ".aiff", ".wma"}
    | {".ape", ".mpc", ".wv", ".tta", ".mka"}
)
#: Possessive, so that a line of blanks takes no time.
_EXTINF: Final = re.compile(r'#EXTINF:\s*+(-?[\d.]*+)(?:\s++[\w-]++="[^"]*+")*+\s*+,?(.*)', re.IGNORECASE)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")
_MAX_PATH_LENGTH: Final = 4096
_SAMPLE_LINES: Final = 50


def is_m3u(text: str) -> bool:
    """Return whether a text says itself that it is an M3U."""
    return text.lstrip("\ufeff \t\r\n")[:7].upper() in {"#EXTM3U", "#EXTINF"}


def lists_files(text: str) -> bool:
    """Return whether most lines of a text name music files, as in an M3U that says nothing of itself."""
    lines = [line.strip() for line in _LINE_END.split(text[:65_536]) if line.strip()][:_SAMPLE_LINES]
    names = [line for line in lines if not line.startswith("#")]
    music = sum(PureWindowsPath(name[:_MAX_PATH_LENGTH]).suffix.lower() in _SUFFIXES for name in names)
    return 2 * music > len(names)


def is_stream(text: str) -> bool:
    """Return whether a text is the list of a stream's pieces (HLS), which is an M3U by its form only."""
    return "#EXT-X-" in text[:65_536].upper()


def m3u_name(text: str) -> str:
    """Return the playlist's name, "" where it says none."""
    match = re.search(r"^#PLAYLIST:(.*)$", text[:65_536], re.IGNORECASE | re.MULTILINE)
    return clean(match[1]) if match else ""


def m3u_rows(text: str, folder: Path, remarks: Remarks) -> Iterator[Row]:
    """Yield the rows of an M3U that stands in `folder` (absolute); relative names count from there."""
    about: dict[str, str] = {}
    for number, line in enumerate(_LINE_END.split(text), start=1):
        entry = line.strip().lstrip("\ufeff")
        if not entry:
            continue
        if entry.startswith("#"):
            _take_directive(entry, about)
            continue
        yield _row(f"line {number}", entry, folder, about, remarks)
        about = {}


def _take_directive(line: str, about: dict[str, str]) -> None:
    if match := _EXTINF.match(line):
        about["seconds"], about["names"] = match[1], match[2].strip()
        return
    name, _, value = line.partition(":")
    if name.upper() in {"#EXTALB", "#EXTART", "#EXTTITLE"}:
        about[name.upper()] = value.strip()


def _row(place: str, entry: str, folder: Path, about: dict[str, str], remarks: Remarks) -> Row:
    artist, title = about.get("#EXTART", ""), about.get("names", "")
    if not artist and " - " in title:
        artist, title = (part.strip() for part in title.split(" - ", 1))
    elif artist:
        title = title.removeprefix(f"{artist} - ")
    uri = spotify_uri(entry)
    file_hint = None
    kind = None
    if uri is None:
        file_hint = file_of(entry, folder, place, remarks)
        if file_hint is None and _SCHEME.match(entry):
            kind = TrackKind.UNSUPPORTED
            remarks.add(f"{place}: this is a stream and no file; it can't be paired")
    if not title and uri is None:
        title = PureWindowsPath(file_hint.name).stem if file_hint is not None else entry
    return Row(
        place=place,
        title=title,
        artists=(artist,) if artist else (),
        album=about.get("#EXTALB", ""),
        duration_ms=_duration_ms(about.get("seconds", "")),
        uri=uri or "",
        kind=kind,
        file_hint=file_hint,
    )


def _duration_ms(seconds: str) -> int | None:
    """Return an EXTINF's seconds, with decimals or without, in ms; -1 and 0 say that it is unknown."""
    try:
        return clean_duration(1000 * float(seconds))
    except ValueError:
        return None


def file_of(entry: str, folder: Path, place: str, remarks: Remarks) -> Path | None:
    """Return the absolute path that an entry names, in any system's way of writing it; None when it names no file."""
    if entry[:5].lower() == "file:":
        entry = _path_of_uri(entry)
    elif _SCHEME.match(entry):
        return None
    if not entry or "\0" in entry or len(entry) > _MAX_PATH_LENGTH:
        remarks.add(f"{place}: it names no possible file")
        return None
    if _DRIVE.match(entry) or entry.startswith("\\\\"):
        windows = PureWindowsPath(entry)
        if isinstance(folder, PureWindowsPath):
            return folder / windows
        # Another computer's drive; but a playlist often lies beside its music.
        remarks.add(f"{place}: {clean(entry)} is on another computer; {clean(windows.name)} is looked for here instead")
        return folder / windows.name if windows.name else None
    if isinstance(folder, PurePosixPath) and "\\" in entry and "/" not in entry:
        entry = entry.replace("\\", "/")
    path = folder / entry
    if "%" in entry and not _exists(path) and _exists(decoded := folder / unquote(entry)):
        # VLC writes names as in an address.
        return decoded
    return path


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _path_of_uri(uri: str) -> str:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    path = unquote(parts.path)
    if re.match(r"/[A-Za-z]:", path):
        return path[1:]
    if parts.netloc and parts.netloc.lower() != "localhost":
        return f"\\\\{parts.netloc}{path}".replace("/", "\\")
    return path
