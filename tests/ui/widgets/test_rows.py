from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from ui.screenshots.samples import ENDLESS, HOSTILE
from ui.theme.tokens import Tone
from ui.widgets.row_list import RowList
from ui.widgets.rows import Row, RowBadge, RowModel


def rows(count, **what):
    return [Row(str(number), f"Track {number}", "Kobo", number=str(number), **what) for number in range(count)]


def shown(qtbot, count=20):
    made = RowList("Tracks")
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show_rows(rows(count))
    made.show()
    return made


def test_the_model_is_one_that_qt_accepts(theme, qtbot):
    model = RowModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for count in (0, 3, 3, 1):
        model.show_rows(rows(count))
    assert tester.model() is model
    assert model.rowCount(model.index(0)) == 0


def test_a_row_is_activated_by_enter_and_by_double_click(theme, qtbot):
    made = shown(qtbot)
    made.setCurrentIndex(made.model().index(2))
    with qtbot.waitSignal(made.row_activated) as activated:
        qtbot.keyClick(made, Qt.Key.Key_Return)
    assert activated.args == ["2"]
    place = made.visualRect(made.model().index(3)).center()
    qtbot.mouseClick(made.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(made.row_activated) as activated:
        qtbot.mouseDClick(made.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert activated.args == ["3"]


def test_one_walks_by_keys(theme, qtbot):
    made = shown(qtbot)
    made.setCurrentIndex(made.model().index(0))
    with qtbot.waitSignal(made.row_chosen) as chosen:
        qtbot.keyClick(made, Qt.Key.Key_Down)
    assert chosen.args == ["1"] == [made.chosen_key()]


def test_news_keep_what_is_chosen_and_where_one_is(theme, qtbot):
    made = shown(qtbot, 200)
    made.setCurrentIndex(made.model().index(100))
    made.verticalScrollBar().setValue(3000)
    with qtbot.assertNotEmitted(made.row_chosen):
        made.show_rows(rows(200, badge=RowBadge("No file", Tone.WARNING, "link_off")))
        made.show_rows(rows(200)[1:])
    assert made.chosen_key() == "100"
    assert made.verticalScrollBar().value() == 3000
    made.show_rows(rows(5))
    assert made.chosen_key() is None


def test_the_same_rows_again_draw_nothing(theme, qtbot):
    model = RowModel()
    model.show_rows(rows(50))
    with qtbot.assertNotEmitted(model.dataChanged), qtbot.assertNotEmitted(model.modelReset):
        assert not model.show_rows(rows(50))


def test_only_rows_that_are_seen_are_drawn(theme, qtbot, monkeypatch):
    made = RowList("Tracks")
    qtbot.addWidget(made)
    made.resize(600, 400)
    delegate = made.itemDelegate()
    drawn = []
    paint = type(delegate).paint
    monkeypatch.setattr(
        type(delegate), "paint", lambda self, *args: (drawn.append(args[2].row()), paint(self, *args))[1]
    )
    made.show_rows(rows(10_000))
    made.show()
    made.grab()
    assert 5 <= len(set(drawn)) <= 10


def test_hostile_rows_are_text(theme, qtbot):
    made = RowList("Tracks")
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show_rows(
        [
            Row("1", HOSTILE, ENDLESS, number=ENDLESS, trailing=ENDLESS, badge=RowBadge(ENDLESS), detail=HOSTILE),
            Row("2", ENDLESS, HOSTILE, pairing=(3, 2), dimmed=True, current=True, tone=Tone.ERROR),
            Row("3", "", "", pairing=(0, 0), has_cover=False, current=True),
        ]
    )
    made.show()
    assert not made.grab().isNull()
    index = made.model().index(0)
    assert index.data().startswith("<b>Bold</b>")
    assert index.data(Qt.ItemDataRole.ToolTipRole).startswith("<qt>&lt;b&gt;")
    assert "\x00" not in index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert made.horizontalScrollBar().maximum() == 0


def test_a_row_is_said_whole():
    row = Row("7", "Copper", "Juno Park", number="9", trailing="2:36", badge=RowBadge("No file"), pairing=(1, 2))
    assert row.spoken() == "9, Copper, Juno Park, No file, 2:36, 1 of 2 paired"
