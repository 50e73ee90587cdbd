"""From a pairing to a queue, and to the track that has to be ready first."""

import contextlib
from typing import Final

from audio.errors import NoTrackError, TrackError
from audio.queue import QueueItem
from audio.service import PlaybackService
from client.pairing import Pairing
from protocol.events import SnapshotState

#: How long a new session waits for the fingerprints of its music; what is not known by then is not told.
FINGERPRINTS_S: Final = 3.0


def queue_of(pairing: Pairing) -> list[QueueItem]:
    """Return the tracks that have a file."""
    return [
        QueueItem(track.playlist_position, track.track_id, track.title, track.artist, track.file)
        for track in pairing.tracks
        if track.file is not None
    ]


async def prepare_first(playback: PlaybackService) -> None:
    """Prepare the first track that can be played: a leader begins with it. Errors: NoTrackError."""
    await _prepare_first_of(playback, list(playback.queue.playable))


async def prepare_for(playback: PlaybackService, snapshot: SnapshotState) -> None:
    """Prepare the track that the leader is at or, when it can't be played here, the next best. Errors: NoTrackError."""
    queue = playback.queue
    wanted = None if snapshot.track_id is None else queue.find(snapshot.playlist_position, snapshot.track_id)
    order = list(queue.playable)
    if wanted is not None:
        order.sort(key=lambda playlist_position: playlist_position != wanted.playlist_position)
    playing = wanted.playlist_position if wanted is not None and snapshot.is_playing else None
    await _prepare_first_of(playback, order, playing=playing, position_ms=snapshot.position_ms)


async def _prepare_first_of(
    playback: PlaybackService, playlist_positions: list[int], *, playing: int | None = None, position_ms: float = 0.0
) -> None:
    """Prepare the first of these tracks that can be played; `playing` is on at the leader's, at about `position_ms`."""
    for playlist_position in playlist_positions:
        is_on = playlist_position == playing
        with contextlib.suppress(TrackError):
            await playback.prepare(playlist_position, position_ms=position_ms if is_on else 0.0, eager=is_on)
            return
    raise NoTrackError("none of the tracks can be played here; what was said of each of them tells why")
