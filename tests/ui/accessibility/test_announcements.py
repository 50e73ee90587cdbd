from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible

from tests.ui.accessibility.windows import settle, whole_window
from ui.screens.now_playing import NowPlayingState
from ui.screenshots.window import PLAYING
from ui.theme.tokens import Tone
from ui.widgets.jump_slider import JumpSlider
from ui.widgets.role_banner import RoleBannerState
from ui.widgets.sync_pill import SyncKind, SyncPill, SyncPillState
from ui.widgets.toast import ToastState

LOCKSTEP = SyncPillState(SyncKind.IN_LOCKSTEP, "In lockstep · 0.2 ms", "Connected")
FOLLOWING = RoleBannerState(Tone.FOLLOWING, "Following Ana", "Leave")


@pytest.fixture
def window(theme, qtbot):
    made, screens = whole_window()
    qtbot.addWidget(made)
    made.screens = screens
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.show_screen("now_playing")
    return made


def in_session(window, sync, position_ms=0):
    """Show a session at a place in the music, as the app does several times a second."""
    player = replace(PLAYING, sync=sync, position_ms=position_ms)
    window.player_bar.show_state(player)
    window.screens.now_playing.show_state(
        NowPlayingState(
            title=player.title, duration_ms=player.duration_ms, position_ms=position_ms, banner=FOLLOWING, sync=sync
        )
    )


def test_role_and_sync_state_are_said_once_and_numbers_not_at_all(window, announced):
    for tenth in range(30):
        in_session(window, replace(LOCKSTEP, text=f"In lockstep · 0.{tenth} ms"), tenth * 200)
    in_session(window, SyncPillState(SyncKind.RECONNECTING, "Reconnecting, playing on"))
    in_session(window, LOCKSTEP)
    assert announced.count("Following Ana") == 1
    assert [words for words in announced if words != "Following Ana"] == [
        "In lockstep · 0.0 ms",
        "Reconnecting, playing on",
        "In lockstep · 0.2 ms",
    ]


def test_a_message_is_said_with_what_to_do(window, announced):
    window.toasts.show_toast(ToastState("gone", "The headphones are gone", "Plug them in again.", Tone.WARNING))
    settle()
    assert announced == ["The headphones are gone. Plug them in again."]


def test_the_pill_that_has_the_focus_keeps_its_words_until_the_state_is_another(window):
    in_session(window, LOCKSTEP)
    pill = window.player_bar.findChild(SyncPill)
    pill.setFocus(Qt.FocusReason.TabFocusReason)
    said = pill.accessibleName()
    in_session(window, replace(LOCKSTEP, text="In lockstep · 0.7 ms", detail="Connected still"))
    assert (pill.accessibleName(), pill.accessibleDescription()) == (said, "Connected")
    in_session(window, SyncPillState(SyncKind.CLOCK_LOST, "Clock lost"))
    assert pill.accessibleName() == "Sync: Clock lost"
    window.sidebar.setFocus()
    pill.clearFocus()
    in_session(window, replace(LOCKSTEP, text="In lockstep · 0.9 ms"))
    assert pill.accessibleName() == "Sync: In lockstep · 0.9 ms"


def test_the_position_that_has_the_focus_is_silent_while_the_music_plays(window, qtbot):
    slider = window.player_bar.findChild(JumpSlider)
    in_session(window, LOCKSTEP, 73_000)
    slider.setFocus(Qt.FocusReason.TabFocusReason)
    assert QAccessible.queryAccessibleInterface(slider).text(QAccessible.Text.Description).endswith("1:13 of 3:34")
    with qtbot.assertNotEmitted(slider.valueChanged), qtbot.assertNotEmitted(window.player_bar.seek_requested):
        for position_ms in range(73_000, 80_000, 200):
            in_session(window, LOCKSTEP, position_ms)
    assert slider.value() == 73_000
    assert slider.shown_value == 79_800
    with qtbot.waitSignal(window.player_bar.seek_requested) as sought:
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert sought.args == [84_800], "from where the music is, not from where the focus came"
    slider.clearFocus()
    in_session(window, LOCKSTEP, 90_000)
    assert slider.value() == 90_000
