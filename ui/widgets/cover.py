"""A cover with rounded corners: the whole picture, nothing cut off and nothing laid over it."""

from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPixmap, QPixmapCache
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme.covers import generated_cover
from ui.theme.scale import device_ratio
from ui.theme.tokens import RADIUS, RADIUS_SMALL
from ui.widgets.plain import spoken

_LARGE: Final = 120
#: Room for what is in sight, one large cover at 200 % included: KiB.
_CACHE_KIB: Final = 24 * 1024


def draw_cover(painter: QPainter, place: QRect, image: QImage | None, title: str, artist: str) -> None:
    """Draw the picture as large as it fits into `place`; without one, the soft cover made from the names."""
    ratio = device_ratio(painter)
    pixels = max(1, round(place.width() * ratio))
    corner = (RADIUS if place.width() >= _LARGE else RADIUS_SMALL) * ratio
    if image is not None and image.isNull():
        image = None
    # The corner is in device pixels, so that the ratio is in the key, too.
    key = f"cover {(title, artist) if image is None else image.cacheKey()} {pixels} {corner}"
    made = QPixmap()
    if not QPixmapCache.find(key, made):
        made = _rounded(generated_cover(title, artist, pixels) if image is None else image, pixels, corner)
        made.setDevicePixelRatio(ratio)
        if QPixmapCache.cacheLimit() < _CACHE_KIB:
            QPixmapCache.setCacheLimit(_CACHE_KIB)
        QPixmapCache.insert(key, made)
    target = QRectF(0, 0, made.width() / ratio, made.height() / ratio)
    target.moveCenter(QRectF(place).center())
    painter.drawPixmap(target.topLeft(), made)


def _rounded(image: QImage, pixels: int, corner: float) -> QPixmap:
    """Return the picture with round corners, its longer side of so many pixels."""
    if max(image.width(), image.height()) != pixels:
        smooth = Qt.TransformationMode.SmoothTransformation
        image = image.scaled(pixels, pixels, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    made = QPixmap(image.size())
    made.fill(Qt.GlobalColor.transparent)
    path = QPainterPath()
    path.addRoundedRect(QRectF(image.rect()), corner, corner)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipPath(path)
    painter.drawImage(0, 0, image)
    painter.end()
    return made


class Cover(QWidget):
    """A square of `side` pixels; with `side` None it takes the room that it gets, as a square in its middle."""

    def __init__(self, side: int | None = 48, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._title = ""
        self._artist = ""
        if side is not None:
            self.setFixedSize(side, side)
        else:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_cover(self, image: QImage | None, title: str, artist: str) -> None:
        """Show this picture; title and artist name it, and make the soft cover where there is none."""
        self._image = image
        self._title = title
        self._artist = artist
        self.setAccessibleName(f"Cover of {spoken(title)}" if title else "Cover")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        side = min(self.width(), self.height())
        place = QRect(0, 0, side, side)
        place.moveCenter(self.rect().center())
        draw_cover(QPainter(self), place, self._image, self._title, self._artist)
