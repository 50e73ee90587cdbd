"""A page that scrolls: one column of content with the page's margins, no wider than it reads well."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.theme.tokens import PAGE_MARGIN


class ScrollPage(QScrollArea):
    """`content` is the column's layout; put widgets into it, and `add_stretch` at the end."""

    def __init__(self, widest: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setObjectName("scrolled")
        column = QWidget(inner)
        if widest is not None:
            column.setMaximumWidth(widest)
        outer = QHBoxLayout(inner)
        # The title stands where it does on pages with buttons beside it.
        outer.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN - 8, PAGE_MARGIN, PAGE_MARGIN)
        outer.addWidget(column, 1)
        if widest is not None:
            outer.addStretch(0)
        self.content = QVBoxLayout(column)
        self.content.setContentsMargins(0, 0, 0, 0)
        self.content.setSpacing(8)
        self.setWidget(inner)
        self.viewport().setAutoFillBackground(False)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._reveal)

    def _reveal(self, _before: QWidget | None, focus: QWidget | None) -> None:
        """Scroll to what has the focus: Qt does so only where Tab comes from within the page."""
        if focus is not None and self.isAncestorOf(focus) and QApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self.ensureWidgetVisible(focus, 0, PAGE_MARGIN)
