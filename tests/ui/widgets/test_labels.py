from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from ui.screenshots.samples import ENDLESS, HOSTILE
from ui.theme.tokens import TextRole
from ui.widgets.label import ElidedLabel, Label


def test_markup_is_text(theme, qtbot):
    for made in (Label(HOSTILE), ElidedLabel(HOSTILE)):
        qtbot.addWidget(made)
        assert made.textFormat() == Qt.TextFormat.PlainText
        assert made.text().startswith("<b>Bold</b> <img src=x> & gnirts")
        assert "\x00" not in made.text()


def test_what_has_no_room_is_left_out_and_told_by_the_tooltip(theme, qtbot):
    label = ElidedLabel("The Philharmonic Society of the Upper Rhine Valley")
    qtbot.addWidget(label)
    label.resize(100, 20)
    label.grab()
    assert label.toolTip() == "<qt>The Philharmonic Society of the Upper Rhine Valley</qt>"
    assert label.text() == "The Philharmonic Society of the Upper Rhine Valley"
    label.resize(600, 20)
    label.grab()
    assert label.toolTip() == ""
    assert label.minimumSizeHint().width() <= 24


def test_an_endless_text_makes_no_endless_window(theme, qtbot):
    label = ElidedLabel(ENDLESS)
    qtbot.addWidget(label)
    label.resize(200, 20)
    label.show()
    assert len(label.text()) == 1000
    assert not label.grab().isNull()


def test_lines_have_the_room_that_they_need(theme, qtbot):
    label = Label("word " * 40, TextRole.BODY, wraps=True)
    qtbot.addWidget(label)
    label.set_width(200)
    high = label.height()
    label.setText("word")
    assert label.height() < high
    assert high >= 3 * label.fontMetrics().height()


def test_a_tone_is_another_colour(theme, qtbot):
    label = Label("Lost")
    qtbot.addWidget(label)
    label.show()
    before = label.palette().color(QLabel().foregroundRole()).name()
    label.set_tone("error")
    assert label.palette().color(label.foregroundRole()).name() == theme.palette.error != before


def test_a_text_of_a_kept_width_has_room_in_another_font(theme, qtbot):
    label = Label("word " * 40, TextRole.BODY, wraps=True)
    qtbot.addWidget(label)
    label.set_width(200)
    before = label.height()
    larger = label.font()
    larger.setPixelSize(2 * larger.pixelSize())
    label.setFont(larger)
    assert label.height() > 1.5 * before
