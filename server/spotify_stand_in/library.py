"""Who there is and which playlists they have: data that tests and demos put together."""

import importlib.resources
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import mutagen

#: A person whose playlists others can follow and apps can't read, as Spotify's own.
SPOTIFY_ITSELF: Final = "spotify"
DEMO_PLAYLIST: Final = "lockstepdemo0000000000"
LARGE_PLAYLIST: Final = "lockstepten0000thousand"
LARGE_COUNT: Final = 10_000


class ItemKind(StrEnum):
    """What a row of a playlist holds."""

    TRACK = "track"
    EPISODE = "episode"
    LOCAL = "local"
    #: Spotify keeps the row and gives null for its track.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Item:
    """A track, an episode, somebody's own file, or what is left of a withdrawn track."""

    item_id: str
    name: str
    artists: tuple[str, ...] = ()
    album: str = ""
    duration_ms: int = 180_000
    isrc: str | None = None
    kind: ItemKind = ItemKind.TRACK


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    user_id: str
    name: str | None

    @property
    def account_id(self) -> str:
        """Return the immutable id, which tells nothing of the other one."""
        return f"acct-{self.user_id[::-1]}"


@dataclass(slots=True)
class StoredPlaylist:
    """A playlist; every change gives it another snapshot id. A row that is None is null in Spotify's answer, too."""

    playlist_id: str
    name: str
    owner_id: str
    rows: list[Item | None] = field(default_factory=list)
    collaborative: bool = False
    version: int = 1

    @property
    def snapshot_id(self) -> str:
        """Return what changes with the playlist."""
        return f"snapshot{self.version:08d}"

    def insert(self, index: int, item: Item | None) -> None:
        """Insert a row."""
        self.rows.insert(index, item)
        self.version += 1

    def is_readable_by(self, user_id: str) -> bool:
        """Return whether an app may read the rows for this person."""
        return self.owner_id == user_id or self.collaborative


@dataclass(slots=True)
class Library:
    """All of it; every person follows every playlist. `null_entries` puts a null before each of the list's entries."""

    people: list[Person]
    playlists: dict[str, StoredPlaylist]
    null_entries: bool = False
    #: Rows hold "track" and playlists "tracks", as until 2026.
    former_names: bool = False

    def person(self, user_id: str) -> Person | None:
        """Return somebody by user id."""
        return next((person for person in self.people if person.user_id == user_id), None)

    def add(self, playlist: StoredPlaylist) -> StoredPlaylist:
        """Add a playlist, or put it in the place of its namesake."""
        self.playlists[playlist.playlist_id] = playlist
        return playlist


def demo_library() -> Library:
    """Return two people, the demo music's playlist with the ids of its pairing.json, and lists of every other kind."""
    ann, ben = Person("ann", "Ann"), Person("ben", "Ben")
    library = Library([ann, ben], {})
    folder = importlib.resources.files("assets") / "demo"
    pairing = json.loads((folder / "pairing.json").read_text(encoding="utf-8"))
    rows: list[Item | None] = []
    for track in pairing["tracks"]:
        with importlib.resources.as_file(folder / track["file"]) as path:
            found = mutagen.File(path)
        item_id = track["trackId"].rpartition(":")[2]
        duration_ms = round(found.info.length * 1000) if found is not None else 180_000
        rows.append(Item(item_id, track["title"], (track["artist"],), "Lockstep Demo", duration_ms))
    # Collaborative: both people of a demo may read it.
    library.add(StoredPlaylist(DEMO_PLAYLIST, pairing["playlistName"], ann.user_id, rows, collaborative=True))
    library.add(StoredPlaylist("mixedbag0000000000000a", "A bit of everything", ann.user_id, _mixed_rows()))
    library.add(large_playlist(ann.user_id))
    library.add(StoredPlaylist("followed00000000000000", "Ben's best", ben.user_id, [_numbered(1), _numbered(2)]))
    library.add(StoredPlaylist("37i9dQZF1DXlockstep000", "Today's hits", SPOTIFY_ITSELF, [_numbered(3)]))
    return library


def large_playlist(owner_id: str, count: int = LARGE_COUNT) -> StoredPlaylist:
    """Return a playlist of `count` tracks."""
    rows: list[Item | None] = [_numbered(number) for number in range(count)]
    return StoredPlaylist(LARGE_PLAYLIST, f"{count} tracks", owner_id, rows)


def _numbered(number: int) -> Item:
    return Item(
        f"number{number:016d}",
        f"Track number {number}",
        (f"Artist {number % 97}",),
        f"Album {number % 413}",
        120_000 + number % 180_000,
        f"QZLCK{number:07d}",
    )


def _mixed_rows() -> list[Item | None]:
    twice = _numbered(7)
    return [
        twice,
        Item("", "Home recording", ("My Band",), "Attic tapes", 95_000, kind=ItemKind.LOCAL),
        Item("episode000000000000001", "On running in step", duration_ms=1_800_000, kind=ItemKind.EPISODE),
        Item("", "", kind=ItemKind.WITHDRAWN),
        twice,
        None,
        Item("cyrillic00000000000001", "Группа крови", ("Кино",), "Группа крови", 285_000, "RUA1B8800001"),
        Item("japanese00000000000001", "夜に駆ける", ("YOASOBI",), "夜に駆ける", 261_000),
    ]
