"""Widgets made ready before they are seen, a few at a time: the first look at a page is then as quick as any other."""

import asyncio
import time
from typing import Final

from PySide6.QtCore import QPoint
from PySide6.QtGui import QPixmap, QRegion
from PySide6.QtWidgets import QStackedWidget, QWidget
from shiboken6 import isValid

#: Well below a frame, so that what the person does meanwhile is not kept waiting.
_SLICE_S: Final = 0.004


async def made_ready(window: QWidget) -> None:
    """Let every widget find its style, its place and its letters, which Qt would else do for a whole page at once.

    What goes meanwhile is left out, and so are dialogs, which come and go.
    """
    began_s = time.perf_counter()
    widgets = window.findChildren(QWidget)
    for make_ready in (QWidget.ensurePolished, _lay_out, _draw):
        for widget in widgets:
            if isValid(widget) and widget.window() is window:
                make_ready(widget)
            if time.perf_counter() - began_s > _SLICE_S:
                await asyncio.sleep(0)
                began_s = time.perf_counter()


def _lay_out(widget: QWidget) -> None:
    """Place what is in this widget, as large as its stack would show it."""
    stack = widget.parentWidget()
    if isinstance(stack, QStackedWidget) and not widget.isVisible():
        widget.resize(stack.size())
    layout = widget.layout()
    if layout is not None and not widget.isVisible():
        layout.activate()


def _draw(widget: QWidget) -> None:
    """Draw this widget alone for nobody: the letters, icons and rules of style that it needs are kept."""
    if not widget.isVisible() and not widget.size().isEmpty():
        widget.render(QPixmap(widget.size()), QPoint(), QRegion(), QWidget.RenderFlag(0))
