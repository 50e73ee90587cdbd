"""Icons: SVGs of one family, tinted by the theme and drawn for the very pixels that they end up on."""

from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui.theme.scale import device_ratio

#: Icons that point along the reading direction, and are drawn the other way round where that is right to left.
DIRECTIONAL: Final = frozenset({"arrow_back", "chevron_right", "login", "logout", "queue_music", "volume_down"})

#: Sizes in pixels in which the app's icon is kept.
APP_ICON_SIZES: Final = (16, 24, 32, 48, 64, 128, 256, 512)


@cache
def _svg(name: str) -> bytes:
    return (files("assets") / "icons" / f"{name}.svg").read_bytes()


@lru_cache(maxsize=512)
def _drawn(name: str, colour: str, pixels: int, mirrored: bool) -> QImage:
    """Draw an icon of `pixels` device pixels."""
    svg = _svg(name).replace(b"<path ", f'<path fill="{colour}" '.encode())
    image = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return image.flipped(Qt.Orientation.Horizontal) if mirrored else image


def draw(painter: QPainter, rect: QRect, name: str, colour: str, *, mirrored: bool = False) -> None:
    """Draw an icon into the middle of `rect`, as a square of its shorter side, sharp at any scale of the screen."""
    side = min(rect.width(), rect.height())
    image = _drawn(name, colour, max(1, round(side * device_ratio(painter))), mirrored and name in DIRECTIONAL)
    left = rect.x() + (rect.width() - side) // 2
    top = rect.y() + (rect.height() - side) // 2
    painter.drawImage(QRect(left, top, side, side), image)


class _TintedEngine(QIconEngine):
    """Lets Qt's own widgets (fields, menus, lists) show an icon of ours, sharp at any scale."""

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        self._name = name
        self._colour = colour

    def paint(self, painter: QPainter, rect: QRect, _mode: QIcon.Mode, _state: QIcon.State) -> None:
        draw(painter, rect, self._name, self._colour)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _TintedEngine(self._name, self._colour)


def icon(name: str, colour: str) -> QIcon:
    """Return an icon of one colour, for Qt's own widgets; widgets of ours use `draw`."""
    return QIcon(_TintedEngine(name, colour))


@cache
def app_icon() -> QIcon:
    """Return the app's own icon, in all its sizes."""
    made = QIcon()
    folder = files("assets") / "icons" / "app"
    for pixels in APP_ICON_SIZES:
        made.addFile(str(folder / f"lockstep-{pixels}.png"), QSize(pixels, pixels))
    return made
