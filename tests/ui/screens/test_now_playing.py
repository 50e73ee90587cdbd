from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel

from tests.ui.screens.wishes import heard_from
from ui.screens.now_playing import NowPlaying, NowPlayingState
from ui.screens.now_playing_queue import QueueList, QueueTrack
from ui.theme.tokens import Tone
from ui.widgets.icon_button import IconButton
from ui.widgets.jump_slider import JumpSlider
from ui.widgets.role_banner import RoleBanner, RoleBannerState
from ui.widgets.row_list import RowList
from ui.widgets.sync_pill import SyncKind, SyncPill, SyncPillState

QUEUE = tuple(QueueTrack(place, f"Song {place}", "Somebody", 60_000) for place in (0, 2, 5))
STATE = NowPlayingState(
    title="Song 2",
    artist="Somebody",
    playing=True,
    position_ms=10_000,
    duration_ms=60_000,
    queue_name="Run",
    queue=QUEUE,
    current=2,
)
LOCKED = replace(
    STATE,
    locked="Ana leads and has the controls",
    banner=RoleBannerState(Tone.FOLLOWING, "Following Ana", "Leave"),
    sync=SyncPillState(SyncKind.IN_LOCKSTEP, "In lockstep · 0.2 ms"),
)
SIGNALS = ("play_pause_requested", "next_requested", "previous_requested", "seek_requested", "track_requested")


@pytest.fixture
def screen(qtbot):
    shown = NowPlaying()
    qtbot.addWidget(shown)
    shown.resize(1000, 700)
    shown.show()
    return shown


@pytest.fixture
def wishes(screen):
    return heard_from(screen, *SIGNALS, "session_close_requested", "sync_panel_requested", "library_requested")


def named(screen, name):
    return next(button for button in screen.findChildren(IconButton) if button.accessibleName() == name)


def press_everything(qtbot, screen):
    """Try every control by mouse and by keyboard, as somebody does who won't believe that they are locked."""
    for button in screen.findChildren(IconButton):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.keyClick(button, Qt.Key.Key_Space)
    slider = screen.findChild(JumpSlider)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_Home):
        qtbot.keyClick(slider, key)
    rows = screen.findChild(RowList)
    for place in range(3):
        rows.setCurrentIndex(rows.model().index(place, 0))
        qtbot.keyClick(rows, Qt.Key.Key_Return)
        middle = rows.visualRect(rows.model().index(place, 0)).center()
        qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=middle)
        qtbot.mouseDClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def test_every_control_asks_for_what_it_says(qtbot, screen, wishes):
    screen.show_state(STATE)
    for name in ("Pause", "Next track", "Previous track"):
        qtbot.mouseClick(named(screen, name), Qt.MouseButton.LeftButton)
    qtbot.keyClick(screen.findChild(JumpSlider), Qt.Key.Key_Right)
    rows = screen.findChild(RowList)
    rows.setCurrentIndex(rows.model().index(2, 0))
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert wishes == [
        ("play_pause_requested",),
        ("next_requested",),
        ("previous_requested",),
        ("seek_requested", 15_000),
        ("track_requested", 5),
    ]


def test_a_followers_controls_do_nothing_and_say_why(qtbot, screen, wishes):
    screen.show_state(STATE)
    press_everything(qtbot, screen)
    assert {wish[0] for wish in wishes} == set(SIGNALS)
    wishes.clear()
    screen.show_state(LOCKED)
    press_everything(qtbot, screen)
    assert wishes == []
    for control in (*screen.findChildren(IconButton), screen.findChild(JumpSlider), screen.findChild(RowList)):
        assert "Ana leads" in control.toolTip()
        assert "Ana leads" in control.accessibleDescription()
    screen.show_state(STATE)
    press_everything(qtbot, screen)
    assert {wish[0] for wish in wishes} == set(SIGNALS)


def test_a_followers_slider_still_shows_where_the_music_is(screen):
    screen.show_state(replace(LOCKED, position_ms=30_000))
    assert screen.findChild(JumpSlider).value() == 30_000


def test_the_role_is_told_and_can_be_left(qtbot, screen, wishes):
    screen.show_state(LOCKED)
    banner = screen.findChild(RoleBanner)
    assert banner.isVisible()
    assert banner.accessibleName() == "Following Ana"
    leave = next(button for button in banner.findChildren(QAbstractButton) if button.text() == "Leave")
    qtbot.mouseClick(leave, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(screen.findChild(SyncPill), Qt.MouseButton.LeftButton)
    assert wishes == [("session_close_requested",), ("sync_panel_requested",)]
    screen.show_state(STATE)
    assert not banner.isVisible()
    assert not screen.findChild(SyncPill).isVisible()


def test_nothing_playing_leads_to_the_library(qtbot, screen, wishes):
    screen.show_state(NowPlayingState())
    button = next(button for button in screen.findChildren(QAbstractButton) if button.text() == "Open the library")
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert wishes == [("library_requested",)]


def test_first_and_last_track_lock_one_button_each(screen):
    screen.show_state(replace(STATE, can_next=False, can_previous=False))
    assert not named(screen, "Next track").isEnabled()
    assert not named(screen, "Previous track").isEnabled()
    assert named(screen, "Pause").isEnabled()


def test_the_queue_scrolls_to_the_track_that_begins_and_not_at_every_tick(qtbot, screen):
    many = tuple(QueueTrack(place, f"Song {place}", "", None) for place in range(500))
    screen.show_state(replace(STATE, queue=many, current=400))
    rows = screen.findChild(RowList)
    assert rows.viewport().rect().intersects(rows.visualRect(rows.model().index(400, 0)))
    rows.scrollToTop()
    screen.show_state(replace(STATE, queue=many, current=400, position_ms=11_000))
    assert rows.verticalScrollBar().value() == 0


def test_a_hostile_name_is_text(screen):
    screen.show_state(replace(STATE, title="<b>x</b>\x00\u202e" + "y" * 10_000, notice="<i>no</i>"))
    texts = [label.text() for label in screen.findChildren(QLabel)]
    assert any(text.startswith("<b>x</b>") and len(text) <= 1000 for text in texts)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in screen.findChildren(QLabel))


def test_the_current_row_is_spoken_as_playing(screen):
    screen.show_state(STATE)
    rows = screen.findChild(QueueList).findChild(RowList).rows()
    assert [row.spoken().endswith("playing") for row in rows] == [False, True, False]
