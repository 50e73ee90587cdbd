from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QMenu

from tests.ui.screens.dragging import drop
from tests.ui.screens.wishes import heard_from
from ui.screens.library import Progress
from ui.screens.playlist_detail import PlaylistDetail
from ui.screens.playlist_detail_state import PlaylistDetailState
from ui.screens.playlist_rows import FileChoice, PairMark, TrackLine, arranged
from ui.screens.track_panel import TrackPanel
from ui.widgets.row_list import RowList
from ui.widgets.search_field import SearchField
from ui.widgets.switch import Switch

FILE = FileChoice("/music/a.mp3", "a.mp3", "title 100")
OTHER = FileChoice("/music/b.mp3", "b & c.mp3", "title 91")
TRACKS = (
    TrackLine(0, "One", "Ana", 60_000, PairMark.PAIRED, "Same ISRC", 100, FILE),
    TrackLine(2, "Two", "Ben", 61_000, PairMark.MISSING),
    TrackLine(3, "Three", "Ana", None, PairMark.CHECK, "Alike", 84, FILE, (OTHER,)),
    TrackLine(4, "Talk", "", None, PairMark.UNSUPPORTED),
    TrackLine(5, "Five", "Ben", 62_000, PairMark.CHECK, "Alike", 80, FILE),
)
STATE = PlaylistDetailState(
    "Run", "From a file", tracks=TRACKS, paired=1, pairable=4, lead_locked="3 tracks have no file yet"
)
SIGNALS = (
    *("back_requested", "play_requested", "track_play_requested", "lead_requested", "scan_requested"),
    *("cancel_requested", "pair_requested", "confirm_requested", "confirm_all_requested", "unpair_requested"),
    *("export_requested", "remove_requested", "retry_requested"),
)


@pytest.fixture
def screen(qtbot):
    shown = PlaylistDetail()
    qtbot.addWidget(shown)
    shown.resize(1060, 720)
    shown.show()
    return shown


@pytest.fixture
def wishes(screen):
    return heard_from(screen, *SIGNALS)


def button(screen, text):
    return next(one for one in screen.findChildren(QAbstractButton) if one.text() == text and one.isVisible())


def choose(screen, key):
    rows = screen.findChild(RowList)
    place = [row.key for row in rows.rows()].index(str(key))
    rows.setCurrentIndex(rows.model().index(place, 0))
    return rows


def test_what_is_missing_comes_first_then_what_is_to_be_checked():
    assert [one.playlist_position for one in arranged(TRACKS, "", missing_first=True)] == [2, 3, 5, 0, 4]
    assert [one.playlist_position for one in arranged(TRACKS, "", missing_first=False)] == [0, 2, 3, 4, 5]
    assert [one.playlist_position for one in arranged(TRACKS, "ANA t", missing_first=False)] == [3]


def test_the_switch_and_the_filter_change_what_is_shown(qtbot, screen):
    screen.show_state(STATE)
    rows = screen.findChild(RowList)
    assert [row.key for row in rows.rows()] == ["2", "3", "5", "0", "4"]
    qtbot.mouseClick(screen.findChild(Switch), Qt.MouseButton.LeftButton)
    assert [row.key for row in rows.rows()] == ["0", "2", "3", "4", "5"]
    qtbot.keyClicks(screen.findChild(SearchField), "ben")
    assert [row.key for row in rows.rows()] == ["2", "5"]


def test_another_playlist_is_shown_whole(qtbot, screen):
    screen.show_state(STATE)
    qtbot.keyClicks(screen.findChild(SearchField), "nothing like this")
    assert not screen.findChild(RowList).isVisible()
    assert "No track matches" in [label.text() for label in screen.findChildren(QLabel) if label.isVisible()]
    screen.show_state(replace(STATE, name="Another"))
    assert len(screen.findChild(RowList).rows()) == len(STATE.tracks)
    assert screen.findChild(RowList).isVisible()


def words_seen(screen):
    return [label.text() for label in screen.findChildren(QLabel) if label.isVisible()]


def test_nothing_is_said_of_tracks_that_are_not_read_yet(screen):
    screen.show_state(PlaylistDetailState("Run"))
    assert "Reading the playlist…" in words_seen(screen)
    assert not screen.findChild(SearchField).isVisible()
    screen.show_state(PlaylistDetailState("Run", tracks=()))
    assert "No tracks here" in words_seen(screen)
    screen.show_state(STATE)
    assert screen.findChild(SearchField).isVisible()


def test_a_playlist_that_can_not_be_read_says_why_and_is_read_again(qtbot, screen, wishes):
    screen.show_state(PlaylistDetailState("Run", trouble="The library is damaged", what_to_do="Look for music again."))
    assert {"The library is damaged", "Look for music again."} <= set(words_seen(screen))
    qtbot.mouseClick(button(screen, "Try again"), Qt.MouseButton.LeftButton)
    assert wishes == [("retry_requested",)]


def test_a_row_says_how_sure_its_match_is(screen):
    screen.show_state(STATE)
    badges = {row.key: row.badge.text for row in screen.findChild(RowList).rows()}
    assert badges["0"] == "Same ISRC · 100"
    assert badges["3"] == "Please check · 84"
    assert badges["2"] == "No file"


def test_the_playlist_is_saved_or_removed_from_its_menu(screen, wishes):
    screen.show_state(STATE)
    next(one for one in screen.findChildren(QAbstractButton) if one.accessibleName() == "More").click()
    menu = screen.findChild(QMenu)
    next(one for one in menu.actions() if one.text() == "Remove from the library").trigger()
    menu.close()
    assert wishes == [("remove_requested",)]


def test_a_session_starts_only_when_every_track_is_paired(qtbot, screen, wishes):
    screen.show_state(STATE)
    qtbot.mouseClick(button(screen, "Start RunBuddy"), Qt.MouseButton.LeftButton)
    assert wishes == []
    assert any("3 tracks have no file yet" in label.text() for label in screen.findChildren(QLabel))
    screen.show_state(replace(STATE, lead_locked=None))
    qtbot.mouseClick(button(screen, "Start RunBuddy"), Qt.MouseButton.LeftButton)
    assert wishes == [("lead_requested",)]


def test_a_proposal_is_confirmed_or_refused(qtbot, screen, wishes):
    screen.show_state(STATE)
    choose(screen, 3)
    qtbot.mouseClick(button(screen, "This is right"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(screen, "Not this file"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(screen, "Accept all 2 proposals"), Qt.MouseButton.LeftButton)
    assert wishes == [("confirm_requested", 3), ("unpair_requested", 3), ("confirm_all_requested",)]


def test_another_file_is_chosen_from_the_menu_and_by_the_dialog(qtbot, screen, wishes):
    screen.show_state(STATE)
    choose(screen, 3)
    qtbot.mouseClick(button(screen, "Other files"), Qt.MouseButton.LeftButton)
    menu = screen.findChild(QMenu)
    assert menu.actions()[0].text().startswith("b && c.mp3")
    menu.actions()[0].trigger()
    menu.close()
    choose(screen, 2)
    qtbot.mouseClick(button(screen, "Choose file…"), Qt.MouseButton.LeftButton)
    dialog = screen.findChild(QFileDialog)
    dialog.fileSelected.emit("/music/c.mp3")
    dialog.reject()
    assert wishes == [("pair_requested", 3, "/music/b.mp3"), ("pair_requested", 2, "/music/c.mp3")]


def drop_on(screen, key, *paths):
    rows = screen.findChild(RowList)
    place = [row.key for row in rows.rows()].index(str(key))
    drop(rows.viewport(), rows.visualRect(rows.model().index(place, 0)).center(), *paths)


def test_the_track_under_a_file_that_hovers_is_the_chosen_one_and_stays_so(screen, wishes, tmp_path):
    file = tmp_path / "song.mp3"
    file.write_bytes(b"x")
    screen.show_state(STATE)
    rows = choose(screen, 0)
    drop_on(screen, 2, file)
    assert rows.chosen_key() == "2"
    paired = tuple(replace(it, mark=PairMark.CHOSEN, file=FILE) if it.playlist_position == 2 else it for it in TRACKS)
    screen.show_state(replace(STATE, tracks=paired))
    assert rows.chosen_key() == "2"
    assert screen.findChild(TrackPanel).findChildren(QLabel)[0].text() == "a.mp3"


def test_enter_on_a_track_without_a_sure_file_asks_for_it_instead_of_playing(qtbot, screen, wishes):
    screen.show_state(STATE)
    with qtbot.waitActive(screen):
        screen.activateWindow()
    for key, words in ((3, "This is right"), (2, "Choose file…")):
        rows = choose(screen, key)
        rows.setFocus()
        qtbot.keyClick(rows, Qt.Key.Key_Return)
        assert screen.focusWidget() is button(screen, words)
    assert wishes == []


def test_the_focus_stays_in_the_panel_when_its_button_goes(qtbot, screen):
    screen.show_state(STATE)
    with qtbot.waitActive(screen):
        screen.activateWindow()
    choose(screen, 0)
    button(screen, "Not this file").setFocus()
    unpaired = tuple(
        replace(it, mark=PairMark.MISSING, file=None, others=(FILE,)) if it.playlist_position == 0 else it
        for it in TRACKS
    )
    screen.show_state(replace(STATE, tracks=unpaired))
    assert screen.focusWidget() is button(screen, "Choose file…")
    assert button(screen, "Other files").isEnabled()


def test_a_file_that_is_dropped_on_a_track_is_paired_with_it(screen, wishes, tmp_path):
    file = tmp_path / "song.mp3"
    file.write_bytes(b"x")
    screen.show_state(STATE)
    drop_on(screen, 2, file)
    assert wishes == [("pair_requested", 2, str(file))]
    drop_on(screen, 2, file, file)
    drop_on(screen, 2, tmp_path)
    screen.show_state(replace(STATE, locked="A session is running"))
    drop_on(screen, 2, file)
    assert len(wishes) == 1


def test_in_a_session_no_file_can_be_changed(qtbot, screen, wishes):
    screen.show_state(replace(STATE, locked="A session is running"))
    choose(screen, 3)
    for one in screen.findChild(TrackPanel).findChildren(QAbstractButton):
        assert not one.isEnabled()
        assert "A session is running" in one.toolTip()
    assert not button(screen, "Accept all 2 proposals").isEnabled()


def test_play_scan_cancel_and_back(qtbot, screen, wishes):
    screen.show_state(STATE)
    qtbot.mouseClick(button(screen, "Play"), Qt.MouseButton.LeftButton)
    rows = choose(screen, 0)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    qtbot.mouseClick(button(screen, "Look for music"), Qt.MouseButton.LeftButton)
    screen.show_state(replace(STATE, progress=Progress("Looking", "1 of 2", 0.5)))
    assert not button(screen, "Look for music").isEnabled()
    qtbot.mouseClick(button(screen, "Cancel"), Qt.MouseButton.LeftButton)
    back = next(one for one in screen.findChildren(QAbstractButton) if one.accessibleName() == "Back to the library")
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    assert wishes == [
        ("play_requested",),
        ("track_play_requested", 0),
        ("scan_requested",),
        ("cancel_requested",),
        ("back_requested",),
    ]


def test_the_chosen_track_stays_chosen_when_its_match_changes(screen):
    screen.show_state(STATE)
    choose(screen, 2)
    screen.show_state(
        replace(STATE, tracks=(*TRACKS[:1], replace(TRACKS[1], mark=PairMark.CHOSEN, file=FILE), *TRACKS[2:]))
    )
    assert screen.findChild(RowList).chosen_key() == "2"
    assert "a.mp3" in [label.text() for label in screen.findChild(TrackPanel).findChildren(QLabel)]


def many(count, artist):
    return tuple(TrackLine(place, f"Song {place}", artist, 60_000, PairMark.MISSING) for place in range(count))


def test_many_tracks_come_in_turns_and_the_newest_wish_counts(qtbot, screen):
    rows = screen.findChild(RowList)
    screen.show_state(replace(STATE, tracks=many(600, "Ana")))
    assert not rows.isVisible()
    qtbot.waitUntil(rows.isVisible)
    assert len(rows.rows()) == 600
    screen.show_state(replace(STATE, name="Another", tracks=many(700, "Ben")))
    screen.show_state(replace(STATE, name="A third", tracks=many(800, "Cem")))
    qtbot.waitUntil(lambda: len(rows.rows()) == 800)
    qtbot.keyClicks(screen.findChild(SearchField), "song 7")
    assert {row.subtitle for row in rows.rows()} == {"Cem"}
    screen.show_state(replace(STATE, name="Short", tracks=many(600, "Dan")))
    screen.show_state(STATE)
    assert len(rows.rows()) == len(STATE.tracks)
    qtbot.wait(30)
    assert len(rows.rows()) == len(STATE.tracks)
