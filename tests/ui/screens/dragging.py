"""Drag files onto a widget, as Qt itself tells it: first that they come, then that they are let go."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget


def drop(widget: QWidget, place: QPoint, *paths: Path | str) -> None:
    """Drop local files (or addresses, as text) at a place in the widget."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) if isinstance(path, Path) else QUrl(path) for path in paths])
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, QDragEnterEvent(place, *how))
    QApplication.sendEvent(widget, QDropEvent(QPointF(place), *how))
