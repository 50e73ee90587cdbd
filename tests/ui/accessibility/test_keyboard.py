import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.accessibility.tree import Role, seen
from tests.ui.accessibility.windows import SCENES, named, opened, settle, whole_window
from ui.screens.lead_waiting import LeadWaiting
from ui.screens.library import LibraryState, PlaylistCard
from ui.screens.playlist_grid import PlaylistGrid
from ui.shell.sections import Section
from ui.shell.shortcut_sheet import ShortcutSheet
from ui.shell.shortcuts import SHORTCUTS
from ui.theme.tokens import Tone
from ui.widgets.buttons import SecondaryButton
from ui.widgets.code_display import CodeDisplay
from ui.widgets.search_field import SearchField
from ui.widgets.toast import Toast, ToastState

CTRL = Qt.KeyboardModifier.ControlModifier
TROUBLE = ToastState("server", "No answer.", "Check the network.", Tone.ERROR, "Open Settings")


@pytest.fixture
def window(theme, qtbot):
    made, screens = whole_window()
    qtbot.addWidget(made)
    made.screens = screens
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


@pytest.fixture
def grid(window):
    cards = tuple(PlaylistCard(str(number), f"Playlist {number}", 1, 1) for number in range(6))
    window.screens.library.show_state(LibraryState(playlists=cards))
    made = window.findChild(PlaylistGrid)
    made.setFocus(Qt.FocusReason.TabFocusReason)
    settle()
    return made


def test_the_librarys_cards_are_walked_by_arrows_and_the_music_stays_where_it_is(window, grid, qtbot):
    walked = []
    with qtbot.assertNotEmitted(window.player_bar.seek_requested):
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
            QTest.keyClick(grid, key)
            walked.append(grid.currentIndex().row())
    assert walked == [1, 2, 1]
    with qtbot.waitSignal(window.screens.library.playlist_opened) as opened_:
        QTest.keyClick(grid, Qt.Key.Key_Return)
    assert opened_.args == ["1"]


def test_what_can_be_done_with_a_card_is_reached_by_the_menu_key(window, grid, qtbot):
    QTest.keyClick(grid, Qt.Key.Key_Right)
    place = grid.visualRect(grid.currentIndex()).center()
    keyboard, anywhere = QContextMenuEvent.Reason.Keyboard, grid.viewport().mapToGlobal(place)
    menu_key = QContextMenuEvent(keyboard, place, anywhere, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(grid.viewport(), menu_key)
    menu = next(made for made in window.findChildren(QMenu) if made.isVisible())
    remove = next(action for action in menu.actions() if "Remove" in action.text())
    with qtbot.waitSignal(window.screens.library.remove_requested) as removed:
        menu.setActiveAction(remove)
        QTest.keyClick(menu, Qt.Key.Key_Return)
    assert removed.args == ["1"]


def test_the_keys_of_the_sidebar_lead_into_the_page(window, qtbot):
    window.player_bar.controls()[-1].setFocus()
    for number, section in enumerate(Section, 1):
        QTest.keyClick(window.focusWidget(), Qt.Key(Qt.Key.Key_0 + number), CTRL)
        page = window.screen_named(section.value)
        focus = window.focusWidget()
        assert focus is page or page.isAncestorOf(focus)


def test_messages_are_reached_by_a_key_and_give_the_focus_back(window, qtbot):
    entry = window.sidebar.entry(Section.LIBRARY)
    entry.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(window, Qt.Key.Key_F6)
    assert window.focusWidget() is entry, "there is no message"
    window.toasts.show_toast(ToastState("other", "Saved"))
    window.toasts.show_toast(TROUBLE)
    QTest.keyClick(window, Qt.Key.Key_F6)
    assert window.focusWidget().accessibleName() == "Open Settings"
    with qtbot.waitSignal(window.toasts.dismissed) as dismissed:
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert dismissed.args == ["server"]
    assert window.focusWidget() is entry
    assert window.toasts.keys() == ["other"]


def test_a_message_waits_for_whoever_hears_it(window, qtbot, monkeypatch):
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    window.toasts.show_toast(TROUBLE)
    window.toasts.show_toast(ToastState("other", "Saved"))
    settle()
    timers = {toast.state.key: toast.findChild(QTimer).isActive() for toast in window.toasts.findChildren(Toast)}
    assert timers == {"server": False, "other": True}


def test_a_join_code_is_read_and_copied_without_a_mouse(theme, qtbot):
    page = LeadWaiting()
    qtbot.addWidget(page)
    code = page.findChild(CodeDisplay)
    code.show_code("K7QM3X")
    code.show()
    (button,) = code.findChildren(SecondaryButton)
    told = QAccessible.queryAccessibleInterface(button)
    assert "K 7 Q M 3 X" in told.text(QAccessible.Text.Description)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == "K7QM3X"


@pytest.mark.parametrize(
    "scene", [one for one in SCENES if named(one) in {"shell-question", "settings-licences"}], ids=named
)
def test_escape_closes_a_dialog_and_the_focus_is_where_it_was(theme, qtbot, scene):
    with opened(scene) as windows:
        window, dialog = windows
        assert dialog.focusWidget() is not None
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        settle()
        assert not dialog.isVisible()
        assert window.isVisible()


def test_the_sheet_names_every_key_and_says_it_in_words(theme, qtbot):
    sheet = ShortcutSheet()
    qtbot.addWidget(sheet)
    sheet.show()
    said = [thing.name for thing in seen(sheet) if thing.role is Role.StaticText]
    for shortcut in SHORTCUTS:
        assert said[said.index(shortcut.words) + 1] == shortcut.keys[0]


def test_no_name_with_an_ampersand_takes_a_key(theme, qtbot):
    button = SecondaryButton("Open “Drum & Bass”")
    qtbot.addWidget(button)
    assert button.shortcut().isEmpty()


def test_keys_that_write_stay_in_a_field(window, qtbot):
    field = window.screens.library.findChild(SearchField)
    field.setFocus()
    with (
        qtbot.assertNotEmitted(window.player_bar.play_pause_requested),
        qtbot.assertNotEmitted(window.player_bar.seek_requested),
    ):
        QTest.keyClicks(field, "a b")
        QTest.keyClick(field, Qt.Key.Key_Left)
        QTest.keyClick(field, Qt.Key.Key_Left, CTRL)
    assert field.text() == "a b"


def test_the_first_run_is_not_left_by_a_key_that_leads_nowhere(window, qtbot):
    window.show_screen("first_run")
    window.set_chrome_visible(False)
    for key, modifier in ((Qt.Key.Key_1, CTRL), (Qt.Key.Key_4, CTRL), (Qt.Key.Key_D, CTRL)):
        with qtbot.assertNotEmitted(window.shortcut_used):
            QTest.keyClick(window, key, modifier)
    assert window.current_screen() == "first_run"
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert window.findChild(ShortcutSheet).isVisible()
