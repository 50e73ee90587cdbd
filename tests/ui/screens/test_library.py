import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDragLeaveEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel, QMenu

from tests.ui.screens.dragging import drop, hover
from tests.ui.screens.wishes import heard_from
from ui.screens.library import LibraryScreen, LibraryState, PlaylistCard, Progress
from ui.screens.playlist_grid import PlaylistGrid
from ui.widgets.drop_here import DropHere
from ui.widgets.search_field import SearchField

CARDS = (PlaylistCard("a", "Sunday Kitchen", 12, 14), PlaylistCard("b", "Long Run", 9, 9))
SIGNALS = (
    *("playlist_opened", "import_requested", "spotify_requested", "folder_requested", "scan_requested"),
    *("cancel_requested", "remove_requested", "retry_requested"),
)


@pytest.fixture
def screen(qtbot):
    shown = LibraryScreen()
    qtbot.addWidget(shown)
    shown.resize(1000, 700)
    shown.show()
    return shown


@pytest.fixture
def wishes(screen):
    return heard_from(screen, *SIGNALS)


def button(screen, text):
    return next(one for one in screen.findChildren(QAbstractButton) if one.text() == text and one.isVisible())


def grid(screen):
    return screen.findChild(PlaylistGrid)


def test_a_playlist_is_opened_by_click_and_by_enter(qtbot, screen, wishes):
    screen.show_state(LibraryState(CARDS))
    cards = grid(screen)
    place = cards.visualRect(cards.model().index(1, 0)).center()
    qtbot.mouseClick(cards.viewport(), Qt.MouseButton.LeftButton, pos=place)
    cards.setCurrentIndex(cards.model().index(0, 0))
    qtbot.keyClick(cards, Qt.Key.Key_Return)
    assert wishes == [("playlist_opened", "b"), ("playlist_opened", "a")]


def test_a_card_is_spoken_with_how_much_of_it_is_paired(screen):
    screen.show_state(LibraryState(CARDS))
    said = [grid(screen).model().index(place, 0).data(Qt.ItemDataRole.AccessibleTextRole) for place in (0, 1)]
    assert said[0].startswith("Sunday Kitchen, 12 of 14 paired")
    assert said[1].startswith("Long Run, 9 of 9 paired")


def test_the_arrow_keys_walk_through_the_cards(qtbot, screen, wishes):
    screen.show_state(LibraryState(CARDS))
    grid(screen).setFocus()
    grid(screen).setCurrentIndex(grid(screen).model().index(0, 0))
    qtbot.keyClick(grid(screen), Qt.Key.Key_Right)
    qtbot.keyClick(grid(screen), Qt.Key.Key_Return)
    assert wishes == [("playlist_opened", "b")]


@pytest.mark.parametrize(
    ("state", "press", "wish"),
    [
        (LibraryState((), has_folder=False), "Choose music folder", "folder_requested"),
        (LibraryState(()), "Add from Spotify", "spotify_requested"),
        (LibraryState(CARDS), "Look for music", "scan_requested"),
        (LibraryState(CARDS, progress=Progress("Looking", "1 of 2", 0.5)), "Cancel", "cancel_requested"),
    ],
)
def test_what_is_missing_or_under_way_has_its_button(qtbot, screen, wishes, state, press, wish):
    screen.show_state(state)
    qtbot.mouseClick(button(screen, press), Qt.MouseButton.LeftButton)
    assert wishes == [(wish,)]


def test_while_a_scan_is_under_way_another_can_not_begin(screen):
    screen.show_state(LibraryState(CARDS, progress=Progress("Looking", "1 of 2", 0.5)))
    assert not button(screen, "Look for music").isEnabled()
    screen.show_state(LibraryState(CARDS))
    assert button(screen, "Look for music").isEnabled()


def test_a_file_is_imported_by_the_dialog_and_by_dropping_it(qtbot, screen, wishes, tmp_path):
    screen.show_state(LibraryState(()))
    qtbot.mouseClick(button(screen, "Import a file"), Qt.MouseButton.LeftButton)
    dialog = screen.findChild(QFileDialog)
    dialog.filesSelected.emit(["/somewhere/a.csv", "/somewhere/b.m3u"])
    dialog.reject()
    (tmp_path / "b.csv").write_text("x")
    drop(screen, QPoint(10, 10), tmp_path / "b.csv", tmp_path, "https://x.invalid/c.csv")
    wanted = ("/somewhere/a.csv", "/somewhere/b.m3u", str(tmp_path / "b.csv"))
    assert wishes == [("import_requested", path) for path in wanted]


def test_while_a_playlist_hovers_it_is_said_that_it_can_be_dropped(screen, tmp_path):
    (tmp_path / "b.csv").write_text("x")
    over = screen.findChild(DropHere)
    hover(screen, QPoint(10, 10), tmp_path)
    assert not over.isVisible()
    hover(screen, QPoint(10, 10), tmp_path / "b.csv")
    assert over.isVisible()
    assert over.size() == screen.size()
    QApplication.sendEvent(screen, QDragLeaveEvent())
    assert not over.isVisible()
    drop(screen, QPoint(10, 10), tmp_path / "b.csv")
    assert not over.isVisible()


def test_a_library_that_can_not_be_shown_says_why_and_can_be_tried_again(qtbot, screen, wishes):
    screen.show_state(LibraryState(trouble="The disk is full", what_to_do="Make room, then try again."))
    assert [one.isVisible() for one in screen.findChildren(QLabel) if one.text() == "The disk is full"] == [True]
    assert not button(screen, "Look for music").isEnabled()
    qtbot.mouseClick(button(screen, "Try again"), Qt.MouseButton.LeftButton)
    assert wishes == [("retry_requested",)]


def test_a_playlist_is_added_and_removed_by_menus(qtbot, screen, wishes):
    screen.show_state(LibraryState(CARDS))
    qtbot.mouseClick(button(screen, "Add playlist"), Qt.MouseButton.LeftButton)
    menu = screen.findChild(QMenu)
    next(action for action in menu.actions() if "Spotify" in action.text()).trigger()
    menu.close()
    grid(screen).menu_requested.emit("b", screen.mapToGlobal(screen.rect().center()))
    actions = [action for menu in screen.findChildren(QMenu) for action in menu.actions()]
    next(action for action in actions if "Remove" in action.text()).trigger()
    assert wishes == [("spotify_requested",), ("remove_requested", "b")]


def test_the_filter_keeps_what_matches(qtbot, screen):
    screen.show_state(LibraryState(CARDS))
    qtbot.keyClicks(screen.findChild(SearchField), "long")
    assert [row.key for row in grid(screen).rows()] == ["b"]
    qtbot.keyClicks(screen.findChild(SearchField), "er")
    assert [one.isVisible() for one in screen.findChildren(QLabel) if one.text() == "No playlist matches"] == [True]
