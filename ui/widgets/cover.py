"""A cover with rounded corners: the whole picture, nothing cut off and nothing laid over it."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme.covers import generated_cover
from ui.theme.tokens import RADIUS, RADIUS_SMALL
from ui.widgets.plain import spoken


def draw_cover(painter: QPainter, place: QRect, image: QImage | None, title: str, artist: str) -> None:
    """Draw the picture as large as it fits into `place`; without one, the soft cover made from the names."""
    ratio = painter.device().devicePixelRatioF()
    if image is None or image.isNull():
        image = generated_cover(title, artist, max(1, round(place.width() * ratio)))
    size = image.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    target = QRect(0, 0, size.width(), size.height())
    target.moveCenter(place.center())
    pixels = QSize(round(size.width() * ratio), round(size.height() * ratio))
    if image.size() != pixels:
        image = image.scaled(pixels, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    corner = RADIUS if place.width() >= 120 else RADIUS_SMALL
    path = QPainterPath()
    path.addRoundedRect(QRectF(target), corner, corner)
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    painter.setClipPath(path)
    painter.drawImage(target, image)
    painter.restore()


class Cover(QWidget):
    """A square of `side` pixels; with `side` None it takes the room that it gets, as a square in its middle."""

    def __init__(self, side: int | None = 48, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._title = ""
        self._artist = ""
        self._scaled: tuple[int, QImage] | None = None
        if side is not None:
            self.setFixedSize(side, side)
        else:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_cover(self, image: QImage | None, title: str, artist: str) -> None:
        """Show this picture; title and artist name it, and make the soft cover where there is none."""
        self._image = image
        self._title = title
        self._artist = artist
        self._scaled = None
        self.setAccessibleName(f"Cover of {spoken(title)}" if title else "Cover")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        side = min(self.width(), self.height())
        place = QRect(0, 0, side, side)
        place.moveCenter(self.rect().center())
        painter = QPainter(self)
        draw_cover(
            painter, place, self._fitting(round(side * painter.device().devicePixelRatioF())), self._title, self._artist
        )

    def _fitting(self, pixels: int) -> QImage | None:
        """Return the picture scaled for this size, so that a large one is not scaled at each drawing."""
        if self._image is None or self._image.isNull():
            return None
        if self._scaled is None or self._scaled[0] != pixels:
            scaled = self._image.scaled(
                pixels, pixels, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            self._scaled = (pixels, scaled)
        return self._scaled[1]
