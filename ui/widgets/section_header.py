"""The head of a page or of a part of it: title, a line under it, and room for buttons at the end."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.theme.tokens import TextRole
from ui.widgets.label import ElidedLabel


class SectionHeader(QWidget):
    """`role` is DISPLAY or HEADING for a page, TITLE for a part of one.

    With `keeps_line` the room of the line under the title stays while there is none: where it comes later, the title is
    not to jump.
    """

    def __init__(
        self,
        title: str,
        subtitle: str = "",
        role: TextRole = TextRole.HEADING,
        *,
        keeps_line: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._title = ElidedLabel(title, role, parent=self)
        self._subtitle = ElidedLabel(subtitle, TextRole.BODY, "secondary", parent=self)
        policy = self._subtitle.sizePolicy()
        policy.setRetainSizeWhenHidden(keeps_line)
        self._subtitle.setSizePolicy(policy)
        self._subtitle.setVisible(bool(subtitle))
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._title)
        words.addWidget(self._subtitle)
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(8)
        self._line.addLayout(words, 1)

    def show_text(self, title: str, subtitle: str = "") -> None:
        """Show another title and line."""
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))

    def add_action(self, widget: QWidget) -> None:
        """Put a button at the end."""
        self._line.addWidget(widget)
