import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QDialog, QWidget

from tests.ui.accessibility.tree import CONTROLS, Role, seen, walk
from tests.ui.accessibility.windows import SCENES, named, opened, reached_by_tab, whole_window
from ui.screens.now_playing import NowPlaying
from ui.shell.sections import Section
from ui.widgets.accessible import explain
from ui.widgets.icon_button import IconButton

#: The same states at another size, or scrolled, are told in the same words.
TOLD = [scene for scene in SCENES if not scene.state.endswith(("small", "middle", "end"))]


@pytest.mark.parametrize("scene", TOLD, ids=named)
def test_a_screen_reader_is_told_what_everything_is(theme, qtbot, scene):
    """Everything at once, since a scene takes its time: names, roles, reasons, headings, and no clutter in any word."""
    with opened(scene) as windows:
        for window in windows:
            things = seen(window)
            said = [word for thing in things for word in (thing.name, thing.description)]
            assert [word for word in said if "<qt>" in word or "\u2068" in word or "\u202e" in word] == []
            controls = [thing for thing in things if thing.role in CONTROLS]
            assert [str(one) for one in controls if not one.name] == []
            assert [str(one) for one in things if one.focusable and one.role in (Role.NoRole, Role.Client)] == []
            if scene.screen != "widgets":
                assert [str(one) for one in controls if not one.enabled and one.description in ("", one.name)] == []
                assert any(thing.role is Role.Heading for thing in things)
            if isinstance(window, QDialog):
                assert window.windowTitle()
            for widget in reached_by_tab(window):
                interface = QAccessible.queryAccessibleInterface(widget)
                assert interface.text(QAccessible.Text.Name), type(widget).__name__
                assert interface.role() not in (Role.NoRole, Role.Client), type(widget).__name__


@pytest.mark.parametrize("name", ["library", "runbuddy", "playlist_detail", "spotify_playlists", "sync_panel"])
def test_tab_begins_with_the_head_of_the_page(theme, qtbot, name):
    window, screens = whole_window()
    qtbot.addWidget(window)
    window.show_screen(name)
    window.resize(1280, 800)
    window.show()
    page: QWidget = window.screen_named(name)
    inside = [widget for widget in reached_by_tab(window) if page.isAncestorOf(widget)]
    assert screens
    assert inside
    tops = [widget.mapTo(page, QPoint(0, widget.height() // 2)).y() for widget in inside]
    assert tops[0] <= min(tops) + 8


def test_one_page_is_read_and_the_others_are_not(theme, qtbot):
    window, screens = whole_window()
    qtbot.addWidget(window)
    window.show()
    ours = _pages(window)
    for section in Section:
        window.show_screen(section.value)
        pages = {thing.widget: thing.seen for thing in walk(window) if thing.widget in ours}
        assert [widget for widget, is_seen in pages.items() if is_seen] == [window.screen_named(section.value)]
    assert screens


def test_every_page_has_a_name_of_its_own_to_be_told_by(theme, qtbot):
    window, screens = whole_window()
    qtbot.addWidget(window)
    names = [page.accessibleName() for page in _pages(window)]
    assert screens
    assert all(names)
    assert len(set(names)) == len(names)


def test_the_sidebar_says_which_page_one_is_on(theme, qtbot):
    window, screens = whole_window()
    qtbot.addWidget(window)
    window.show()
    window.show_section(Section.SETTINGS)
    tabs = {thing.name: thing.selected for thing in seen(window) if thing.role is Role.PageTab}
    assert screens
    assert tabs == {"Library": False, "RunBuddy": False, "Now Playing": False, "Settings": True}
    tab = QAccessible.queryAccessibleInterface(window.sidebar.entry(Section.LIBRARY))
    assert "Press" in tab.actionInterface().actionNames()
    tab.actionInterface().doAction("Press")
    assert window.current_screen() == "library"


def test_a_tooltip_is_said_without_its_markup_and_no_name_twice(theme, qtbot):
    button = IconButton("add", "More")
    qtbot.addWidget(button)
    told = QAccessible.queryAccessibleInterface(button)
    assert told.text(QAccessible.Text.Description) == "More", "screen readers pass over what repeats the name"
    button.set_locked("Only “Ana” <leads>")
    assert told.text(QAccessible.Text.Description) == "Only “Ana” <leads>"
    explain(button, "")
    assert told.text(QAccessible.Text.Description) == ""


def test_pictures_are_no_more_than_pictures(theme, qtbot):
    page = NowPlaying()
    qtbot.addWidget(page)
    page.show()
    assert [str(thing) for thing in seen(page) if "cover" in thing.name.casefold() and thing.role in CONTROLS] == []


def _pages(window: QWidget) -> list[QWidget]:
    return [widget for widget in window.findChildren(QWidget) if widget.objectName() == "page"]
