from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from ui.screens.settings.about_section import LicencesDialog
from ui.screens.settings.screen import SettingsScreen
from ui.screens.settings.state import (
    AboutState,
    AccountPhase,
    ClockState,
    LibraryState,
    Licence,
    RunBuddyState,
    SettingsState,
    SoundState,
    StorageState,
)
from ui.screenshots.scenes.settings import USUAL
from ui.widgets.buttons import DangerButton, SecondaryButton
from ui.widgets.choice import Choice
from ui.widgets.label import Label
from ui.widgets.question import Question
from ui.widgets.row_list import RowList
from ui.widgets.search_field import SearchField
from ui.widgets.spinner import Spinner
from ui.widgets.switch import Switch
from ui.widgets.text_field import TextField

SIGNALS = [
    "folder_chosen",
    "rescan_requested",
    "sign_in_requested",
    "sign_in_cancel_requested",
    "sign_out_requested",
    "enabled_requested",
    "server_requested",
    "name_requested",
    "ntp_server_requested",
    "measure_requested",
    "device_requested",
    "engine_requested",
    "delay_requested",
    "click_requested",
    "cache_size_requested",
    "clear_cache_requested",
    "debug_requested",
    "log_folder_requested",
    "reset_requested",
]


@pytest.fixture
def screen(theme, qtbot):
    made = SettingsScreen()
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show_state(USUAL)
    made.show()
    return made


@pytest.fixture
def wishes(screen):
    """Record every signal of the screen with what it carries."""
    heard = []
    for name in SIGNALS:
        getattr(screen, name).connect(lambda *what, name=name: heard.append((name, *what)))
    return heard


def button(screen, words):
    return next(
        made
        for made in screen.findChildren(QAbstractButton)
        if words in (made.accessibleName(), made.text()) and not made.isHidden()
    )


def press(screen, qtbot, words):
    qtbot.mouseClick(button(screen, words), Qt.MouseButton.LeftButton)


def texts(screen):
    return [label.text() for label in screen.findChildren(Label) if not label.isHidden()]


def test_every_button_says_what_is_wanted(screen, qtbot, wishes):
    for words in ("Look again", "Sign out", "Measure again", "Start the click", "Empty the cache", "Open log folder"):
        press(screen, qtbot, words)
    assert wishes == [
        ("rescan_requested",),
        ("sign_out_requested",),
        ("measure_requested",),
        ("click_requested", True),
        ("clear_cache_requested",),
        ("log_folder_requested",),
    ]


def test_the_account_is_signed_in_waited_for_and_cancelled(screen, qtbot, wishes):
    screen.show_state(SettingsState())
    press(screen, qtbot, "Sign in")
    screen.show_state(SettingsState(LibraryState(account_phase=AccountPhase.WAITING)))
    press(screen, qtbot, "Cancel")
    assert wishes == [("sign_in_requested",), ("sign_in_cancel_requested",)]


def test_switches_fields_and_choices(screen, qtbot, wishes):
    for name in ("Enable RunBuddy", "Detailed log"):
        press(screen, qtbot, name)
    for field in screen.findChildren(TextField):
        if field.accessibleName() in ("Session server", "NTP server"):
            field.setText("there.example")
            qtbot.keyClick(field, Qt.Key.Key_Return)
    for choice in screen.findChildren(Choice):
        qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert wishes == [
        ("enabled_requested", False),
        ("debug_requested", True),
        ("server_requested", "there.example"),
        ("ntp_server_requested", "there.example"),
        ("device_requested", "alsa.usb"),
        ("engine_requested", "libvlc"),
        ("cache_size_requested", 5 * 1024**3),
    ]


def test_the_delay_is_stepped_while_it_clicks(screen, qtbot, wishes):
    screen.show_state(SettingsState(sound=SoundState(delay_ms=10.0, clicking=True, click_note="Clicking")))
    press(screen, qtbot, "One millisecond more")
    press(screen, qtbot, "One millisecond more")
    press(screen, qtbot, "One millisecond less")
    press(screen, qtbot, "Stop the click")
    assert wishes == [
        ("delay_requested", 11.0),
        ("delay_requested", 12.0),
        ("delay_requested", 11.0),
        ("click_requested", False),
    ]


def test_a_folder_is_chosen_in_a_dialog_that_blocks_nothing(screen, qtbot, wishes, tmp_path):
    press(screen, qtbot, "Choose…")
    dialog = screen.findChild(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path))
    dialog.reject()
    assert wishes == [("folder_chosen", str(tmp_path))]


@pytest.mark.parametrize(("kind", "expected"), [(DangerButton, [("reset_requested",)]), (SecondaryButton, [])])
def test_a_reset_is_asked_about_first(screen, qtbot, wishes, kind, expected):
    press(screen, qtbot, "Reset…")
    assert wishes == []
    question = screen.findChild(Question)
    qtbot.mouseClick(question.findChild(kind), Qt.MouseButton.LeftButton)
    assert wishes == expected


def test_a_session_locks_what_would_end_it_and_says_why(screen, qtbot, wishes):
    screen.show_state(
        SettingsState(
            USUAL.library,
            USUAL.runbuddy,
            USUAL.clock,
            USUAL.sound,
            USUAL.storage,
            USUAL.about,
            "Leave the session first",
        )
    )
    locked = [made for made in screen.findChildren(Switch) if made.accessibleName() == "Enable RunBuddy"]
    locked += [made for made in screen.findChildren(TextField) if "server" in made.accessibleName().lower()]
    locked += [made for made in screen.findChildren(Choice) if made.accessibleName() == "Engine"]
    assert len(locked) == 4
    assert not any(made.isEnabled() for made in locked)
    assert "Leave the session first" in texts(screen)
    press(screen, qtbot, "Measure again")
    assert wishes == [("measure_requested",)], "what harms no session stays free"


def test_showing_any_state_asks_for_nothing(screen, wishes):
    states = [
        SettingsState(),
        USUAL,
        SettingsState(runbuddy=RunBuddyState(enabled=False, asks_name=True, name="Ana")),
        SettingsState(clock=ClockState(measuring=True)),
        SettingsState(sound=SoundState((("", "Default"), ("x", "X")), "x", delay_ms=-1.5)),
        SettingsState(storage=StorageState(12345, debug=True)),
    ]
    for state in states + states[::-1]:
        screen.show_state(state)
    assert wishes == []


def test_what_is_wrong_stands_beside_what_it_is_about(screen, announced):
    trouble = "ntp.example does not answer. Choose another NTP server."
    screen.show_state(SettingsState(clock=ClockState("ntp.example", trouble=trouble)))
    screen.show_state(SettingsState(clock=ClockState("ntp.example", measuring=True, trouble=trouble)))
    assert trouble in texts(screen)
    assert announced == [trouble]


def test_every_control_has_a_name(screen):
    controls = [*screen.findChildren(QAbstractButton), *screen.findChildren(TextField), *screen.findChildren(Choice)]
    unnamed = [made for made in controls if not (made.accessibleName() or made.text())]
    assert unnamed == []


def test_the_licences_are_listed_and_filtered(screen, qtbot):
    licences = (Licence("httpx", "1", "BSD-3-Clause"), Licence("mutagen", "2", "GPL-2.0-or-later"))
    screen.show_state(SettingsState(about=AboutState("1.0", licences)))
    press(screen, qtbot, "Licences")
    dialog = screen.findChild(LicencesDialog)
    rows = dialog.findChild(RowList)
    assert [row.title for row in rows.rows()] == ["httpx", "mutagen"]
    qtbot.keyClicks(dialog.findChild(SearchField), "gpl")
    assert [row.title for row in rows.rows()] == ["mutagen"]
    dialog.reject()


def test_licences_that_are_still_read_can_not_be_opened(screen):
    screen.show_state(SettingsState(about=AboutState("1.0")))
    assert not button(screen, "Licences").isEnabled()


def test_a_refused_time_server_stays_to_be_mended_and_says_what_is_wrong(screen):
    screen.show_state(SettingsState(clock=ClockState("256.1.1.1:99999", "It is no NTP server.")))
    field = next(made for made in screen.findChildren(TextField) if made.accessibleName() == "NTP server")
    assert (field.text(), field.property("invalid")) == ("256.1.1.1:99999", True)
    assert "It is no NTP server." in texts(screen)
    screen.show_state(USUAL)
    assert not field.property("invalid")


def test_what_is_locked_says_why_where_it_is(screen):
    screen.show_state(replace(USUAL, locked="Change this when the session is over"))
    seen = [label.text() for label in screen.findChildren(Label) if label.isVisible()]
    assert seen.count("Change this when the session is over") == 4


def test_the_focus_stays_with_the_button_that_starts_and_stops_the_click(screen, qtbot):
    with qtbot.waitActive(screen):
        screen.activateWindow()
    button(screen, "Start the click").setFocus()
    clicking = replace(USUAL, sound=replace(USUAL.sound, clicking=True, click_note="Clicking"))
    screen.show_state(clicking)
    assert screen.focusWidget() is button(screen, "Stop the click")
    screen.show_state(USUAL)
    assert screen.focusWidget() is button(screen, "Start the click")


def test_the_wheel_gives_no_choice_the_focus(screen):
    assert {choice.focusPolicy() for choice in screen.findChildren(Choice)} == {Qt.FocusPolicy.StrongFocus}


def test_nothing_is_said_of_the_folder_before_it_is_known(screen):
    screen.show_state(SettingsState())
    assert not any("None yet" in text for text in texts(screen))
    screen.show_state(SettingsState(LibraryState("")))
    assert any("None yet" in text for text in texts(screen))


def test_nothing_turns_before_anything_is_known(theme, qtbot):
    made = SettingsScreen()
    qtbot.addWidget(made)
    made.show()
    assert not any(spinner.isVisible() for spinner in made.findChildren(Spinner))


def test_the_delay_of_what_does_not_sound_is_locked(screen):
    silent = replace(USUAL.sound, delay_locked="Nothing sounds here, so nothing sounds late")
    screen.show_state(replace(USUAL, sound=silent))
    assert not button(screen, "One millisecond more").isEnabled()
    assert "Nothing sounds here, so nothing sounds late" in texts(screen)
    screen.show_state(USUAL)
    assert button(screen, "One millisecond more").isEnabled()
