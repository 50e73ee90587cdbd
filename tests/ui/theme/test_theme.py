from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPalette

from ui.theme.theme import current, font
from ui.theme.tokens import DARK, FONTS, LIGHT, MOTION_MS, TextRole


def test_there_is_one_theme(qapp, theme):
    assert current() is theme is current()


def test_dark_and_light_reach_every_widget(theme, qtbot):
    with qtbot.waitSignal(theme.changed):
        theme.set_dark(True)
    assert theme.palette is DARK
    assert QGuiApplication.palette().color(QPalette.ColorRole.Window).name() == DARK.background
    theme.set_dark(False)
    assert theme.palette is LIGHT
    assert QGuiApplication.palette().color(QPalette.ColorRole.WindowText).name() == LIGHT.text


def test_it_follows_the_system(theme):
    hints = QGuiApplication.styleHints()
    theme.set_dark(None)
    expected = DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT
    assert theme.palette is expected
    theme.set_dark(True)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.palette is DARK, "what the person chose counts more"


def test_no_movement_where_the_person_wants_none(theme):
    theme.reduced_motion = False
    assert theme.motion_ms == MOTION_MS
    theme.reduced_motion = True
    assert theme.motion_ms == 0


def test_the_fonts_have_five_sizes(theme):
    assert [font(role).pixelSize() for role in TextRole] == [FONTS[role][0] for role in TextRole]
