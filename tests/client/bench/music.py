"""A large collection of small real MP3 files, made fast: one piece of silence, and a tag for each."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from client.playlist.model import Playlist, PlaylistTrack
from tests.client.music_files import mp3_frames

_FIRST = ("Morning", "Velvet", "Broken", "Silver", "Northern", "Paper", "Electric", "Hollow", "Golden", "Distant")
_SECOND = ("Light", "River", "Machine", "Garden", "Signal", "Harbour", "Engine", "Winter", "Letter", "Mirror")
_THIRD = ("Song", "Blues", "Theme", "Waltz", "Dream", "Story", "Dance", "Hymn", "March", "Lullaby")
_SONGS_AN_ALBUM = 12
#: MPEG 1 layer III, 128 kbit/s, 44.1 kHz, mono.
_FRAME_128K = bytes.fromhex("fffb90c0")
_FRAME_128K_BYTES = 417
_ALBUMS_A_FOLDER = 4


@dataclass(frozen=True, slots=True)
class Song:
    """What the tags of one file say."""

    number: int

    @property
    def title(self) -> str:
        n = self.number
        numeral = n // 1000
        words = f"{_FIRST[n % 10]} {_SECOND[n // 10 % 10]} {_THIRD[n // 100 % 10]}"
        return words if not numeral else f"{words} No. {numeral}"

    @property
    def album(self) -> str:
        return f"Volume {self.number // _SONGS_AN_ALBUM}"

    @property
    def artist(self) -> str:
        group = self.number // (2 * _SONGS_AN_ALBUM)
        return f"The {_SECOND[group % 10]} {_FIRST[group // 10 % 10]} Band {group // 100}"

    @property
    def duration_ms(self) -> int:
        return 120_000 + self.number * 7919 % 240_000

    @property
    def isrc(self) -> str:
        return f"QZABC{self.number:07}" if self.number % 2 else ""

    @property
    def path(self) -> Path:
        album = self.number // _SONGS_AN_ALBUM
        return Path(f"{album // _ALBUMS_A_FOLDER:04}", f"{album:05}", f"{self.number:06} {self.title}.mp3")


def id3(frames: dict[str, str]) -> bytes:
    """Return an ID3v2.4 tag, as bytes: writing one with mutagen takes longer than the rest of the file."""
    body = b"".join(
        name.encode() + _syncsafe(len(text.encode()) + 1) + b"\0\0\x03" + text.encode()
        for name, text in frames.items()
        if text
    )
    return b"ID3\x04\0\0" + _syncsafe(len(body)) + body


def make_collection(folder: Path, count: int) -> None:
    """Write `count` files."""
    made: set[Path] = set()
    for song in songs(count):
        path = folder / song.path
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        tags = {"TIT2": song.title, "TPE1": song.artist, "TALB": song.album, "TSRC": song.isrc}
        path.write_bytes(id3(tags) + mp3_frames(song.duration_ms))


def make_whole_files(folder: Path, count: int, megabytes: int) -> list[Path]:
    """Write files of 128 kbit/s without tags, each with music of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    frame = _FRAME_128K.ljust(_FRAME_128K_BYTES, b"\0")
    paths = []
    for number in range(count):
        path = folder / f"{number}.mp3"
        first = (_FRAME_128K + bytes(32) + struct.pack(">I", number)).ljust(_FRAME_128K_BYTES, b"\0")
        path.write_bytes(first + frame * (megabytes * 1_000_000 // _FRAME_128K_BYTES))
        paths.append(path)
    return paths


def songs(count: int) -> Iterator[Song]:
    """Yield the songs of a collection."""
    return map(Song, range(count))


def make_playlist(songs_in: int, count: int) -> Playlist:
    """Return a playlist of every so many-th song of a collection of `songs_in`."""
    chosen = [Song(place * songs_in // count) for place in range(count)]
    tracks = tuple(
        PlaylistTrack(
            place,
            f"spotify:track:{song.number:022}",
            song.title,
            (song.artist,),
            song.album,
            song.duration_ms,
            song.isrc or None,
        )
        for place, song in enumerate(chosen)
    )
    return Playlist("spotify:playlist:bench", "Bench", tracks)


def _syncsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))
