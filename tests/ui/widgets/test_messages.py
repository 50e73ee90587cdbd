import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, QVariantAnimation
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QWidget

from ui.screenshots.samples import ENDLESS, HOSTILE
from ui.theme.tokens import Tone
from ui.widgets.buttons import DangerButton, PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.empty_state import EmptyState
from ui.widgets.form_row import FormRow
from ui.widgets.icon_button import IconButton
from ui.widgets.label import Label
from ui.widgets.progress_row import ProgressRow, ThinBar
from ui.widgets.question import Question
from ui.widgets.search_field import SearchField
from ui.widgets.spinner import Spinner
from ui.widgets.switch import Switch
from ui.widgets.toast import Toast, ToastState
from ui.widgets.toast_stack import ToastStack


@pytest.fixture
def stack(theme, qtbot):
    window = QWidget()
    window.resize(1000, 640)
    qtbot.addWidget(window)
    made = ToastStack(window)
    window.show()
    yield made
    window.close()


def toast(stack, key):
    return next(made for made in stack.findChildren(Toast) if made.state.key == key and not made.isHidden())


def test_a_toast_says_what_to_do_and_offers_it(stack, qtbot, announced):
    stack.show_toast(ToastState("server", "No answer.", "Check the network.", Tone.ERROR, "Open Settings"))
    assert announced == ["No answer. Check the network."]
    with qtbot.waitSignal(stack.action_requested) as asked:
        qtbot.mouseClick(toast(stack, "server").findChild(SecondaryButton), Qt.MouseButton.LeftButton)
    assert asked.args == ["server"]


def test_a_toast_is_dismissed_by_its_cross_and_by_escape(stack, qtbot):
    stack.show_toast(ToastState("one", "One"))
    stack.show_toast(ToastState("two", "Two"))
    qtbot.mouseClick(toast(stack, "one").findChild(IconButton), Qt.MouseButton.LeftButton)
    assert stack.keys() == ["two"]
    qtbot.keyClick(toast(stack, "two"), Qt.Key.Key_Escape)
    assert stack.keys() == []
    assert stack.isHidden()


def test_the_same_toast_again_takes_its_place(stack):
    for text in ("Trying", "Trying again"):
        stack.show_toast(ToastState("server", text))
    stack.show_toast(ToastState("other", "Other"))
    assert stack.keys() == ["server", "other"]
    assert toast(stack, "server").state.text == "Trying again"


def test_there_are_never_too_many(stack):
    for number in range(20):
        stack.show_toast(ToastState(str(number), ENDLESS, HOSTILE))
    assert stack.keys() == ["16", "17", "18", "19"]


def test_time_takes_a_toast_away_but_not_from_under_the_pointer(stack, qtbot):
    stack.show_toast(ToastState("short", "Copied"))
    stack.show_toast(ToastState("lasting", "No answer", lasting=True))
    short = toast(stack, "short")
    QApplication.sendEvent(short, QEvent(QEvent.Type.Leave))
    assert short._timer.isActive()
    assert not toast(stack, "lasting")._timer.isActive()
    QApplication.sendEvent(short, QEnterEvent(QPointF(1, 1), QPointF(1, 1), QPointF(1, 1)))
    assert not short._timer.isActive()
    QApplication.sendEvent(short, QEvent(QEvent.Type.Leave))
    assert short._timer.isActive()
    short._timer.timeout.emit()
    assert stack.keys() == ["lasting"]


def test_toasts_stay_inside_the_window(stack):
    stack.show_toast(ToastState("one", ENDLESS[:300], ENDLESS[:300], action="Open Settings"))
    window = stack.parentWidget()
    for width, height in ((1000, 640), (1600, 900)):
        window.resize(width, height)
        assert window.rect().contains(stack.geometry())


def test_toasts_leave_a_pages_buttons_free(stack, qtbot):
    window = stack.parentWidget()
    empty = EmptyState("album", "Nothing here", "Do something about it", "Do it", second="Not now", parent=window)
    empty.setGeometry(window.rect())
    empty.show()
    for number in range(4):
        stack.show_toast(ToastState(str(number), "No answer.", "Check the network, then try again."))
    assert stack.keys() == ["0", "1", "2", "3"]
    shown = [made for made in stack.findChildren(Toast) if made.isVisible()]
    assert 1 <= len(shown) < 4
    assert shown[-1].state.key == "3"
    for button in (empty.findChild(PrimaryButton), empty.findChild(QuietButton)):
        assert not stack.geometry().intersects(QRect(button.mapTo(window, QPoint(0, 0)), button.size()))
    # Time runs only for what can be read, and what waited comes when there is room.
    assert [made._timer.isActive() for made in stack.findChildren(Toast)] == [
        it in shown for it in stack.findChildren(Toast)
    ]
    stack.dismiss("3")
    assert toast(stack, "2").isVisible()
    empty.hide()
    left = stack.keys()
    qtbot.waitUntil(
        lambda: all(made.isVisible() for made in stack.findChildren(Toast) if made.state.key in left), timeout=60_000
    )


def test_one_that_stays_is_not_pushed_out_by_those_that_pass(stack):
    stack.show_toast(ToastState("stays", "Your session was interrupted", lasting=True))
    for number in range(6):
        stack.show_toast(ToastState(str(number), "Copied"))
    assert stack.keys() == ["stays", "3", "4", "5"]


def test_a_toast_rises_only_where_movement_is_wanted(stack, theme, qtbot):
    stack.show_toast(ToastState("one", "One"))
    assert stack._rise.state() is QVariantAnimation.State.Stopped
    theme.reduced_motion = False
    stack.show_toast(ToastState("two", "Two"))
    assert stack._rise.state() is QVariantAnimation.State.Running
    assert stack.y() > stack._rest.y()
    qtbot.waitUntil(lambda: stack._rise.state() is QVariantAnimation.State.Stopped, timeout=60_000)
    assert stack.pos() == stack._rest


def test_markup_in_a_toast_is_text(stack):
    stack.show_toast(ToastState("one", HOSTILE, HOSTILE))
    assert [label.textFormat() for label in toast(stack, "one").findChildren(Label)] == [Qt.TextFormat.PlainText] * 2


def test_an_empty_state_has_its_button(theme, qtbot):
    empty = EmptyState("album", "Nothing here", "Do something", "Do it", second="Not now")
    qtbot.addWidget(empty)
    empty.show()
    with qtbot.waitSignal(empty.action_requested):
        qtbot.mouseClick(empty.findChild(PrimaryButton), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(empty.second_requested):
        qtbot.keyClick(empty.findChild(QuietButton), Qt.Key.Key_Space)
    empty.show_text("search", "No match", "Try fewer letters")
    assert empty.findChild(PrimaryButton).isHidden()


def test_the_search_field_is_emptied_by_escape_and_by_its_cross(theme, qtbot):
    field = SearchField("Filter")
    qtbot.addWidget(field)
    field.show()
    heard = []
    field.searched.connect(heard.append)
    qtbot.keyClicks(field, "ab")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert heard == ["a", "ab", ""]
    field.setText("x" * 10_000)
    assert len(field.text()) == 200
    qtbot.mouseClick(field.findChild(IconButton), Qt.MouseButton.LeftButton)
    assert field.text() == ""


def test_progress_is_told_and_can_be_cancelled(theme, qtbot):
    row = ProgressRow(cancellable=True)
    qtbot.addWidget(row)
    row.show()
    for share in (-1.0, 0.5, 7.0):
        row.show_progress("Looking through Music", "5 of 10 files", share)
        assert not row.grab().isNull()
    assert row.findChild(ThinBar).value() == 1000
    assert row.findChild(ThinBar).accessibleName() == "Looking through Music"
    with qtbot.waitSignal(row.cancel_requested):
        qtbot.mouseClick(row.findChild(QuietButton), Qt.MouseButton.LeftButton)


def test_a_spinner_turns_only_while_it_is_seen_and_wanted(theme, qtbot):
    spinner = Spinner()
    qtbot.addWidget(spinner)
    spinner.show()
    assert not spinner.turning, "the person wants no movement"
    spinner.hide()
    theme.reduced_motion = False
    spinner.show()
    assert spinner.turning
    spinner.hide()
    assert not spinner.turning


def test_a_form_row_names_its_control_and_says_what_is_wrong(theme, qtbot, announced):
    switch = Switch()
    row = FormRow("Enable RunBuddy", switch, "Play with a buddy")
    qtbot.addWidget(row)
    row.show_trouble("No server.")
    row.show_trouble("No server.")
    row.show_trouble("")
    assert switch.accessibleName() == "Enable RunBuddy"
    assert switch.accessibleDescription() == "Play with a buddy"
    assert announced == ["No server."]


@pytest.mark.parametrize(("kind", "answer"), [(DangerButton, True), (SecondaryButton, False)])
def test_a_question_is_answered(theme, qtbot, kind, answer):
    question = Question("Leave?", "The session ends.", "End", "Stay")
    qtbot.addWidget(question)
    question.open()
    with qtbot.waitSignal(question.answered) as answered:
        qtbot.mouseClick(question.findChild(kind), Qt.MouseButton.LeftButton)
    assert answered.args == [answer]


def test_enter_and_escape_lose_nothing(theme, qtbot):
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        question = Question("Leave?", "The session ends.", "End", "Stay")
        qtbot.addWidget(question)
        question.open()
        with qtbot.waitSignal(question.answered) as answered:
            qtbot.keyClick(question, key)
        assert answered.args == [False]
