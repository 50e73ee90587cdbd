"""A soft cover for music whose file has none: always the same one for the same title and artist."""

import colorsys
import hashlib
from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QLinearGradient, QPainter, QRadialGradient

#: Below this size the fine arcs are not seen.
_GROOVED: Final = 64


def generated_cover(title: str, artist: str, pixels: int) -> QImage:
    """Return a square image of `pixels`: two related hues, and two soft shapes placed by a hash of the names."""
    seed = hashlib.blake2b(f"{artist}\0{title}".encode("utf-8", "replace"), digest_size=16).digest()
    # From teal by violet and rose to terracotta: the greens between look muddy when they are soft.
    hue = (0.52 + 0.52 * seed[0] / 256) % 1.0
    near = (hue + 0.05 + seed[1] / 256 * 0.08) % 1.0 if seed[1] % 2 else (hue - 0.05 - seed[1] / 256 * 0.08) % 1.0
    image = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    slope = QLinearGradient(QPointF(0, 0), QPointF(pixels * seed[2] / 255, pixels))
    slope.setColorAt(0, _colour(hue, 0.34, 0.55))
    slope.setColorAt(1, _colour(near, 0.42, 0.28))
    painter.fillRect(image.rect(), QBrush(slope))
    for index, lightness in ((3, 0.68), (6, 0.42)):
        radius = pixels * (0.35 + seed[index] / 255 * 0.3)
        centre = QPointF(pixels * seed[index + 1] / 255, pixels * seed[index + 2] / 255)
        glow = QRadialGradient(centre, radius)
        glow.setColorAt(0, _colour(near if index == 3 else hue, 0.45, lightness, 0.75))
        glow.setColorAt(1, _colour(near if index == 3 else hue, 0.45, lightness, 0.0))
        # Nothing is left of a glow at its rim: a rectangle looks the same and is many times faster.
        painter.fillRect(image.rect(), QBrush(glow))
    if pixels >= _GROOVED:
        _draw_grooves(painter, pixels, seed)
    painter.end()
    return image


def _draw_grooves(painter: QPainter, pixels: int, seed: bytes) -> None:
    """Draw a few fine arcs, as of a record, around a point off the middle."""
    centre = QPointF(pixels * (0.2 + 0.6 * seed[9] / 255), pixels * (0.75 + 0.35 * seed[10] / 255))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ring in range(4):
        radius = pixels * (0.28 + 0.15 * ring)
        pen = painter.pen()
        pen.setStyle(Qt.PenStyle.SolidLine)
        pen.setColor(QColor(255, 255, 255, 34 - 6 * ring))
        pen.setWidthF(max(1.0, pixels / 90))
        painter.setPen(pen)
        painter.drawEllipse(centre, radius, radius)


def _colour(hue: float, saturation: float, lightness: float, alpha: float = 1.0) -> QColor:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return QColor.fromRgbF(red, green, blue, alpha)
