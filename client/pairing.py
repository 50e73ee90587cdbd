"""Which local file plays which track of the playlist, and whether that is enough to join a session."""

from dataclasses import dataclass
from pathlib import Path

from protocol.rest import SessionDetail


@dataclass(frozen=True, slots=True)
class PairedTrack:
    """One track of the playlist; `file` is None when it is unpaired."""

    playlist_position: int
    track_id: str
    title: str
    artist: str
    file: Path | None


@dataclass(frozen=True, slots=True)
class Pairing:
    """One playlist with the local files of its tracks, in playlist order."""

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


def load_pairing(path: Path) -> Pairing:
    """Read a PAIRING.json; raise PairingError with the place and what to do."""
    raise NotImplementedError


def check_join(pairing: Pairing, detail: SessionDetail) -> None:
    """Raise PairingError naming what is missing to follow this session (plan, section 3: pre-join validation)."""
    raise NotImplementedError
