"""Where the music is, so that another player can go on from there."""

from dataclasses import dataclass

from audio.errors import TrackError
from audio.service import PlaybackService
from protocol.events import SnapshotState
from protocol.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a track of the queue, and whether the music moves on from there."""

    playlist_position: int
    position_ms: float
    is_playing: bool


def place_of(playback: PlaybackService) -> Place | None:
    """Return where a player is; None when nothing is loaded."""
    place = playback.place
    return None if place is None else Place(*place, playback.playing)


def place_in(playback: PlaybackService, snapshot: SnapshotState, corrected_ms: float) -> Place | None:
    """Return where a session's music is by now, as its server last heard; None when it had not begun.

    A track that can't be found in the queue counts as none.
    """
    if snapshot.track_id is None:
        return None
    item = playback.queue.find(snapshot.playlist_position, snapshot.track_id)
    if item is None:
        return None
    line = Timeline(snapshot.position_ms, snapshot.corrected_ms, snapshot.is_playing)
    return Place(item.playlist_position, max(0.0, line.position_at(corrected_ms)), snapshot.is_playing)


async def go_to(playback: PlaybackService, place: Place) -> bool:
    """Go there, as the person at this machine would; False when that track can't be played."""
    try:
        await playback.prepare(place.playlist_position, position_ms=place.position_ms)
    except TrackError:
        return False
    playback.track_change(place.playlist_position)
    playback.seek(round(place.position_ms))
    if place.is_playing:
        playback.play()
    return True
