import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel

from ui.screens.lead_waiting import LeadWaiting, LeadWaitingState, WaitPhase


@pytest.fixture
def screen(qtbot):
    shown = LeadWaiting()
    qtbot.addWidget(shown)
    shown.resize(900, 700)
    shown.show()
    return shown


def button(screen, text):
    return next(one for one in screen.findChildren(QAbstractButton) if one.text() == text and one.isVisible())


def visible_texts(screen):
    return " | ".join(label.text() for label in screen.findChildren(QLabel) if label.isVisible())


def test_the_code_can_be_copied_while_the_leader_waits(qtbot, screen):
    screen.show_state(LeadWaitingState("Run", WaitPhase.WAITING, "K7QM3X"))
    assert "Waiting for buddy…" in visible_texts(screen)
    qtbot.mouseClick(button(screen, "Copy"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "K7QM3X"


def test_before_there_is_a_code_none_is_shown(screen):
    screen.show_state(LeadWaitingState("Run", step="Measuring the clock…"))
    assert "Measuring the clock…" in visible_texts(screen)
    assert not [one for one in screen.findChildren(QAbstractButton) if one.text() == "Copy" and one.isVisible()]


def test_a_buddy_who_comes_is_named(screen):
    screen.show_state(LeadWaitingState("Run", WaitPhase.JOINED, "K7QM3X", "Ben"))
    assert "Ben" in visible_texts(screen)
    assert "getting ready" in visible_texts(screen)


@pytest.mark.parametrize(
    ("state", "words", "signal"),
    [
        (LeadWaitingState("Run", WaitPhase.WAITING, "K7QM3X"), "Cancel", "cancel_requested"),
        (LeadWaitingState("Run", trouble="No answer", what_to_do="Check."), "Try again", "retry_requested"),
        (LeadWaitingState("Run", trouble="No answer", what_to_do="Check."), "Back", "cancel_requested"),
    ],
)
def test_every_button_asks_for_what_it_says(qtbot, screen, state, words, signal):
    screen.show_state(state)
    with qtbot.waitSignal(getattr(screen, signal)):
        qtbot.mouseClick(button(screen, words), Qt.MouseButton.LeftButton)
