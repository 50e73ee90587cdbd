"""What is to be played, in which order (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A paired track; `playlist_position` counts unpaired tracks too, so it is the same on every device."""

    playlist_position: int
    track_id: str
    title: str
    artist: str
    file: Path

    @property
    def label(self) -> str:
        """Return how people name the track."""
        return f"“{self.title}” by {self.artist}" if self.artist else f"“{self.title}”"


class PlayQueue:
    """Tracks by playlist position; refused ones stay listed and are passed over."""

    def __init__(self, items: Sequence[QueueItem] = ()) -> None:
        self._items = {item.playlist_position: item for item in sorted(items, key=lambda item: item.playlist_position)}
        self._refused: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._items)

    def item(self, playlist_position: int) -> QueueItem | None:
        """Return the track at a playlist position."""
        return self._items.get(playlist_position)

    def find(self, playlist_position: int, track_id: str) -> QueueItem | None:
        """Return the track that another device names: by position when the id agrees there, else by id alone."""
        item = self._items.get(playlist_position)
        if item is not None and item.track_id == track_id:
            return item
        return next((item for item in self._items.values() if item.track_id == track_id), None)

    def refuse(self, playlist_position: int, reason: str) -> None:
        """Mark a track as unplayable."""
        self._refused[playlist_position] = reason

    def accept(self, playlist_position: int) -> None:
        """Take a mark back: the track can be played after all, now that its file or the disk is mended."""
        self._refused.pop(playlist_position, None)

    def refusal(self, playlist_position: int) -> str | None:
        """Return why a track was refused."""
        return self._refused.get(playlist_position)

    @property
    def playable(self) -> tuple[int, ...]:
        """Return the playlist positions that can be played, in order."""
        return tuple(position for position in self._items if position not in self._refused)

    def first(self) -> QueueItem | None:
        """Return the first track that can be played."""
        return self._items[self.playable[0]] if self.playable else None

    def after(self, playlist_position: int) -> QueueItem | None:
        """Return the next track that can be played."""
        return next((self._items[position] for position in self.playable if position > playlist_position), None)

    def before(self, playlist_position: int) -> QueueItem | None:
        """Return the previous track that can be played."""
        earlier = [position for position in self.playable if position < playlist_position]
        return self._items[earlier[-1]] if earlier else None
