import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel

from ui.screens.joining import Joining, JoiningState, StepLine, StepMark
from ui.widgets.spinner import Spinner

STEPS = (
    StepLine("Signed in", StepMark.PASSED, "As Ben."),
    StepLine("Same music", StepMark.RUNNING),
    StepLine("Ready", StepMark.TO_COME),
)


@pytest.fixture
def screen(qtbot):
    shown = Joining()
    qtbot.addWidget(shown)
    shown.resize(900, 700)
    shown.show()
    return shown


def buttons(screen):
    return {one.text(): one for one in screen.findChildren(QAbstractButton) if one.isVisible() and one.text()}


def visible_texts(screen):
    return [label.text() for label in screen.findChildren(QLabel) if label.isVisible()]


def test_steps_are_spoken_with_how_they_stand(screen):
    screen.show_state(JoiningState("Ana", "Run", STEPS))
    names = {child.accessibleName() for child in screen.findChildren(object) if hasattr(child, "accessibleName")}
    assert {"Signed in: passed. As Ben.", "Same music: running. ", "Ready: to come. "} <= names
    assert sum(spinner.isVisible() for spinner in screen.findChildren(Spinner)) == 1
    screen.show_state(JoiningState("Ana", "Run", STEPS[:1]))
    assert "Same music" not in visible_texts(screen)


def test_while_it_is_under_way_it_can_be_cancelled_and_nothing_else(qtbot, screen):
    screen.show_state(JoiningState("Ana", "Run", STEPS))
    assert list(buttons(screen)) == ["Cancel"]
    with qtbot.waitSignal(screen.cancel_requested):
        qtbot.mouseClick(buttons(screen)["Cancel"], Qt.MouseButton.LeftButton)


def test_a_question_is_asked_before_other_recordings_are_joined(qtbot, screen):
    screen.show_state(JoiningState("Ana", "Run", STEPS, question="One track is another recording", what_to_do="Hm."))
    assert set(buttons(screen)) == {"Join all the same", "Cancel"}
    with qtbot.waitSignal(screen.go_on_requested):
        qtbot.mouseClick(buttons(screen)["Join all the same"], Qt.MouseButton.LeftButton)


def test_trouble_says_what_to_do_and_offers_it(qtbot, screen):
    screen.show_state(
        JoiningState("Ana", "Run", STEPS, trouble="“Copper” has no file here", what_to_do="Pair it.", fix="Open “Run”")
    )
    assert {"“Copper” has no file here", "Pair it."} <= set(visible_texts(screen))
    assert set(buttons(screen)) == {"Open “Run”", "Try again", "Back to sessions"}
    for words, signal in (("Open “Run”", screen.fix_requested), ("Try again", screen.retry_requested)):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(buttons(screen)[words], Qt.MouseButton.LeftButton)
