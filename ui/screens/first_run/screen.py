"""The first run: one step at a time, with the way back and the way past."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.screens.file_dialogs import suggested_folder
from ui.screens.first_run.done_page import DonePage
from ui.screens.first_run.state import FirstRunState, FolderState, Step, is_done
from ui.screens.first_run.step_page import StepPage
from ui.screens.first_run.steps import FolderPage, PlaylistsPage, ServerPage
from ui.shell.page_stack import PageStack
from ui.theme import icons
from ui.theme.theme import current, font
from ui.theme.tokens import PAGE_MARGIN, TextRole
from ui.widgets.announce import announce
from ui.widgets.buttons import PrimaryButton, QuietButton
from ui.widgets.paint import draw_text, logical

_ORDER: Final = tuple(Step)
_DOT: Final = 8
#: The dot of the step that is shown.
_LONG: Final = 20
_GAP: Final = 12
#: As the sidebar has them.
_LOGO: Final = 32
_LOGO_LEFT: Final = 20
_WORDS_LEFT: Final = 62


class _Dots(QWidget):
    """How far one is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._at = 0
        self.setFixedSize(_LONG + (len(_ORDER) - 1) * (_DOT + _GAP), _DOT)

    def sizeHint(self) -> QSize:
        return self.size()

    def show_step(self, step: Step) -> None:
        self._at = _ORDER.index(step)
        self.setAccessibleName(f"Step {self._at + 1} of {len(_ORDER)}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        right_to_left = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = 0.0
        for index in range(len(_ORDER)):
            width = _LONG if index == self._at else _DOT
            painter.setBrush(QColor(palette.text if index <= self._at else palette.pressed))
            box = QRectF(left, 0, width, _DOT)
            if right_to_left:
                box.moveRight(self.width() - left)
            painter.drawRoundedRect(box, _DOT / 2, _DOT / 2)
            left += width + _GAP


class _Brand(QWidget):
    """Whose window this is, where the sidebar says it later."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(_LOGO)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        icons.app_icon().paint(painter, logical(self.rect(), self, QRect(_LOGO_LEFT, 0, _LOGO, _LOGO)))
        painter.setFont(font(TextRole.TITLE, weight=700))
        painter.setPen(current().palette.text)
        area = logical(self.rect(), self, QRect(_WORDS_LEFT, 0, self.width() - _WORDS_LEFT, _LOGO))
        draw_text(painter, self, area, "Lockstep")


class FirstRunScreen(QWidget):
    """Shows a FirstRunState. `next_requested` comes by Continue and by Skip alike, `finished` at the end."""

    folder_chosen = Signal(str)
    sign_in_requested = Signal()
    sign_in_cancel_requested = Signal()
    import_chosen = Signal(list)
    server_requested = Signal(str)
    name_requested = Signal(str)
    next_requested = Signal()
    back_requested = Signal()
    finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: FirstRunState | None = None
        self.folder = FolderPage()
        self.playlists = PlaylistsPage()
        self.server = ServerPage()
        self._done = DonePage()
        self._pages: dict[Step, StepPage] = {
            Step.FOLDER: self.folder,
            Step.PLAYLISTS: self.playlists,
            Step.SERVER: self.server,
            Step.DONE: self._done,
        }
        self._stack = PageStack(self)
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._dots = _Dots(self)
        self._back = QuietButton("Back", "arrow_back", parent=self)
        # The dots stay in the middle when there is no way back.
        policy = self._back.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._back.setSizePolicy(policy)
        self._skip = QuietButton("Skip", parent=self)
        self._next = PrimaryButton("Continue", parent=self)
        self._lay_out()
        self._back.clicked.connect(self.back_requested)
        self._skip.clicked.connect(self.next_requested)
        self._next.clicked.connect(self._go_on)
        self.folder.folder_chosen.connect(self.folder_chosen)
        self.playlists.sign_in_requested.connect(self.sign_in_requested)
        self.playlists.sign_in_cancel_requested.connect(self.sign_in_cancel_requested)
        self.playlists.import_chosen.connect(self.import_chosen)
        self.server.server_requested.connect(self.server_requested)
        self.server.name_requested.connect(self.name_requested)
        self.server.name_typed.connect(self._on_typed)
        self.server.name_confirmed.connect(self._on_confirmed)
        # Before anything else is loaded: a button that comes later would push the other from under the pointer.
        self.show_state(FirstRunState(folder=FolderState(suggestion=suggested_folder())))

    def show_state(self, state: FirstRunState) -> None:
        """Show this state; a new step is announced."""
        before, self._state = self._state, state
        if state == before:
            return
        self.folder.show_state(state.folder)
        self.playlists.show_state(state.playlists)
        self.server.show_state(state.server)
        self._done.show_state(state)
        self._dots.show_step(state.step)
        self._stack.show_page(self._pages[state.step])
        self._show_ways(state)
        if before is not None and before.step is not state.step:
            announce(self, f"{self._dots.accessibleName()}. {self._pages[state.step].title}")
            self._pages[state.step].take_focus()
            if state.step is Step.DONE:
                self._next.setFocus(Qt.FocusReason.MouseFocusReason)

    def _show_ways(self, state: FirstRunState) -> None:
        """Show the way back, and the way on or past: a name counts while it is being typed."""
        typed = self.server.typed_name
        if state.step is Step.SERVER and typed and typed != state.server.name:
            state = replace(state, server=replace(state.server, name=typed, name_trouble=""))
        done = is_done(state, state.step)
        self._back.setVisible(state.step is not Step.FOLDER)
        self._next.set_words("Open Lockstep" if state.step is Step.DONE else "Continue")
        shown, gone = (self._next, self._skip) if done else (self._skip, self._next)
        was_asked = done and gone.isVisible() and state.step in (Step.FOLDER, Step.PLAYLISTS)
        takes_focus = gone.hasFocus() or (was_asked and self._stack.isAncestorOf(self.window().focusWidget()))
        shown.show()
        if takes_focus:
            # Qt would give it to the next one, which is the way back.
            shown.setFocus(Qt.FocusReason.MouseFocusReason)
        gone.hide()

    def _on_typed(self) -> None:
        if self._state is not None:
            self._show_ways(self._state)

    def _on_confirmed(self) -> None:
        """Go on by Enter in the last field, if that is all that was missing."""
        if self._next.isVisible():
            self._go_on()

    def _go_on(self) -> None:
        if self._state is not None and self._state.step is Step.DONE:
            self.finished.emit()
        else:
            self.next_requested.emit()

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setContentsMargins(PAGE_MARGIN, 0, PAGE_MARGIN, 0)
        foot.setSpacing(12)
        start = QHBoxLayout()
        start.addWidget(self._back)
        start.addStretch(1)
        foot.addLayout(start, 1)
        foot.addWidget(self._dots)
        ends = QHBoxLayout()
        ends.setSpacing(12)
        ends.addStretch(1)
        ends.addWidget(self._skip)
        ends.addWidget(self._next)
        foot.addLayout(ends, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 20, 0, PAGE_MARGIN)
        layout.setSpacing(0)
        layout.addWidget(_Brand(self))
        layout.addWidget(self._stack, 1)
        layout.addLayout(foot)
