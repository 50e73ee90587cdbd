"""What the page of one playlist shows."""

from dataclasses import dataclass

from PySide6.QtGui import QImage

from ui.screens.library import Progress
from ui.screens.playlist_rows import TrackLine


@dataclass(frozen=True, slots=True)
class PlaylistDetailState:
    """Everything that the screen shows.

    `tracks` is None until they are read; `trouble` and `what_to_do` say why they can't be. `lead_locked` and
    `play_locked` say why a session or the music can't be started, None where they can; `locked` why no file can be
    changed. `progress` is a scan or the matching under way; `folder` is where the person's music is.
    """

    name: str = ""
    source: str = ""
    cover: QImage | None = None
    tracks: tuple[TrackLine, ...] | None = None
    trouble: str = ""
    what_to_do: str = ""
    paired: int = 0
    pairable: int = 0
    lead_locked: str | None = None
    play_locked: str | None = None
    locked: str | None = None
    progress: Progress | None = None
    folder: str = ""
