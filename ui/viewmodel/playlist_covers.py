"""Covers of playlists: made of the pictures that their files hold, read in threads, one playlist after the other."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter

from client.library.library import Library
from client.scan.tags import embedded_cover
from ui.viewmodel.covers import decoded

#: As large as a card shows it on a screen of 200 %.
_SIDE: Final = 336
#: So many different pictures make one of four fields.
_FIELDS: Final = 4

_Files = tuple[tuple[Path, int], ...]


class PlaylistCovers:
    """What is known of the covers; a playlist whose files are as before is not read again."""

    def __init__(self) -> None:
        self._made_of: dict[str, _Files] = {}
        self._covers: dict[str, QImage] = {}

    def get(self, playlist_id: str) -> QImage | None:
        """Return a playlist's cover; None where there is none, or none yet."""
        return self._covers.get(playlist_id)

    async def look(self, library: Library, playlist_id: str) -> bool:
        """Read a playlist's cover again if its files are other ones; return whether it was. Errors: StorageError."""
        files = tuple(await library.files_with_cover(playlist_id, _FIELDS))
        if files == self._made_of.get(playlist_id, ()):
            return False
        cover = await asyncio.to_thread(_cover_of, files)
        self._made_of[playlist_id] = files
        if cover is None:
            self._covers.pop(playlist_id, None)
        else:
            self._covers[playlist_id] = cover
        return True


def together(pictures: Sequence[QImage], side: int = _SIDE) -> QImage | None:
    """Return four pictures as the fields of one, the first alone where there are fewer; safe in any thread."""
    if len(pictures) < _FIELDS:
        return _square(pictures[0], side) if pictures else None
    half = side // 2
    made = QImage(2 * half, 2 * half, QImage.Format.Format_RGB32)
    painter = QPainter(made)
    for place, picture in enumerate(pictures[:_FIELDS]):
        painter.drawImage(half * (place % 2), half * (place // 2), _square(picture, half))
    painter.end()
    return made


def _square(picture: QImage, side: int) -> QImage:
    """Return the middle of a picture as a square of this side."""
    least = min(picture.width(), picture.height())
    middle = QRect(0, 0, least, least)
    middle.moveCenter(picture.rect().center())
    smooth = Qt.TransformationMode.SmoothTransformation
    return picture.copy(middle).scaled(side, side, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)


def _cover_of(files: _Files) -> QImage | None:
    pictures: dict[bytes, QImage] = {}
    for path, _mtime_ns in files:
        found = embedded_cover(path)
        if found is not None and found.data not in pictures:
            picture = decoded(found.data, _SIDE)
            if picture is not None:
                pictures[found.data] = picture
    return together(tuple(pictures.values()))
