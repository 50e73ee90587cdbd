from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit

from tests.ui.screens.wishes import heard_from
from ui.screens.billboard import Billboard
from ui.screens.billboard_state import BillboardState, Instead, OpenSession, Playable, matching
from ui.screens.join_code_field import JoinCodeField
from ui.widgets.buttons import PrimaryButton
from ui.widgets.icon_button import IconButton
from ui.widgets.name_question import NameQuestion
from ui.widgets.row_list import RowList
from ui.widgets.search_field import SearchField
from ui.widgets.trouble import Trouble

SESSIONS = (
    OpenSession("a", "Ana", "Sunday Kitchen", 14, "just now", Playable.YES),
    OpenSession("b", "Ben", "Long Run", 1, "1 hour ago", Playable.PARTLY),
    OpenSession("c", "Zoë", "Kitchen Dance", 3, "2 hours ago", Playable.NO),
)


@pytest.fixture
def screen(qtbot):
    shown = Billboard()
    qtbot.addWidget(shown)
    shown.resize(1000, 700)
    shown.show()
    return shown


@pytest.fixture
def wishes(screen):
    return heard_from(
        screen,
        *("join_requested", "code_entered", "refresh_requested", "settings_requested", "library_requested"),
        *("name_entered", "switch_on_requested", "now_playing_requested"),
    )


def button(screen, text):
    return next(one for one in screen.findChildren(QAbstractButton) if one.text() == text)


def choose(screen, place):
    rows = screen.findChild(RowList)
    rows.setCurrentIndex(rows.model().index(place, 0))
    return rows


def keys(screen):
    return [row.key for row in screen.findChild(RowList).rows()]


def told_of_the_code(screen):
    return screen.findChild(JoinCodeField).findChild(Trouble).text()


def test_a_session_is_joined_by_button_enter_and_double_click(qtbot, screen, wishes):
    screen.show_state(BillboardState(SESSIONS))
    assert not button(screen, "Join").isEnabled()
    rows = choose(screen, 1)
    qtbot.mouseClick(button(screen, "Join"), Qt.MouseButton.LeftButton)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    place = rows.visualRect(rows.model().index(0, 0)).center()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert wishes == [("join_requested", "b"), ("join_requested", "b"), ("join_requested", "a")]


def test_a_refresh_keeps_what_is_chosen(screen):
    screen.show_state(BillboardState(SESSIONS))
    choose(screen, 2)
    screen.show_state(BillboardState((replace(SESSIONS[0], session_id="new"), *SESSIONS)))
    assert screen.findChild(RowList).chosen_key() == "c"
    screen.show_state(BillboardState(SESSIONS[:2]))
    assert not button(screen, "Join").isEnabled()


def test_nothing_can_be_joined_while_it_is_locked(qtbot, screen, wishes):
    screen.show_state(BillboardState(SESSIONS, locked="You lead a session; end it first"))
    rows = choose(screen, 0)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    qtbot.mouseClick(button(screen, "Join"), Qt.MouseButton.LeftButton)
    field = screen.findChild(JoinCodeField)
    field.findChild(QLineEdit).setText("K7QM3X")
    qtbot.keyClick(field.findChild(QLineEdit), Qt.Key.Key_Return)
    assert wishes == []
    assert "end it first" in button(screen, "Join").toolTip()


def test_the_filter_looks_at_host_and_playlist(qtbot, screen):
    screen.show_state(BillboardState(SESSIONS))
    qtbot.keyClicks(screen.findChild(SearchField), "kitchen")
    assert keys(screen) == ["a", "c"]
    qtbot.keyClicks(screen.findChild(SearchField), " ZOË")
    assert keys(screen) == ["c"]
    screen.show_state(BillboardState(SESSIONS))
    assert keys(screen) == ["c"]
    assert matching(SESSIONS, "") == SESSIONS


def test_a_code_is_taken_as_people_type_it(qtbot, screen, wishes):
    field = screen.findChild(JoinCodeField).findChild(QLineEdit)
    qtbot.keyClicks(field, "k7-q m")
    assert field.text() == "K7QM"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert wishes == []
    assert told_of_the_code(screen) == "A join code has 6 characters"
    assert not button(screen, "Join by code").isEnabled()
    qtbot.keyClicks(field, "3xEXTRA")
    assert field.text() == "K7QM3X"
    # What doesn't fit is said, and so is what is missing: nothing is swallowed.
    assert told_of_the_code(screen) == "A join code has 6 characters"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.mouseClick(button(screen, "Join by code"), Qt.MouseButton.LeftButton)
    assert wishes == [("code_entered", "K7QM3X")] * 2
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""


def test_a_code_can_be_pasted_with_spaces_around(qtbot, screen):
    field = screen.findChild(JoinCodeField).findChild(QLineEdit)
    QApplication.clipboard().setText("  k7q m3x\n")
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == "K7QM3X"


def test_a_wrong_code_is_told_beside_the_field(screen):
    screen.show_state(BillboardState(SESSIONS, code_trouble="No session has this code."))
    told = [label for label in screen.findChildren(QLabel) if label.text() == "No session has this code."]
    assert [label.isVisible() for label in told] == [True]
    screen.show_state(BillboardState(SESSIONS))
    assert not told[0].isVisible()


def test_another_code_takes_the_word_about_the_wrong_one_back(qtbot, screen):
    wrong = BillboardState(SESSIONS, code_trouble="No session has this code.")
    screen.show_state(wrong)
    qtbot.keyClicks(screen.findChild(JoinCodeField).findChild(QLineEdit), "K")
    screen.show_state(wrong)
    assert told_of_the_code(screen) == ""


def test_a_wrong_code_is_selected_so_that_the_next_takes_its_place(qtbot, screen, wishes):
    field = screen.findChild(JoinCodeField).findChild(QLineEdit)
    qtbot.keyClicks(field, "346789")
    screen.show_state(BillboardState(SESSIONS, code_trouble="No session has this code."))
    qtbot.keyClicks(field, "k7qm3x")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert wishes == [("code_entered", "K7QM3X")]


def test_a_code_that_is_looked_for_is_not_sent_twice(qtbot, screen, wishes):
    field = screen.findChild(JoinCodeField).findChild(QLineEdit)
    qtbot.keyClicks(field, "K7QM3X")
    screen.show_state(BillboardState(SESSIONS, code_busy=True))
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not button(screen, "Join by code").isEnabled()
    assert wishes == []
    screen.show_state(BillboardState(SESSIONS))
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert wishes == [("code_entered", "K7QM3X")]


def test_refresh_by_button_and_by_pulling_at_the_top(qtbot, screen, wishes):
    screen.show_state(BillboardState(tuple(replace(SESSIONS[0], session_id=str(place)) for place in range(100))))
    refresh = next(one for one in screen.findChildren(IconButton) if "Refresh" in one.accessibleName())
    qtbot.mouseClick(refresh, Qt.MouseButton.LeftButton)
    rows = screen.findChild(RowList)

    def wheel(up):
        turn = QPoint(0, 120 if up else -120)
        place = QPointF(rows.viewport().rect().center())
        event = QWheelEvent(
            place,
            rows.viewport().mapToGlobal(place),
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(rows.viewport(), event)

    wheel(up=True)
    assert wishes == [("refresh_requested",)] * 2
    # A touchpad sends one pull in many pieces.
    wheel(up=True)
    assert wishes == [("refresh_requested",)] * 2
    wheel(up=False)
    wheel(up=True)
    assert wishes == [("refresh_requested",)] * 2


@pytest.mark.parametrize(
    ("state", "words", "press", "wish"),
    [
        (BillboardState(()), "Nobody is leading right now", "Lead a playlist", "library_requested"),
        (BillboardState((), trouble="No answer"), "No answer", "Try again", "refresh_requested"),
        (BillboardState(None, trouble="No answer"), "No answer", "Open Settings", "settings_requested"),
        (BillboardState(None, trouble="No", in_settings=True), "No", "Open Settings", "settings_requested"),
        (BillboardState(None, trouble="No", in_settings=True), "No", "Try again", "refresh_requested"),
        (
            BillboardState(None, instead=Instead.SWITCH_ON),
            "RunBuddy is switched off",
            "Switch on RunBuddy",
            "switch_on_requested",
        ),
        (
            BillboardState(None, instead=Instead.IN_SESSION),
            "You are in a session",
            "Open Now Playing",
            "now_playing_requested",
        ),
        (BillboardState(None), "Looking for sessions…", None, None),
    ],
)
def test_what_is_missing_is_said_with_its_button(qtbot, screen, wishes, state, words, press, wish):
    screen.show_state(state)
    assert [label.isVisible() for label in screen.findChildren(QLabel) if label.text() == words] == [True]
    if press is not None:
        qtbot.mouseClick(button(screen, press), Qt.MouseButton.LeftButton)
        assert wishes == [(wish,)]


def test_what_is_mended_in_the_settings_leads_there_first(screen):
    def first():
        return next(one.text() for one in screen.findChildren(PrimaryButton) if one.isVisible())

    screen.show_state(BillboardState(None, trouble="You are not signed in", in_settings=True))
    assert first() == "Open Settings"
    screen.show_state(BillboardState(None, trouble="No answer"))
    assert first() == "Try again"


def test_a_server_that_asks_for_a_name_is_told_it_on_the_spot(qtbot, screen, wishes):
    screen.show_state(BillboardState(None, trouble="A name", instead=Instead.NAME, locked="Enter your name first"))
    field = screen.findChild(NameQuestion).findChild(QLineEdit)
    go_on = button(screen, "Continue")
    assert not go_on.isEnabled()
    qtbot.keyClicks(field, "   ")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not go_on.isEnabled()
    field.setText("Ana\u202e ")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.mouseClick(go_on, Qt.MouseButton.LeftButton)
    assert wishes == [("name_entered", "Ana")] * 2
    screen.show_state(BillboardState(SESSIONS))
    assert screen.findChild(RowList).isVisible()


def test_the_filter_is_cleared_by_the_button_of_what_it_left_empty(qtbot, screen):
    screen.show_state(BillboardState(SESSIONS))
    qtbot.keyClicks(screen.findChild(SearchField), "polka")
    qtbot.mouseClick(button(screen, "Clear the filter"), Qt.MouseButton.LeftButton)
    assert keys(screen) == ["a", "b", "c"]


def test_trouble_while_sessions_are_known_keeps_them_and_says_that_they_are_old(qtbot, screen, wishes):
    screen.show_state(BillboardState(SESSIONS))
    screen.show_state(BillboardState(SESSIONS, trouble="No answer."))
    assert screen.findChild(RowList).isVisible()
    told = [label for label in screen.findChildren(QLabel) if label.text() == "Not up to date: No answer."]
    assert [label.isVisible() for label in told] == [True]
    again = next(it for it in screen.findChildren(QAbstractButton) if it.text() == "Try again" and it.isVisible())
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    assert wishes == [("refresh_requested",)]
    screen.show_state(BillboardState(SESSIONS))
    assert not again.isVisible()


def test_while_it_looks_the_refresh_button_keeps_the_focus_and_asks_for_nothing(qtbot, screen, wishes):
    screen.show_state(BillboardState(SESSIONS, refreshing=True))
    refresh = next(one for one in screen.findChildren(IconButton) if "Refresh" in one.accessibleName())
    assert refresh.isEnabled()
    qtbot.mouseClick(refresh, Qt.MouseButton.LeftButton)
    assert wishes == []


@pytest.mark.parametrize(("place", "words"), [(0, ""), (1, "some of its tracks"), (2, "not in your library")])
def test_it_is_said_of_the_chosen_session_whether_it_can_be_followed(screen, place, words):
    screen.show_state(BillboardState(SESSIONS))
    choose(screen, place)
    said = [label.text() for label in screen.findChildren(QLabel) if f"{SESSIONS[place].host} leads" in label.text()]
    assert len(said) == 1
    assert words in said[0]
    assert bool(words) == ("yet" in said[0])


def test_hostile_hosts_are_text(screen):
    screen.show_state(BillboardState((OpenSession("x", "<b>x</b>\x00", "y" * 10_000, 1, "now", Playable.NO),)))
    choose(screen, 0)
    chosen = [label.text() for label in screen.findChildren(QLabel) if " leads " in label.text()]
    assert len(chosen) == 1
    assert "<b>x</b>" in chosen[0]
    assert "\x00" not in chosen[0]
