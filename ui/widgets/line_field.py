"""What fields of one line have in common: room at their ends, and the side at which reading begins."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLineEdit, QWidget


class LineField(QLineEdit):
    """A line whose placeholder and text begin where reading begins in the window, whatever letters they have.

    `start` and `end` are pixels that stay free at its ends, beside the padding.
    """

    def __init__(self, start: int = 0, end: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ends = (start, end)
        self._take_side()

    @property
    def right_to_left(self) -> bool:
        """Return whether reading begins on the right."""
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def event(self, event: QEvent) -> bool:
        """Change sides with the window."""
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._take_side()
        return super().event(event)

    def _take_side(self) -> None:
        start, end = self._ends
        side = Qt.AlignmentFlag.AlignRight if self.right_to_left else Qt.AlignmentFlag.AlignLeft
        self.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
        self.setTextMargins(*((end, 0, start, 0) if self.right_to_left else (start, 0, end, 0)))
