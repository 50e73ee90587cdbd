"""What Spotify knows of a person and of their playlists."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from client.playlist.model import PlaylistTrack

DEFAULT_ACCOUNTS_URL: Final = "https://accounts.spotify.com"
DEFAULT_API_URL: Final = "https://api.spotify.com"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where sign-in and Web API are; a stand-in has both under one address."""

    accounts_url: str = DEFAULT_ACCOUNTS_URL
    api_url: str = DEFAULT_API_URL


@dataclass(frozen=True, slots=True)
class Profile:
    """A person. `account_id` stays for ever and is what accounts are linked by; `user_id` is what owns playlists."""

    account_id: str
    user_id: str
    name: str


class Access(StrEnum):
    """What this person is to a playlist."""

    OWNED = "owned"
    COLLABORATIVE = "collaborative"
    #: Spotify lets apps read its name and nothing more.
    FOLLOWED = "followed"


@dataclass(frozen=True, slots=True)
class PlaylistSummary:
    """One line of a person's list of playlists; `playlist_id` is the URI."""

    playlist_id: str
    name: str
    owner: str
    access: Access
    count_tracks: int | None
    snapshot_id: str
    cover_url: str | None = None

    @property
    def is_readable(self) -> bool:
        """Return whether Spotify lets apps read its rows."""
        return self.access is not Access.FOLLOWED


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of the list of playlists; `count_rows` counts the null entries, too."""

    entries: tuple[PlaylistSummary, ...]
    count_rows: int
    total: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class RowsPage:
    """One page of a playlist's rows; `is_bare` when some lack even the name of a track: ask for all fields."""

    tracks: tuple[PlaylistTrack, ...]
    total: int
    has_more: bool
    is_bare: bool


@dataclass(frozen=True, slots=True)
class PlaylistHead:
    """A playlist's own fields, and its first page; no page when this person may not read it."""

    playlist_id: str
    name: str
    owner: str
    snapshot_id: str
    cover_url: str | None
    first: RowsPage | None
