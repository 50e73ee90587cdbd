"""How many pixels of the screen, or of a picture, one of ours is."""

from PySide6.QtGui import QPainter


def device_ratio(painter: QPainter) -> float:
    """Return device pixels per logical one where this painter draws.

    Where a widget is drawn into a picture, it is the transformation that knows the picture's scale.
    """
    return max(painter.device().devicePixelRatioF(), abs(painter.deviceTransform().m11()))
