"""What is known of the chosen track's file, and what can be done about it."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from ui.screens.playlist_rows import PairMark, TrackLine
from ui.theme.theme import current
from ui.theme.tokens import RADIUS, TextRole
from ui.widgets.buttons import PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.label import ElidedLabel
from ui.widgets.paint import plane
from ui.widgets.plain import isolated, plain


class TrackPanel(QWidget):
    """Shows one track; the signals name no track, since it is the chosen one that they are about."""

    confirm_requested = Signal()
    unpair_requested = Signal()
    file_dialog_requested = Signal()
    file_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._track: TrackLine | None = None
        self._title = ElidedLabel("", TextRole.BODY, parent=self)
        self._why = ElidedLabel("", TextRole.CAPTION, "secondary", parent=self)
        self._confirm = PrimaryButton("This is right", "check", parent=self)
        self._others = SecondaryButton("Other files", parent=self)
        self._choose = SecondaryButton("Choose file…", "folder_open", parent=self)
        self._unpair = QuietButton("Not this file", parent=self)
        self._confirm.clicked.connect(self.confirm_requested)
        self._choose.clicked.connect(self.file_dialog_requested)
        self._unpair.clicked.connect(self.unpair_requested)
        self._others.clicked.connect(self._open_menu)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addStretch(1)
        words.addWidget(self._title)
        words.addWidget(self._why)
        words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(8)
        layout.addLayout(words, 1)
        for button in (self._unpair, self._others, self._choose, self._confirm):
            layout.addWidget(button)
        self.setFixedHeight(64)
        self.setAccessibleName("Chosen track")
        self.show_track(None)

    def show_track(self, track: TrackLine | None, locked: str | None = None) -> None:
        """Show this track; None while none is chosen. `locked` says why nothing can be changed now."""
        self._track = track
        mark = None if track is None else track.mark
        title, why = _words(track)
        self._title.setText(title)
        self._why.setText(why)
        seen = {
            self._choose: mark not in (None, PairMark.UNSUPPORTED),
            self._confirm: mark is PairMark.CHECK,
            self._others: track is not None and bool(track.others),
            self._unpair: track is not None and track.file is not None,
        }
        for button in seen:
            button.set_locked(locked)
        if any(button.hasFocus() and not stays for button, stays in seen.items()) and seen[self._choose]:
            # Qt would give it to whatever comes next, which is the player bar.
            self._choose.setVisible(True)
            self._choose.setFocus(Qt.FocusReason.MouseFocusReason)
        for button, is_seen in seen.items():
            button.setVisible(is_seen)

    def take_focus(self) -> None:
        """Let the next key be about the chosen track: its yes, or the choice of a file."""
        for button in (self._confirm, self._choose):
            if button.isVisible() and button.isEnabled():
                button.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        plane(QPainter(self), self.rect(), RADIUS, palette.surface, edge=palette.border)

    def _open_menu(self) -> None:
        menu = QMenu(self)
        for choice in self._track.others if self._track is not None else ():
            action = QAction(plain(f"{choice.name} · {choice.why}", 120).replace("&", "&&"), menu)
            action.triggered.connect(lambda _checked=False, path=choice.path: self.file_chosen.emit(path))
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._others.mapToGlobal(QPoint(0, self._others.height() + 4)))


def _words(track: TrackLine | None) -> tuple[str, str]:
    """Return which file it is, and why."""
    if track is None:
        return "Choose a track to see its file", "Drop a music file on a track to pair it by hand."
    if track.mark is PairMark.UNSUPPORTED:
        return "This row is no track that a file could play", "It keeps its place, and both players pass over it."
    if track.file is None and track.others:
        return f"No file for {isolated(track.title)}", "Some come near it: see Other files, or choose one by hand."
    if track.file is None:
        return f"No file was found for {isolated(track.title)}", "Choose it by hand, or drop it on the track."
    score = "" if track.score is None else f"{track.score} of 100"
    more = "" if track.file.why.casefold() == track.reason.casefold() else track.file.why
    why = " · ".join(part for part in (track.reason, score, more) if part)
    return track.file.name, why
