"""The sheet that lists every shortcut (F1)."""

import sys
from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.shell.shortcuts import SHORTCUTS
from ui.theme.tokens import TextRole
from ui.widgets.buttons import SecondaryButton
from ui.widgets.key_cap import KeyCap
from ui.widgets.label import Label

_ARROWS = {"Right": "→", "Left": "←", "Up": "↑", "Down": "↓"}


class ShortcutSheet(QDialog):
    """Two columns of groups; Escape or Close shuts it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        head = Label("Keyboard shortcuts", TextRole.HEADING, parent=self)
        groups = {name: list(shortcuts) for name, shortcuts in groupby(SHORTCUTS, lambda shortcut: shortcut.group)}
        columns = QHBoxLayout()
        columns.setSpacing(48)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(0)
        for place, (name, shortcuts) in enumerate(groups.items()):
            column = left if place == 0 else right
            column.addWidget(Label(name, TextRole.TITLE, heading=True, parent=self))
            column.addSpacing(8)
            grid = QGridLayout()
            grid.setHorizontalSpacing(24)
            grid.setVerticalSpacing(4)
            for line, shortcut in enumerate(shortcuts):
                grid.addWidget(Label(shortcut.words, TextRole.BODY, "secondary", parent=self), line, 0)
                grid.addWidget(_Keys(shortcut.keys[0], self), line, 1, Qt.AlignmentFlag.AlignRight)
            column.addLayout(grid)
            column.addSpacing(24)
        for column in (left, right):
            column.addStretch(1)
            columns.addLayout(column, 1)
        close = SecondaryButton("Close", parent=self)
        close.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 32, 32, 24)
        layout.setSpacing(24)
        layout.addWidget(head)
        layout.addLayout(columns)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self.setMinimumWidth(640)


class _Keys(QWidget):
    """Keys that are pressed together, one cap each; a screen reader says them as they are named."""

    accessible_role = QAccessible.Role.StaticText

    def __init__(self, keys: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(keys)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for key in keys.split("+"):
            cap = "⌘" if key == "Ctrl" and sys.platform == "darwin" else _ARROWS.get(key, key)
            layout.addWidget(KeyCap(cap, self))
