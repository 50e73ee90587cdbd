import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.screenshots.samples import ENDLESS, HOSTILE
from ui.widgets.card import Card
from ui.widgets.choice import Choice
from ui.widgets.label import Label
from ui.widgets.number_field import NumberField
from ui.widgets.text_field import TextField


@pytest.fixture
def window(theme, qtbot):
    made = QWidget()
    QVBoxLayout(made)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    yield made
    made.close()


def put(window, widget):
    window.layout().addWidget(widget)
    widget.show()
    widget.setFocus()
    return widget


def heard_of(signal):
    heard = []
    signal.connect(heard.append)
    return heard


def test_a_text_counts_when_it_is_finished(window, qtbot):
    field = put(window, TextField("Server"))
    field.show_text("a.example")
    heard = heard_of(field.entered)
    qtbot.keyClicks(field, "x")
    assert heard == []
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert heard == ["xa.example"]
    qtbot.keyClicks(field, "y")
    other = put(window, TextField("Other"))
    assert heard == ["xa.example", field.text()]
    field.setFocus()
    other.setFocus()
    assert len(heard) == 2, "nothing was changed"


def test_escape_takes_a_change_back(window, qtbot):
    field = put(window, TextField("Server"))
    field.show_text("a.example")
    heard = heard_of(field.entered)
    qtbot.keyClicks(field, "xyz")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "a.example"
    put(window, TextField("Other"))
    assert heard == []


def test_news_do_not_overwrite_what_is_being_typed(window, qtbot):
    field = put(window, TextField("Server"))
    field.show_text("a.example")
    qtbot.keyClicks(field, "x")
    field.show_text("b.example")
    assert field.text() == "xa.example"


def test_a_number_is_typed_and_stepped(window, qtbot):
    field = put(window, NumberField("Delay", "ms", -2000, 5000))
    field.show_value(34.0)
    heard = heard_of(field.value_requested)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
        qtbot.keyClick(field, key)
    for typed in ("12,5", "-3 ms", "99999", "-99999", " 7.25ms"):
        field.selectAll()
        qtbot.keyClicks(field, typed)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert heard == [35, 34, 44, 34, 12.5, -3, 5000, -2000, 7.2]
    assert field.text() == "7.2 ms"


@pytest.mark.parametrize("typed", ["", "ms", "abc", "nan", "inf", "1e999", "1_0x", "<b>1</b>"])
def test_what_is_no_number_is_put_back(window, qtbot, typed):
    field = put(window, NumberField("Delay", "ms", -2000, 5000))
    field.show_value(34.0)
    heard = heard_of(field.value_requested)
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert heard == []
    assert field.text() == "34.0 ms"


def test_a_choice_is_made_by_keyboard_and_not_by_news(window, qtbot):
    choice = put(window, Choice("Device"))
    heard = heard_of(choice.choice_requested)
    choice.show_choices([("a", "First"), ("b", "Second")], "a")
    choice.show_choices([("a", "First"), ("b", "Second")], "b")
    assert heard == []
    qtbot.keyClick(choice, Qt.Key.Key_Up)
    assert heard == ["a"]
    choice.show_choices([("a", HOSTILE), ("b", ENDLESS)], "nothing of that name")
    assert choice.currentIndex() == -1
    assert max(len(choice.itemText(index)) for index in range(choice.count())) <= 60
    assert not choice.grab().isNull()


def test_a_card_draws_a_line_between_rows_that_are_seen(theme, qtbot):
    rows = [Label(name) for name in "abc"]
    card = Card(*rows)
    qtbot.addWidget(card)
    card.resize(300, 100)
    card.show()
    whole = card.grab().toImage()
    rows[1].hide()
    assert card.grab().toImage() != whole
