"""About: version, terms, and the parts that the app is made of."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from ui.screens.settings.state import AboutState, Licence
from ui.theme import icons
from ui.theme.tokens import TextRole
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import Card
from ui.widgets.label import Label
from ui.widgets.row_list import RowList
from ui.widgets.rows import Row
from ui.widgets.search_field import SearchField


class _Mark(QWidget):
    """The app's icon."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(48, 48)

    def paintEvent(self, _event: QPaintEvent) -> None:
        icons.app_icon().paint(QPainter(self), QRect(0, 0, 48, 48))


class LicencesDialog(QDialog):
    """Every part with its version and terms."""

    def __init__(self, licences: tuple[Licence, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._licences = licences
        self.setWindowTitle("Licences")
        self._search = SearchField("Filter", self)
        self._rows = RowList("Licences", 48, self)
        close = SecondaryButton("Close", parent=self)
        head = QHBoxLayout()
        head.addWidget(Label("Licences", TextRole.HEADING, parent=self), 1)
        head.addWidget(self._search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(16)
        layout.addLayout(head)
        layout.addWidget(
            Label(
                "Lockstep is free software under the GNU General Public License, version 3 or later, and is made with:",
                TextRole.BODY,
                "secondary",
                wraps=True,
                parent=self,
            )
        )
        layout.addWidget(self._rows, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTrailing)
        self.resize(640, 560)
        self._search.searched.connect(self._show)
        close.clicked.connect(self.accept)
        self._show("")

    def _show(self, text: str) -> None:
        wanted = text.casefold()
        self._rows.show_rows(
            [
                Row(
                    f"{licence.name} {licence.version}",
                    licence.name,
                    licence.licence,
                    has_cover=False,
                    trailing=licence.version,
                    detail=licence.address,
                )
                for licence in self._licences
                if wanted in f"{licence.name} {licence.licence}".casefold()
            ]
        )


class AboutSection(Card):
    """Icon, version, and the button that opens the licences."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._state = AboutState()
        self._version = Label("", TextRole.CAPTION, "secondary")
        self._licences = SecondaryButton("Licences", "info")
        row = QWidget()
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addStretch(1)
        words.addWidget(Label("Lockstep", TextRole.TITLE))
        words.addWidget(self._version)
        words.addStretch(1)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 12, 0, 12)
        line.setSpacing(16)
        line.addWidget(_Mark(row))
        line.addLayout(words, 1)
        line.addWidget(self._licences)
        self.add(row)
        self._licences.clicked.connect(self.show_licences)

    def show_state(self, state: AboutState) -> None:
        """Show this state."""
        self._state = state
        version = f"Version {state.version}" if state.version else "Unreleased"
        self._version.setText(f"{version} · GPL-3.0-or-later")
        self._licences.set_locked(None if state.licences else "The list is still being read")

    def show_licences(self) -> QDialog:
        """Open the list of all parts; return the dialog."""
        dialog = LicencesDialog(self._state.licences, self.window())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog
