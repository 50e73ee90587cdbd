import pytest
from PySide6.QtCore import QModelIndex
from pytestqt.modeltest import ModelTester

from ui.widgets.rows import ROW_ROLE, LazyRows, Row, RowModel


def counted(keys):
    made = []

    def make(place):
        made.append(place)
        return Row(keys[place], f"Title {place}")

    return LazyRows(keys, make), made


def test_lazy_rows_are_made_when_they_are_looked_at_and_once():
    rows, made = counted(["a", "b", "c"])
    assert len(rows) == 3
    assert made == []
    assert rows[-1] is rows[2]
    assert [row.key for row in rows[:2]] == ["a", "b"]
    assert made == [2, 0, 1]
    with pytest.raises(IndexError):
        rows[3]


def test_a_model_of_ten_thousand_lazy_rows_makes_none_until_one_is_seen(qtmodeltester: ModelTester):
    rows, made = counted([str(place) for place in range(10_000)])
    model = RowModel()
    assert model.show_rows(rows)
    assert model.rowCount() == 10_000
    assert made == []
    assert model.index(7_000).data(ROW_ROLE).title == "Title 7000"
    assert made == [7_000]
    assert model.place_of("9999") == 9_999
    assert model.place_of("nobody") is None
    qtmodeltester.check(model)


def test_the_same_keys_are_the_same_rows_with_other_contents(qtbot):
    model = RowModel()
    model.show_rows([Row("a", "One"), Row("b", "Two")])
    changes = []
    model.dataChanged.connect(lambda first, last: changes.append((first.row(), last.row())))
    assert not model.show_rows([Row("a", "One"), Row("b", "Other")])
    assert changes == [(1, 1)]
    lazy, _made = counted(["a", "b"])
    assert not model.show_rows(lazy)
    assert not model.show_rows(lazy)
    assert changes == [(1, 1), (0, 1)]
    assert model.index(0).data(ROW_ROLE).title == "Title 0"
    assert model.show_rows([Row("b", "Two")])
    assert model.rowCount(QModelIndex()) == 1
