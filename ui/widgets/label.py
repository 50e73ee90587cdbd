"""Texts: one of five sizes, one of a few tones, shown as they are and never as markup."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.theme.tokens import TextRole
from ui.widgets.accessible import explain, take_role
from ui.widgets.paint import draw_text
from ui.widgets.plain import plain, spoken


class Label(QLabel):
    """A text that may take several lines if `wraps`.

    `tone` is one of "primary", "secondary", "muted", "leading", "following", "warning", "error". The two largest sizes
    are headings to a screen reader, others if `heading`.
    """

    def __init__(
        self,
        text: str = "",
        role: TextRole = TextRole.BODY,
        tone: str = "primary",
        *,
        wraps: bool = False,
        heading: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if heading or role in (TextRole.DISPLAY, TextRole.HEADING):
            take_role(self, QAccessible.Role.Heading)
        self._given = ""
        self._width: int | None = None
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("textRole", str(role))
        self.setProperty("tone", tone)
        self.setWordWrap(wraps)
        self._align()
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show the text, without what would steer the screen."""
        if text == self._given:
            return
        self._given = text
        super().setText(plain(text))
        self.setAccessibleName(spoken(text))
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LayoutDirectionChange:
            self._align()
        elif event.type() is QEvent.Type.FontChange:
            self._fit()

    def _align(self) -> None:
        """Begin where reading begins in this window, in whichever script the text is."""
        if not self.alignment() & Qt.AlignmentFlag.AlignHCenter:
            right_to_left = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            side = Qt.AlignmentFlag.AlignRight if right_to_left else Qt.AlignmentFlag.AlignLeft
            vertical = self.alignment() & Qt.AlignmentFlag.AlignVertical_Mask
            self.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | vertical)

    def set_width(self, width: int) -> None:
        """Keep this width, and be as high as the lines need: for texts in the middle of something."""
        self._width = width
        self.setFixedWidth(width)
        self._fit()

    def _fit(self) -> None:
        if self._width is not None:
            self.ensurePolished()
            self.setMinimumHeight(0)
            self.setFixedHeight(max(self.heightForWidth(self._width), self.fontMetrics().height()))

    def set_tone(self, tone: str) -> None:
        """Take another tone."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)


class ElidedLabel(Label):
    """One line that ends in "…" where there is no room; the whole text is its tooltip and what a screen reader says."""

    def __init__(
        self,
        text: str = "",
        role: TextRole = TextRole.BODY,
        tone: str = "primary",
        *,
        heading: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, role, tone, heading=heading, parent=parent)
        self._explained = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """Return room for a few letters: the rest can be left out."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), 24), hint.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        room = self.contentsRect()
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        draw_text(painter, self, room, words, centred=bool(self.alignment() & Qt.AlignmentFlag.AlignHCenter))
        # Drawing knows whether something is left out: to work it out at each change as well costs as much again.
        whole = self.text() if words != self.text() else ""
        if whole != self._explained:
            self._explained = whole
            explain(self, whole)
