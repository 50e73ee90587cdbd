from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel

from ui.screens.library import Progress
from ui.screens.spotify_playlists import SpotifyPlaylist, SpotifyPlaylists, SpotifyPlaylistsState
from ui.widgets.row_list import RowList
from ui.widgets.search_field import SearchField
from ui.widgets.trouble import Trouble

STATE = SpotifyPlaylistsState(
    "Ben",
    (
        SpotifyPlaylist("a", "Run", "Ben", 1),
        SpotifyPlaylist("b", "Hits", "Spotify", 50, readable=False),
        SpotifyPlaylist("c", "Kitchen", "Ben", 12, in_library=True),
    ),
)


@pytest.fixture
def screen(qtbot):
    shown = SpotifyPlaylists()
    qtbot.addWidget(shown)
    shown.resize(1000, 700)
    shown.show()
    return shown


def button(screen, text):
    return next(one for one in screen.findChildren(QAbstractButton) if one.text() == text and one.isVisible())


def choose(screen, place):
    rows = screen.findChild(RowList)
    rows.setCurrentIndex(rows.model().index(place, 0))
    return rows


def test_a_playlist_is_added_by_button_and_by_enter(qtbot, screen):
    added = []
    screen.add_requested.connect(added.append)
    screen.show_state(STATE)
    assert not button(screen, "Add to library").isEnabled()
    qtbot.keyClick(choose(screen, 0), Qt.Key.Key_Return)
    qtbot.mouseClick(button(screen, "Add to library"), Qt.MouseButton.LeftButton)
    choose(screen, 2)
    qtbot.mouseClick(button(screen, "Update from Spotify"), Qt.MouseButton.LeftButton)
    assert added == ["a", "a", "c"]


def test_one_that_can_not_be_read_says_why_and_is_not_added(qtbot, screen):
    added = []
    screen.add_requested.connect(added.append)
    screen.show_state(STATE)
    qtbot.keyClick(choose(screen, 1), Qt.Key.Key_Return)
    assert added == []
    assert any("own or work on" in label.text() for label in screen.findChildren(QLabel))
    assert "own or work on" in button(screen, "Add to library").toolTip()


def test_while_one_is_read_another_waits_and_it_can_be_cancelled(qtbot, screen):
    screen.show_state(replace(STATE, progress=Progress("Reading", "1 of 2", 0.5)))
    choose(screen, 0)
    assert not button(screen, "Add to library").isEnabled()
    with qtbot.waitSignal(screen.cancel_requested):
        qtbot.mouseClick(button(screen, "Cancel"), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("state", "words", "press", "signal"),
    [
        (SpotifyPlaylistsState(), "Sign in to Spotify", "Sign in", "sign_in_requested"),
        (SpotifyPlaylistsState(signing_in=True), "Waiting for Spotify", "Cancel", "sign_in_cancel_requested"),
        (SpotifyPlaylistsState("Ben", ()), "No playlists there", "Refresh", "refresh_requested"),
        (SpotifyPlaylistsState("Ben", trouble="Blocked"), "Blocked", "Try again", "refresh_requested"),
    ],
)
def test_what_is_missing_has_its_button(qtbot, screen, state, words, press, signal):
    screen.show_state(state)
    assert [label.isVisible() for label in screen.findChildren(QLabel) if label.text() == words] == [True]
    with qtbot.waitSignal(getattr(screen, signal)):
        qtbot.mouseClick(button(screen, press), Qt.MouseButton.LeftButton)


def test_trouble_while_playlists_are_known_keeps_them_and_is_said(screen):
    screen.show_state(replace(STATE, trouble="No answer.", what_to_do="Try again."))
    assert screen.findChild(RowList).isVisible()
    trouble = screen.findChild(Trouble)
    assert (trouble.isVisible(), trouble.text()) == (True, "No answer. Try again.")
    screen.show_state(STATE)
    assert not trouble.isVisible()


def test_what_is_not_in_sight_can_be_neither_filtered_nor_asked_for_again(screen):
    for state, seen in ((SpotifyPlaylistsState(), False), (STATE, True), (replace(STATE, signing_in=True), False)):
        screen.show_state(state)
        assert screen.findChild(SearchField).isVisible() is seen
        names = {one.accessibleName() for one in screen.findChildren(QAbstractButton) if one.isVisible()}
        assert any("Refresh" in name for name in names) is seen


def test_a_filter_that_nothing_matches_says_so_and_can_be_cleared(qtbot, screen):
    screen.show_state(STATE)
    qtbot.keyClicks(screen.findChild(SearchField), "nothing like it")
    assert [label.isVisible() for label in screen.findChildren(QLabel) if label.text() == "No playlist matches"] == [
        True
    ]
    qtbot.mouseClick(button(screen, "Clear the filter"), Qt.MouseButton.LeftButton)
    assert screen.findChild(RowList).isVisible()


def test_the_filter_looks_at_name_and_owner(qtbot, screen):
    screen.show_state(STATE)
    qtbot.keyClicks(screen.findChild(SearchField), "spot")
    assert [row.key for row in screen.findChild(RowList).rows()] == ["b"]
