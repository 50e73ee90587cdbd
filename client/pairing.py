"""Which local file plays which track of the playlist."""

import contextlib
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from client.errors import PairingError, one_line, shown_path
from protocol import limits
from protocol.wire import Identifier, Name, WireModel

#: Ten thousand tracks take about 3 MB.
MAX_FILE_BYTES = 32 * 1024 * 1024

_Text = Annotated[str, StringConstraints(max_length=1000)]
_FileName = Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True, slots=True)
class PairedTrack:
    """One track of the playlist; `file` is absolute, or None when the track is unpaired."""

    playlist_position: int
    track_id: str
    title: str
    artist: str
    file: Path | None

    def __str__(self) -> str:
        names = one_line(" - ".join(name for name in (self.artist, self.title) if name), 80)
        return names or one_line(self.track_id, 80)


@dataclass(frozen=True, slots=True)
class Pairing:
    """One playlist with the local files of its tracks, in playlist order; a track may stand in it twice."""

    playlist_id: str
    playlist_name: str
    tracks: tuple[PairedTrack, ...]

    @property
    def paired(self) -> tuple[PairedTrack, ...]:
        """Return the tracks that have a file."""
        return tuple(track for track in self.tracks if track.file is not None)

    @property
    def count_paired(self) -> int:
        """Return how many tracks have a file."""
        return len(self.paired)


class _TrackEntry(WireModel):
    track_id: Identifier
    title: _Text
    artist: _Text
    file: _FileName | None


class _PairingFile(WireModel):
    playlist_id: Identifier
    playlist_name: Name
    tracks: Annotated[list[_TrackEntry], Field(min_length=1, max_length=limits.MAX_PLAYLIST_POSITION)]


def load_pairing(path: Path) -> Pairing:
    """Read a PAIRING.json; `file` names are relative to it. The music files themselves are not touched.

    Errors: PairingError with the place in the file and what to do.
    """
    data = _read(path)
    try:
        content = _PairingFile.model_validate_json(data, by_name=False)
    except ValidationError as error:
        raise PairingError(f"{shown_path(path)}: {_finding(error)}") from None
    folder = path.absolute().parent
    tracks = tuple(
        PairedTrack(
            playlist_position=position,
            track_id=entry.track_id,
            title=entry.title,
            artist=entry.artist,
            file=None if entry.file is None else folder / entry.file,
        )
        for position, entry in enumerate(content.tracks)
    )
    return Pairing(content.playlist_id, content.playlist_name, tracks)


def without_lost_files(pairing: Pairing) -> Pairing:
    """Return a pairing whose tracks have no file where there is none any more; blocks for as long as the disk takes."""
    tracks = tuple(
        replace(track, file=None) if track.file is not None and _is_lost(track.file) else track
        for track in pairing.tracks
    )
    return replace(pairing, tracks=tracks)


def save_pairing(pairing: Pairing, path: Path) -> None:
    """Write a PAIRING.json, all of it or nothing; `load_pairing` gives back the same.

    Files under its folder, or reached from there by "..", are named relatively, so that both can be moved together.
    Errors: PairingError when the pairing breaks the format, or the file can't be written.
    """
    folder = path.absolute().parent
    _refuse_odd_names(pairing, path)
    content = {
        "playlistId": pairing.playlist_id,
        "playlistName": pairing.playlist_name,
        "tracks": [
            {
                "trackId": track.track_id,
                "title": track.title,
                "artist": track.artist,
                "file": None if track.file is None else _named_from(folder, track.file),
            }
            for track in pairing.tracks
        ],
    }
    try:
        checked = _PairingFile.model_validate(content, by_name=False)
        text = checked.model_dump_json(by_alias=True, indent=2) + "\n"
    except ValidationError as error:
        raise PairingError(f"{shown_path(path)}: can't be written: {_finding(error)}") from None
    _write(path, text.encode())


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise PairingError(f"{shown_path(path)}: there is no such file; check the name") from None
    except IsADirectoryError:
        raise PairingError(f"{shown_path(path)}: this is a folder; name the PAIRING.json in it") from None
    except PermissionError:
        raise PairingError(f"{shown_path(path)}: this file may not be read; check its permissions") from None
    except (OSError, ValueError) as error:
        raise PairingError(f"{shown_path(path)}: can't be read ({one_line(str(error))})") from None
    if len(data) > MAX_FILE_BYTES:
        raise PairingError(f"{shown_path(path)}: larger than {MAX_FILE_BYTES // 1024**2} MB; this is no pairing")
    # Windows editors put a byte order mark first.
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise PairingError(f"{shown_path(path)}: the file is empty; pair the playlist again")
    return data


def _is_lost(file: Path) -> bool:
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        # It may be there; whoever opens it says what is wrong.
        return False
    return False


def _named_from(folder: Path, file: Path) -> str:
    """Return how a file is named in a PAIRING.json of a folder: relatively, where that leads to the same file."""
    file = file.absolute()
    if file.is_relative_to(folder):
        return file.relative_to(folder).as_posix()
    with contextlib.suppress(ValueError, OSError):
        # ".." leaves a folder that is a link by another way than it was entered.
        if len(Path(os.path.commonpath([folder, file])).parts) > 1 and folder.resolve() == folder:
            return Path(os.path.relpath(file, folder)).as_posix()
    return file.as_posix()


def _refuse_odd_names(pairing: Pairing, path: Path) -> None:
    """Raise PairingError for a file whose name is no Unicode, which JSON can't hold."""
    for track in pairing.tracks:
        try:
            os.fspath(track.file or "").encode()
        except UnicodeEncodeError:
            odd = f"the name of the file of {track} is no text"
            raise PairingError(f"{shown_path(path)}: can't be written: {odd}; rename it") from None


def _write(path: Path, data: bytes) -> None:
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.absolute().parent, prefix=".pairing-", delete=False) as file:
            temporary = Path(file.name)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # A temporary file is for its owner's eyes alone; a pairing is no secret.
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        temporary.replace(path)
    except (OSError, ValueError) as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
        why = one_line(str(getattr(error, "strerror", None) or error))
        raise PairingError(
            f"{shown_path(path)}: can't be written ({why}); choose another folder, or make room"
        ) from None


def _finding(error: ValidationError) -> str:
    finding = error.errors(include_url=False, include_input=False)[0]
    if finding["type"] == "json_invalid":
        return f"not JSON ({one_line(str(finding['ctx']['error']))}); pair the playlist again or mend the file there"
    if finding["loc"] == ("tracks",) and finding["type"] == "too_short":
        return "tracks: the list is empty; pair at least one track"
    place = _place(finding["loc"]) or "the file as a whole"
    if finding["type"] == "missing":
        return f"{place} is missing"
    hint = "; write null for a track without a file" if finding["loc"][-1:] == ("file",) else ""
    return f"{place}: {one_line(finding['msg'])}{hint}"


def _place(location: tuple[Any, ...]) -> str:
    """Return a place as people read JSON: tracks[3].file."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(".")
