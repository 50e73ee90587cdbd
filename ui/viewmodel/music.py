"""Music: a pairing of the library becomes the player's queue."""

import asyncio
from collections.abc import Mapping

from client.errors import PairingError
from client.fingerprint.model import Fingerprint
from client.library.library import Library
from client.pairing import Pairing
from ui.session.music import queue_of
from ui.viewmodel.context import Context
from ui.viewmodel.now_playing import PlayingModel


class Music:
    """Load playlists into the player, and know what recordings they are."""

    def __init__(self, context: Context, playing: PlayingModel) -> None:
        self._context = context
        self.playing = playing
        self.playlist_id = ""
        #: Whether a pairing has changed since the queue was loaded.
        self.is_outdated = False

    async def load(self, pairing: Pairing) -> None:
        """Replace the queue by the paired tracks of a playlist; the music stops. Errors: ClientError, NotNowError."""
        if not pairing.paired:
            raise PairingError("no track of this playlist has a file; pair at least one")
        library = await self._context.library()
        playlist = await library.playlist(pairing.playlist_id)
        durations_ms = {track.playlist_position: track.duration_ms for track in playlist.tracks}
        self.playing.load(pairing.playlist_name, queue_of(pairing), durations_ms)
        self.playlist_id, self.is_outdated = pairing.playlist_id, False

    async def fingerprints(self, library: Library, pairing: Pairing, seconds: float) -> Mapping[str, Fingerprint]:
        """Return the fingerprints of the paired files by path; nothing when it takes longer than this."""
        try:
            async with asyncio.timeout(seconds):
                by_track = await library.fingerprints(pairing.playlist_id)
        except TimeoutError:
            return {}
        return {str(track.file): by_track[track.track_id] for track in pairing.paired if track.track_id in by_track}
