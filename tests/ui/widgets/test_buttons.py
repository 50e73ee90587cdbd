import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.widgets.buttons import DangerButton, PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.icon_button import IconButton
from ui.widgets.switch import Switch

MAKERS = [
    lambda: PrimaryButton("Play", "play_arrow-fill"),
    lambda: SecondaryButton("Choose folder…"),
    lambda: QuietButton("Skip"),
    lambda: DangerButton("End session"),
    lambda: IconButton("settings", "Settings"),
]


@pytest.mark.parametrize("make", MAKERS)
def test_a_button_is_pressed_by_mouse_and_by_keyboard(theme, qtbot, make):
    button = make()
    qtbot.addWidget(button)
    button.show()
    with qtbot.waitSignal(button.clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
        with qtbot.waitSignal(button.clicked):
            qtbot.keyClick(button, key)
    assert button.accessibleName()


@pytest.mark.parametrize("make", MAKERS)
def test_a_locked_button_does_nothing_and_says_why(theme, qtbot, make):
    button = make()
    qtbot.addWidget(button)
    button.show()
    button.set_locked("Ana leads & <b>has</b> the controls")
    with qtbot.assertNotEmitted(button.clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        button.click()
    assert button.toolTip() == "<qt>Ana leads &amp; &lt;b&gt;has&lt;/b&gt; the controls</qt>"
    assert "Ana leads" in button.accessibleDescription()
    button.set_locked(None)
    with qtbot.waitSignal(button.clicked):
        button.click()


def test_words_are_shown_whole_and_as_they_are(theme, qtbot):
    for words in ("Play", "Ben & Ana", "&File", "Import a playlist", "<b>x</b>"):
        button = PrimaryButton(words)
        qtbot.addWidget(button)
        button.resize(button.sizeHint())
        assert button.words() == words
        assert button.accessibleName() == words
        assert button.fontMetrics().horizontalAdvance(words) < button.width()
        assert button.shortcut().isEmpty()


def test_the_ring_is_drawn_for_the_keyboard_alone(theme, qtbot):
    window = QWidget()
    layout = QVBoxLayout(window)
    first, second = PrimaryButton("First"), SecondaryButton("Second")
    layout.addWidget(first)
    layout.addWidget(second)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    second.setFocus(Qt.FocusReason.MouseFocusReason)
    assert second.hasFocus()
    assert not second.focus_visible
    qtbot.keyClick(second, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert first.focus_visible
    plain = second.grab().toImage()
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert second.focus_visible
    assert second.grab().toImage() != plain


def test_a_switch_is_hit_anywhere(theme, qtbot):
    switch = Switch("Enable RunBuddy")
    qtbot.addWidget(switch)
    switch.show()
    heard = []
    switch.clicked[bool].connect(heard.append)
    for place in (QPoint(2, 2), QPoint(switch.width() - 3, switch.height() - 3)):
        qtbot.mouseClick(switch, Qt.MouseButton.LeftButton, pos=place)
    switch.setChecked(True)
    assert heard == [True, False]


def test_a_switch_slides_only_where_movement_is_wanted(theme, qtbot):
    switch = Switch("Enable RunBuddy")
    qtbot.addWidget(switch)
    switch.show()
    switch.setChecked(True)
    assert switch._share == 1.0
    theme.reduced_motion = False
    switch.setChecked(False)
    assert 0.0 < switch._share <= 1.0
    switch.setChecked(True)
    qtbot.waitUntil(lambda: switch._share == 1.0, timeout=60_000)
    assert not switch.grab().isNull()
