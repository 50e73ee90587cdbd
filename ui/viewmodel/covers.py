"""Covers and albums out of the files themselves, read in threads; the last few are kept."""

import asyncio
import hashlib
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from client.scan.outcome import ScannedFile
from client.scan.tags import embedded_cover, read_file
from ui.viewmodel.playing_states import Details

#: As large as Now Playing shows it on a screen of 200 %.
_SIDE: Final = 1200
#: Decoded ones, of up to 6 MB each: back and forth between two tracks reads nothing again ...
_KEPT: Final = 4
#: ... and as files, for lock screens.
_KEPT_FILES: Final = 24
_FOLDER: Final = "covers"


class Covers:
    """What is known of files beyond the queue's words; `folder` keeps the picture that the desktop is shown."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / _FOLDER
        self._kept: dict[Path, Details] = {}

    async def details(self, file: Path) -> Details:
        """Return album and cover of a file; what can't be read is not there."""
        known = self._kept.pop(file, None)
        if known is None:
            known = await asyncio.to_thread(self._read, file)
        self._kept[file] = known
        while len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return known

    def _read(self, file: Path) -> Details:
        scanned = read_file(str(file))
        album = scanned.file.album if isinstance(scanned, ScannedFile) else ""
        found = embedded_cover(file)
        image = None if found is None else decoded(found.data)
        return Details(album, image, None if image is None or found is None else self._shown_file(image, found.data))

    def _shown_file(self, image: QImage, data: bytes) -> Path | None:
        """Return a file of the picture, for lock screens; the one before it goes."""
        file = self._folder / f"{hashlib.sha256(data).hexdigest()[:16]}.png"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for old in sorted(self._folder.glob("*.png"), key=lambda it: it.stat().st_mtime)[:-_KEPT_FILES]:
                old.unlink(missing_ok=True)
        except OSError:
            return None
        small = image.scaled(512, 512, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        return file if file.exists() or small.save(str(file)) else None


def decoded(data: bytes, side: int = _SIDE) -> QImage | None:
    """Return a picture no larger than it is shown, `side` pixels at most; None when it is none. Safe in any thread."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > side:
        reader.setScaledSize(size.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image
