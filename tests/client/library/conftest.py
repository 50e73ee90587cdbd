"""A library in a new folder, and music to put into it."""

import pytest

from client.library.library import Library
from client.playlist.model import Playlist, PlaylistTrack
from tests.client.music_files import write_mp3

NAMES = ("First Light", "Second Wind", "Third Rail", "Fourth Wall")


def track(position: int, title: str, **more) -> PlaylistTrack:
    fields = {"artists": ("Ann",), "album": "Numbers", "duration_ms": 20_000 + 1000 * position, **more}
    return PlaylistTrack(position, f"spotify:track:{title.split(maxsplit=1)[0].lower()}", title, **fields)


@pytest.fixture
def playlist() -> Playlist:
    tracks = tuple(track(position, name) for position, name in enumerate(NAMES))
    return Playlist("spotify:playlist:numbers", "Numbers", tracks, cover_url="https://img.example/1")


@pytest.fixture
def music(tmp_path):
    """A folder with the first three songs of the playlist, each with music of its own."""
    folder = tmp_path / "music"
    for position, name in enumerate(NAMES[:3]):
        song(folder / f"{position}.mp3", name, position)
    return folder


def song(path, title, position, **more):
    # As long as the tags say, so that the files are whole.
    duration_ms = 20_000 + 1000 * position
    frames = round(duration_ms * 44.1 / 1152)
    return write_mp3(
        path, title, "Ann", "Numbers", duration_ms=duration_ms, frames=frames, filler=title.encode(), **more
    )


@pytest.fixture
async def library(tmp_path):
    library = await Library.open(tmp_path / "data")
    yield library
    await library.aclose()
