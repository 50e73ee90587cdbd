import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QWidget

from ui.shell.main_window import MainWindow
from ui.shell.sections import Section
from ui.shell.window_place import WindowPlace, load_place, save_place


def window(qtbot, file):
    made = MainWindow(file)
    qtbot.addWidget(made)
    for section in sorted(Section, key=lambda section: section is not made.first_section):
        made.add_screen(section.value, QWidget(), section)
    return made


def test_size_and_section_come_back(theme, qtbot, tmp_path):
    file = tmp_path / "data" / "window.json"
    first = window(qtbot, file)
    first.resize(1000, 700)
    first.show()
    first.show_section(Section.SETTINGS)
    first.close()
    second = window(qtbot, file)
    second.show()
    assert (second.width(), second.height()) == (960, 700)
    assert second.current_screen() == "settings"


def test_what_was_kept_is_read_again(tmp_path):
    place = WindowPlace("AAAA", "library")
    save_place(tmp_path / "window.json", place)
    assert load_place(tmp_path / "window.json") == place
    assert [file.name for file in tmp_path.iterdir()] == ["window.json"]


@pytest.mark.parametrize("kept", [b"", b"{", b"[]", b"{}", b"\xff\xfe", b'{"geometry": 1}', b"[" * 9_000])
def test_a_damaged_file_is_as_none(tmp_path, kept):
    (tmp_path / "window.json").write_bytes(kept)
    assert load_place(tmp_path / "window.json") is None


@given(st.binary(max_size=300))
def test_no_file_breaks_the_start(tmp_path_factory, kept):
    file = tmp_path_factory.mktemp("place") / "window.json"
    file.write_bytes(kept)
    load_place(file)


def test_a_foreign_geometry_opens_the_window_all_the_same(theme, qtbot, tmp_path):
    save_place(tmp_path / "window.json", WindowPlace("no base64 !!", "nowhere"))
    made = window(qtbot, tmp_path / "window.json")
    made.show()
    assert made.width() >= 1000
    assert made.current_screen() == "library"


def test_a_place_that_can_not_be_kept_costs_nothing(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.INFO):
        save_place(tmp_path / "file" / "window.json", WindowPlace("", "library"))
    assert "can't be kept" in caplog.text
