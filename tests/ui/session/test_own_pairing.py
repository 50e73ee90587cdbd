import pytest

from client.library.library import Library
from client.playlist.model import Playlist, PlaylistTrack
from protocol.events import SnapshotState
from protocol.rest import QueueTrack, SessionDetail, SessionStatus
from tests.client.music_files import write_mp3
from ui.session.own_pairing import own_pairing

IDS = [f"spotify:track:{number:022}" for number in range(3)]
NAMES = ("First Light", "Second Wind", "Third Rail")


def detail(playlist_id, queue=None):
    snapshot = SnapshotState(
        playlist_id=playlist_id, playlist_position=0, position_ms=0, is_playing=False, corrected_ms=1_700_000_000_000
    )
    return SessionDetail(
        session_id="s",
        host_display_name="Ana",
        playlist_id=playlist_id,
        playlist_name="Numbers",
        paired_track_count=3,
        created_at=1_700_000_000_000,
        status=SessionStatus.WAITING,
        snapshot=snapshot,
        queue=None if queue is None else [QueueTrack(playlist_position=at, track_id=name) for at, name in queue],
    )


@pytest.fixture
async def library(tmp_path):
    """A library with a playlist that came from a file, every track of it paired."""
    for number, name in enumerate(NAMES):
        write_mp3(tmp_path / "music" / f"{number}.mp3", name, "Ann", "Numbers", duration_ms=2000, frames=77)
    opened = await Library.open(tmp_path / "data")
    tracks = tuple(
        PlaylistTrack(number, IDS[number], name, ("Ann",), "Numbers", 2000) for number, name in enumerate(NAMES)
    )
    await opened.add_folder(tmp_path / "music")
    await opened.scan()
    await opened.save_playlist(Playlist("lockstep:playlist:from-a-file", "Numbers", tracks))
    await opened.save_playlist(Playlist("lockstep:playlist:another", "Others", tracks[::-1]))
    yield opened
    await opened.aclose()


async def test_a_playlist_is_known_by_its_id(library):
    found = await own_pairing(library, detail("lockstep:playlist:from-a-file"))
    assert (found.playlist_id, found.count_paired) == ("lockstep:playlist:from-a-file", 3)


async def test_a_playlist_of_another_id_is_known_by_its_tracks_in_their_places(library):
    queue = list(enumerate(IDS))
    found = await own_pairing(library, detail("spotify:playlist:there", queue))
    assert (found.playlist_id, found.count_paired) == ("lockstep:playlist:from-a-file", 3)
    assert await own_pairing(library, detail("spotify:playlist:there", [*queue[:2], (2, "spotify:track:else")])) is None
    assert await own_pairing(library, detail("spotify:playlist:there")) is None


async def test_a_file_that_is_gone_is_no_file(library, tmp_path):
    (tmp_path / "music" / "1.mp3").unlink()
    found = await own_pairing(library, detail("lockstep:playlist:from-a-file"))
    assert [track.file is None for track in found.tracks] == [False, True, False]
