"""From matches to what is played: only what is sure is paired, the rest waits for a person."""

from collections.abc import Sequence
from pathlib import Path

from client.matching.model import Confidence, TrackMatch
from client.pairing import PairedTrack, Pairing
from client.playlist.model import Playlist


def paired_file(match: TrackMatch) -> Path | None:
    """Return the file that plays a row; None while there is none, or none that is sure."""
    if match.confidence is not Confidence.SURE or match.best is None:
        return None
    return match.best.file.path


def to_pairing(playlist: Playlist, matches: Sequence[TrackMatch]) -> Pairing:
    """Return the playlist with its files, as a player's queue takes it."""
    return Pairing(
        playlist.playlist_id,
        playlist.name,
        tuple(
            PairedTrack(
                match.track.playlist_position,
                match.track.track_id,
                match.track.title,
                match.track.artist,
                paired_file(match),
            )
            for match in matches
        ),
    )
