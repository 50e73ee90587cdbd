"""Drag files onto a widget, as Qt itself tells it: first that they come, then that they are let go."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

_HOW = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)


def drop(widget: QWidget, place: QPoint, *paths: Path | str) -> None:
    """Drop local files (or addresses, as text) at a place in the widget."""
    hover(widget, place, *paths)
    # An event holds the data, but does not own it.
    data = _data(paths)
    QApplication.sendEvent(widget, QDropEvent(QPointF(place), Qt.DropAction.CopyAction, data, *_HOW))


def hover(widget: QWidget, place: QPoint, *paths: Path | str) -> None:
    """Drag files over a place in the widget, and hold them there."""
    data = _data(paths)
    QApplication.sendEvent(widget, QDragEnterEvent(place, Qt.DropAction.CopyAction, data, *_HOW))


def _data(paths: tuple[Path | str, ...]) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) if isinstance(path, Path) else QUrl(path) for path in paths])
    return data
