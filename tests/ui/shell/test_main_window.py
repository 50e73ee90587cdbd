import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.screenshots.sessions import FOLLOWING, pill
from ui.screenshots.window import PLAYING
from ui.shell.main_window import MainWindow, _first_size
from ui.shell.player_bar import PlayerBarState
from ui.shell.sections import Section
from ui.shell.shortcut_sheet import ShortcutSheet
from ui.shell.shortcuts import SHORTCUTS, Action
from ui.shell.sidebar import SidebarState
from ui.theme.tokens import SIDEBAR_NARROW_WIDTH, SIDEBAR_WIDTH, Tone
from ui.widgets.buttons import DangerButton, PrimaryButton, SecondaryButton
from ui.widgets.icon_button import IconButton
from ui.widgets.label import Label
from ui.widgets.question import Question
from ui.widgets.search_field import SearchField

CTRL = Qt.KeyboardModifier.ControlModifier


class Page(QWidget):
    def __init__(self):
        super().__init__()
        layout = QVBoxLayout(self)
        self.search = SearchField("Filter")
        self.field = QLineEdit()
        self.button = PrimaryButton("Press")
        for widget in (self.search, self.field, self.button):
            layout.addWidget(widget)


@pytest.fixture
def window(theme, qtbot):
    made = MainWindow()
    qtbot.addWidget(made)
    for section in Section:
        made.add_screen(section.value, Page(), section)
    made.add_screen("playlist", Page(), Section.LIBRARY)
    made.player_bar.show_state(PLAYING)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def wishes(window):
    """Record everything that the person wants of the player bar."""
    heard = []
    bar = window.player_bar
    for name in ("play_pause", "next", "previous", "seek", "volume"):
        getattr(bar, f"{name}_requested").connect(lambda *args, name=name: heard.append((name, *args)))
    return heard


def test_a_page_that_comes_by_itself_puts_no_button_under_the_space_key(window, qtbot):
    heard = wishes(window)
    pressed = []
    window.screen_named("playlist").button.clicked.connect(lambda: pressed.append(True))
    window.screen_named("library").button.setFocus()
    window.show_screen("playlist")
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    assert (pressed, heard) == ([], [("play_pause",)])
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    assert window.screen_named("playlist").isAncestorOf(window.focusWidget())
    window.show_screen("library")
    assert window.focusWidget() is window.screen_named("library").button


def test_the_transport_is_in_the_middle_of_the_window(window):
    for width in (1280, 1000, 1600):
        window.resize(width, 700)
        bar = window.player_bar
        play = next(button for button in bar.findChildren(IconButton) if button.accessibleName() == "Pause")
        assert abs(play.mapTo(window, play.rect().center()).x() - width // 2) <= 1


def test_the_sidebar_leads_to_each_section_by_mouse_and_by_keyboard(window, qtbot):
    for section in (Section.RUNBUDDY, Section.NOW_PLAYING, Section.SETTINGS, Section.LIBRARY):
        entry = window.sidebar.entry(section)
        qtbot.mouseClick(entry, Qt.MouseButton.LeftButton)
        assert window.current_screen() == section.value
        assert entry.isChecked()
    for number, section in enumerate(Section, 1):
        qtbot.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), CTRL)
        assert window.current_screen() == section.value


def test_a_section_opens_where_it_was_left_and_again_at_its_first_screen(window):
    window.show_screen("playlist")
    window.show_section(Section.SETTINGS)
    window.show_section(Section.LIBRARY)
    assert window.current_screen() == "playlist"
    window.show_section(Section.LIBRARY)
    assert window.current_screen() == "library"
    # As long as one lasts, it is where its section leads, from wherever.
    window.hold_screen("playlist")
    for _ in range(2):
        window.show_section(Section.LIBRARY)
        assert window.current_screen() == "playlist"
    window.forget_screen("playlist")
    window.show_section(Section.LIBRARY)
    assert window.current_screen() == "library"


def test_showing_a_screen_is_told_once(window, qtbot):
    with qtbot.waitSignal(window.screen_shown) as shown:
        window.show_screen("playlist")
    assert shown.args == ["playlist"]
    with qtbot.assertNotEmitted(window.screen_shown):
        window.show_screen("playlist")


def test_two_screens_can_not_have_one_name(window):
    with pytest.raises(ValueError, match="library"):
        window.add_screen("library", QWidget(), Section.LIBRARY)


def test_the_keys_of_the_transport(window, qtbot):
    heard = wishes(window)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.keyClick(window, Qt.Key.Key_Right, CTRL)
    qtbot.keyClick(window, Qt.Key.Key_Left, CTRL)
    qtbot.keyClick(window, Qt.Key.Key_Right)
    qtbot.keyClick(window, Qt.Key.Key_Down, CTRL)
    qtbot.keyClick(window, Qt.Key.Key_M, CTRL)
    assert heard == [
        ("play_pause",),
        ("next",),
        ("previous",),
        ("seek", PLAYING.position_ms + 5_000),
        ("volume", 75),
        ("volume", 0),
    ]


def test_a_follower_has_no_transport_whatever_is_tried(window, qtbot):
    window.player_bar.show_state(
        PlayerBarState("Copper", "Juno Park", playing=True, duration_ms=1000, locked="Ana leads", sync=pill(FOLLOWING))
    )
    heard = wishes(window)
    for key, modifier in (
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, CTRL),
        (Qt.Key.Key_Left, CTRL),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
    ):
        qtbot.keyClick(window, key, modifier)
    for button in window.player_bar.findChildren(IconButton):
        if button.accessibleName() not in ("Mute", "Unmute"):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
            assert "Ana leads" in button.toolTip()
    for control in ("play_pause", "next", "previous"):
        window.player_bar.press(control)
    assert heard == []
    qtbot.keyClick(window, Qt.Key.Key_Down, CTRL)
    assert heard == [("volume", 95)], "the volume is one's own"


def test_space_presses_the_focused_button_and_writes_into_fields(window, qtbot):
    heard = wishes(window)
    page = window.screen_named("library")
    page.button.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(page.button.clicked):
        qtbot.keyClick(page.button, Qt.Key.Key_Space)
    page.field.setFocus()
    qtbot.keyClicks(page.field, "a b")
    qtbot.keyClick(page.field, Qt.Key.Key_Left)
    assert page.field.text() == "a b"
    assert heard == []


def test_ctrl_f_goes_to_the_screens_search(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F, CTRL)
    assert window.screen_named("library").search.hasFocus()


def test_keys_that_the_window_does_not_do_are_told(window, qtbot):
    for key, modifier, action in (
        (Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier, Action.REFRESH),
        (Qt.Key.Key_D, CTRL, Action.SYNC_PANEL),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier, Action.BACK),
    ):
        with qtbot.waitSignal(window.shortcut_used) as used:
            qtbot.keyClick(window, key, modifier)
        assert used.args == [action.value]


def test_f1_opens_the_sheet_of_every_shortcut(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F1)
    sheet = window.findChild(ShortcutSheet)
    words = {label.text() for label in sheet.findChildren(Label)}
    assert {shortcut.words for shortcut in SHORTCUTS} <= words
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.isHidden()


def test_no_key_is_given_twice():
    keys = [key for shortcut in SHORTCUTS for key in shortcut.keys]
    assert len(keys) == len(set(keys))
    assert {shortcut.action for shortcut in SHORTCUTS} == set(Action)


def test_every_control_is_reached_by_tab_and_named(window, qtbot):
    seen = []
    qtbot.keyClick(window, Qt.Key.Key_Tab)
    while (focused := window.focusWidget()) not in seen:
        seen.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    names = [widget.accessibleName() or widget.metaObject().className() for widget in seen]
    for name in (
        "Library",
        "RunBuddy",
        "Now Playing",
        "Settings",
        "Filter",
        "Previous track",
        "Pause",
        "Position",
        "Volume",
    ):
        assert name in names
    assert all(widget.accessibleName() for widget in seen if not isinstance(widget, QLineEdit))
    begun = names[names.index("Library") :] + names[: names.index("Library")]
    places = [begun.index(name) for name in ("Library", "Settings", "Filter", "Press", "Previous track", "Volume")]
    assert places == sorted(places), "first the sidebar, then the screen, then the player"


def test_a_control_that_goes_by_itself_leaves_the_focus_to_the_screen(window, qtbot):
    page = window.screen_named("library")
    for go in (page.button.hide, lambda: page.field.setEnabled(False)):
        control = page.button if page.button.isVisible() else page.field
        control.setFocus()
        go()
        qtbot.waitUntil(lambda: window.focusWidget() is page, timeout=60_000)
    # Whoever goes on by Tab is left alone.
    page.search.setFocus()
    qtbot.keyClick(page.search, Qt.Key.Key_Tab)
    chosen = window.focusWidget()
    qtbot.wait(0)
    assert window.focusWidget() is chosen is not page


def test_the_first_window_fits_the_screen_with_its_title_bar():
    assert _first_size(QSize(1920, 1080)) == QSize(1280, 800)
    assert _first_size(QSize(1366, 768)) == QSize(1280, 720)
    assert _first_size(QSize(800, 600)) == QSize(1000, 640)


def test_a_screen_of_something_that_is_over_is_not_where_the_sidebar_leads(window):
    window.show_screen("playlist")
    window.show_screen("settings")
    window.forget_screen("playlist")
    window.show_section(Section.LIBRARY)
    assert window.current_screen() == "library"


def test_the_sidebar_is_narrow_where_there_is_no_room(window):
    window.resize(960, 640)
    assert window.sidebar.width() == SIDEBAR_NARROW_WIDTH
    window.resize(1280, 800)
    assert window.sidebar.width() == SIDEBAR_WIDTH
    assert (window.minimumSize().width(), window.minimumSize().height()) == (960, 640)


def test_the_sidebar_says_the_role(window):
    window.show_sidebar_state(SidebarState(Tone.FOLLOWING, "Following Ana"))
    names = [child.accessibleName() for child in window.sidebar.children() if hasattr(child, "accessibleName")]
    assert "RunBuddy: Following Ana" in names


def test_a_live_session_is_not_closed_without_a_question(window, qtbot):
    window.set_close_question(("Leave?", "It ends for both.", "End and quit"))
    with qtbot.assertNotEmitted(window.close_confirmed):
        window.close()
        window.close()
    assert window.isVisible()
    assert len(window.findChildren(Question)) == 1
    qtbot.mouseClick(window.findChild(Question).findChild(SecondaryButton), Qt.MouseButton.LeftButton)
    assert window.isVisible()
    window.close()
    question = next(made for made in window.findChildren(Question) if made.isVisible())
    with qtbot.waitSignal(window.close_confirmed):
        qtbot.mouseClick(question.findChild(DangerButton), Qt.MouseButton.LeftButton)
    assert not window.isVisible()


def test_the_first_run_has_no_sidebar(window):
    window.set_chrome_visible(False)
    assert window.sidebar.isHidden()
    assert window.player_bar.isHidden()
