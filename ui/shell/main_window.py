"""The window: sidebar, the screens that were registered by name, player bar, messages and shortcuts."""

import contextlib
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QCloseEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget
from shiboken6 import isValid

from ui.shell.page_stack import PageStack
from ui.shell.player_bar import PlayerBar
from ui.shell.sections import LABELS, Section
from ui.shell.shortcut_sheet import ShortcutSheet
from ui.shell.shortcuts import REPEATING, SHORTCUTS, WITHOUT_CHROME, Action
from ui.shell.sidebar import Sidebar, SidebarState
from ui.shell.window_place import WindowPlace, load_place, save_place
from ui.theme import icons
from ui.theme.tokens import MINIMUM_WINDOW, PLAYER_BAR_HEIGHT
from ui.widgets.accessible import take_role
from ui.widgets.question import Question
from ui.widgets.search_field import SearchField
from ui.widgets.toast_stack import ToastStack

_FIRST_SIZE: Final = (1280, 800)
_LEAST_FIRST: Final = (1000, 640)
_TITLE_BAR: Final = 48
#: Below this width the sidebar is icons alone.
_WIDE: Final = 1100
_SEEK_STEP_MS: Final = 5_000
_VOLUME_STEP: Final = 5


def _first_size(screen: QSize) -> QSize:
    """Return the size of the first start: on a small screen it leaves room for the title bar."""
    return QSize(*_FIRST_SIZE).boundedTo(screen - QSize(0, _TITLE_BAR)).expandedTo(QSize(*_LEAST_FIRST))


class MainWindow(QMainWindow):
    """Shows screens by name; what the person wants comes as signals.

    `shortcut_used(action)` comes for every shortcut that the window does not do itself. `close_confirmed()` comes when
    the window closes for good. With `place_file` its size, place and section are kept there.
    """

    screen_shown = Signal(str)
    shortcut_used = Signal(str)
    close_confirmed = Signal()

    def __init__(self, place_file: Path | None = None) -> None:
        super().__init__()
        self._place_file = place_file
        self._screens: dict[str, QWidget] = {}
        self._section_of: dict[str, Section] = {}
        self._last_of: dict[Section, str] = {}
        self._held: dict[Section, str] = {}
        self._question: tuple[str, str, str] | None = None
        self._asking: Question | None = None
        #: The section that was looked at last time: its screen is the one to add first.
        self.first_section = Section.LIBRARY
        self.sidebar = Sidebar(self)
        self.player_bar = PlayerBar(self)
        self._stack = PageStack(self)
        self.toasts = ToastStack(self._lay_out(), PLAYER_BAR_HEIGHT + 16)
        self.setWindowTitle("Lockstep")
        self.setWindowIcon(icons.app_icon())
        self.setMinimumSize(*MINIMUM_WINDOW)
        self.resize(_first_size(self.screen().availableGeometry().size()))
        self.sidebar.section_requested.connect(lambda section: self.show_section(Section(section)))
        # When the screen has found its place.
        self.screen_shown.connect(lambda _name: QTimer.singleShot(0, self.toasts, self.toasts.make_way))
        self.player_bar.now_playing_requested.connect(lambda: self.show_section(Section.NOW_PLAYING))
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._keep_focus)
        self._restore_place()
        self._make_shortcuts()

    def add_screen(self, name: str, screen: QWidget, section: Section, title: str = "") -> None:
        """Register a screen; `section` is the entry of the sidebar that is marked while it is shown.

        `title` is what a screen reader calls it, the section's words if it has none.
        """
        if name in self._screens:
            raise ValueError(f"there is already a screen named {name!r}")
        screen.setObjectName("page")
        screen.setAccessibleName(title or LABELS[section][1])
        take_role(screen, QAccessible.Role.Grouping)
        self._screens[name] = screen
        self._section_of[name] = section
        self._stack.addWidget(screen)
        self._put_player_last()
        if len(self._screens) == 1:
            self.show_screen(name)

    def screen_named(self, name: str) -> QWidget:
        """Return a registered screen; KeyError where there is none of that name."""
        return self._screens[name]

    def current_screen(self) -> str:
        """Return the name of the screen that is shown, or "" before the first one."""
        shown = self._stack.currentWidget()
        return next((name for name, screen in self._screens.items() if screen is shown), "")

    def show_screen(self, name: str) -> None:
        """Show a screen, and mark its section in the sidebar."""
        screen = self._screens[name]
        section = self._section_of[name]
        self._last_of[section] = name
        self.sidebar.show_section(section)
        self._put_player_last()
        if screen is not self._stack.currentWidget() or len(self._screens) == 1:
            self._stack.show_page(screen)
            self.screen_shown.emit(name)

    def show_section(self, section: Section) -> None:
        """Show the screen that was last seen in this section; if it is the one that is seen, the section's first."""
        first = section.value
        last = self._last_of.get(section, first)
        name = self._held.get(section) or (first if last == self.current_screen() else last)
        if name in self._screens:
            self.show_screen(name)

    def hold_screen(self, name: str) -> None:
        """Have the sidebar lead to this screen of its section, until it is forgotten."""
        self._held[self._section_of[name]] = name

    def forget_screen(self, name: str) -> None:
        """Have the sidebar lead to the section's first screen again: what this one told of is over."""
        section = self._section_of[name]
        if self._held.get(section) == name:
            del self._held[section]
        if self._last_of.get(section) == name:
            del self._last_of[section]

    def set_chrome_visible(self, visible: bool) -> None:
        """Show or hide sidebar and player bar: the first run has neither."""
        self.sidebar.setVisible(visible)
        self.player_bar.setVisible(visible)

    def show_sidebar_state(self, state: SidebarState) -> None:
        """Show how RunBuddy stands."""
        self.sidebar.show_state(state)

    def set_close_question(self, question: tuple[str, str, str] | None) -> None:
        """Ask (title, sentence, button) before the window closes; None closes it at once."""
        self._question = question

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._question is not None:
            event.ignore()
            self._ask()
            return
        self.keep_place()
        event.accept()
        self.close_confirmed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.sidebar.set_narrow(self.width() < _WIDE)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.sidebar.set_narrow(self.width() < _WIDE)

    def _keep_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        """Give the screen the focus when the control that had it goes by itself.

        Qt would pass it on to the next control, which nobody has chosen: Space is to play and pause.
        """
        page = self._stack.currentWidget()
        if old is None or new is None or page is None or not self.isAncestorOf(new):
            return
        here = page.isAncestorOf(old) or self.player_bar.isAncestorOf(old)
        if here and new is not page:
            # Whether it has gone can be said when all that goes with it has.
            QTimer.singleShot(0, self, lambda: self._give_to_screen(old, new))

    def _give_to_screen(self, old: QWidget, new: QWidget) -> None:
        page = self._stack.currentWidget()
        gone = not isValid(old) or not (old.isVisible() and old.isEnabled())
        if gone and page is not None and self.focusWidget() is new:
            page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put_player_last(self) -> None:
        """Let Tab go from the sidebar to the screen and then to the player bar, though the screens came later."""
        controls = self.player_bar.controls()
        last: QWidget | None = self.previousInFocusChain()
        while last in controls:
            last = last.previousInFocusChain()
        for control in controls:
            if last is not None:
                QWidget.setTabOrder(last, control)
            last = control

    def _lay_out(self) -> QWidget:
        upper = QHBoxLayout()
        upper.setSpacing(0)
        upper.addWidget(self.sidebar)
        upper.addWidget(self._stack, 1)
        whole = QWidget(self)
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(upper, 1)
        layout.addWidget(self.player_bar)
        self.setCentralWidget(whole)
        return whole

    def _ask(self) -> None:
        if self._asking is not None or self._question is None:
            return
        title, sentence, button = self._question
        self._asking = Question(title, sentence, button, "Stay", self)
        self._asking.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._asking.answered.connect(self._answered)
        self._asking.open()

    def _answered(self, leave: bool) -> None:
        self._asking = None
        if leave:
            self._question = None
            self.close()

    def _make_shortcuts(self) -> None:
        for shortcut in SHORTCUTS:
            made = QShortcut(self)
            made.setKeys([QKeySequence(keys) for keys in shortcut.keys])
            made.setContext(Qt.ShortcutContext.WindowShortcut)
            made.setAutoRepeat(shortcut.action in REPEATING)
            made.activated.connect(lambda action=shortcut.action: self._do(action))

    def _do(self, action: Action) -> None:
        """Do what a shortcut asks for, here or by whoever listens; controls that are locked stay locked.

        Without sidebar and player bar there is nowhere to go to, nor back from, and nothing to play.
        """
        if self.sidebar.isHidden() and action not in WITHOUT_CHROME:
            return
        match action:
            case Action.LIBRARY | Action.RUNBUDDY | Action.NOW_PLAYING | Action.SETTINGS:
                self.show_section(Section(action.value))
                self._stack.take_focus()
            case Action.SEEK_FORWARD:
                self.player_bar.seek.step(_SEEK_STEP_MS)
            case Action.SEEK_BACK:
                self.player_bar.seek.step(-_SEEK_STEP_MS)
            case Action.VOLUME_UP:
                self.player_bar.volume.step(_VOLUME_STEP)
            case Action.VOLUME_DOWN:
                self.player_bar.volume.step(-_VOLUME_STEP)
            case Action.MUTE:
                self.player_bar.volume.toggle_mute()
            case Action.PLAY_PAUSE | Action.NEXT | Action.PREVIOUS:
                self.player_bar.press(action.value)
            case Action.MESSAGES:
                self.toasts.take_focus()
            case Action.SEARCH:
                self._focus_search()
            case Action.SHORTCUTS:
                self.show_shortcuts()
            case Action.QUIT:
                self.close()
            case _:
                self.shortcut_used.emit(action.value)

    def show_shortcuts(self) -> None:
        """Open the sheet of all shortcuts."""
        sheet = ShortcutSheet(self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def _focus_search(self) -> None:
        screen = self._stack.currentWidget()
        fields = [] if screen is None else [field for field in screen.findChildren(SearchField) if field.isVisible()]
        if fields:
            fields[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
            fields[0].selectAll()

    def _restore_place(self) -> None:
        place = None if self._place_file is None else load_place(self._place_file)
        if place is None:
            return
        self.restoreGeometry(QByteArray.fromBase64(place.geometry.encode()))
        with contextlib.suppress(ValueError):
            self.first_section = Section(place.section)

    def keep_place(self) -> None:
        """Keep size, place and section for the next start; closing does it by itself."""
        if self._place_file is None:
            return
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        section = self._section_of.get(self.current_screen(), Section.LIBRARY)
        save_place(self._place_file, WindowPlace(geometry, section.value))
