"""Widgets are made ready before they are seen, whatever goes meanwhile."""

import asyncio

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QDialog, QLabel, QStackedWidget, QVBoxLayout, QWidget

from ui.desktop import making_ready
from ui.desktop.making_ready import made_ready


class Painted(QLabel):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.paints = 0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        self.paints += 1
        super().paintEvent(event)


@pytest.fixture
def window(theme, qtbot):
    """A stack of two pages, of which the second has not been seen."""
    stack = QStackedWidget()
    qtbot.addWidget(stack)
    stack.resize(600, 400)
    stack.addWidget(QWidget())
    page = QWidget()
    QVBoxLayout(page).addWidget(Painted("not seen"))
    stack.addWidget(page)
    stack.show()
    return stack


def test_a_page_is_placed_and_drawn_before_it_is_seen(window, in_loop):
    hidden = window.findChild(Painted)

    async def scenario():
        await made_ready(window)

    in_loop(scenario)
    assert window.widget(1).size() == window.size()
    assert hidden.width() > 500
    assert hidden.paints == 1
    assert not hidden.isVisible()


def test_what_is_deleted_meanwhile_is_left_out(window, in_loop, monkeypatch):
    monkeypatch.setattr(making_ready, "_SLICE_S", 0.0)
    dialog = QDialog(window)
    QVBoxLayout(dialog).addWidget(QLabel("a choice"))

    async def scenario():
        making = asyncio.create_task(made_ready(window))
        await asyncio.sleep(0)
        window.findChild(Painted).deleteLater()
        dialog.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        await making

    in_loop(scenario)
    assert window.findChild(Painted) is None
