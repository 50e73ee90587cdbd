from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ui.widgets.icon_button import IconButton
from ui.widgets.jump_slider import JumpSlider
from ui.widgets.label import Label
from ui.widgets.seek_slider import SeekSlider
from ui.widgets.volume_slider import VolumeSlider


def seek_slider(qtbot):
    seek = SeekSlider()
    qtbot.addWidget(seek)
    seek.resize(400, 32)
    seek.show()
    seek.show_position(50_000, 200_000)
    return seek, seek.findChild(JumpSlider)


def times(seek):
    return [label.text() for label in seek.findChildren(Label)]


def test_a_click_seeks_there_once(theme, qtbot):
    seek, slider = seek_slider(qtbot)
    heard = []
    seek.seek_requested.connect(heard.append)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, 12))
    assert len(heard) == 1
    assert abs(heard[0] - 100_000) < 1_000


def test_dragging_shows_the_time_and_seeks_when_let_go(theme, qtbot):
    seek, slider = seek_slider(qtbot)
    heard = []
    seek.seek_requested.connect(heard.append)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(20, 12))
    qtbot.mouseMove(slider, QPoint(slider.width() - 8, 12))
    assert times(seek)[0] == "3:20"
    seek.show_position(51_000, 200_000)
    assert times(seek)[0] == "3:20", "news of the music don't pull the slider out of the hand"
    assert heard == []
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 8, 12))
    assert heard == [200_000]


def test_keys_seek(theme, qtbot):
    seek, slider = seek_slider(qtbot)
    heard = []
    seek.seek_requested.connect(heard.append)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert heard == [55_000, 85_000, 0]


def test_showing_the_position_asks_for_nothing(theme, qtbot):
    seek, _slider = seek_slider(qtbot)
    with qtbot.assertNotEmitted(seek.seek_requested):
        for position_ms in (0, 1, 200_000, 250_000, -5):
            seek.show_position(position_ms, 200_000)
        seek.show_position(0, 0)
        seek.show_position(3_725_000, 7_200_000)
    assert times(seek) == ["1:02:05", "2:00:00"]


def test_a_read_only_slider_shows_and_takes_nothing(theme, qtbot):
    seek, slider = seek_slider(qtbot)
    seek.set_locked("Ana leads")
    with qtbot.assertNotEmitted(seek.seek_requested):
        qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(200, 12))
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_PageUp, Qt.Key.Key_End):
            qtbot.keyClick(slider, key)
        seek.step(5_000)
    seek.show_position(60_000, 200_000)
    assert slider.value() == 60_000
    assert slider.focusPolicy() == Qt.FocusPolicy.TabFocus
    assert "Ana leads" in slider.toolTip()


def test_a_lock_in_mid_drag_lets_go_without_seeking(theme, qtbot):
    seek, slider = seek_slider(qtbot)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(20, 12))
    qtbot.mouseMove(slider, QPoint(150, 12))
    with qtbot.assertNotEmitted(seek.seek_requested):
        seek.set_locked("Ana leads")
        qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(150, 12))
        seek.show_position(70_000, 200_000)
    assert slider.value() == 70_000


def test_time_runs_left_to_right_in_every_window(theme, qtbot, qapp):
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        seek, slider = seek_slider(qtbot)
        with qtbot.waitSignal(seek.seek_requested) as sought:
            qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 9, 12))
        assert sought.args[0] > 195_000
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_the_volume_is_set_muted_and_comes_back(theme, qtbot):
    volume = VolumeSlider()
    qtbot.addWidget(volume)
    volume.show()
    heard = []
    volume.volume_requested.connect(heard.append)
    volume.show_volume(60)
    assert heard == []
    volume.step(5)
    volume.toggle_mute()
    volume.toggle_mute()
    volume.step(100)
    assert heard == [65, 0, 65, 100]


def test_what_begins_muted_is_not_loud_when_it_is_unmuted(theme, qtbot):
    volume = VolumeSlider()
    qtbot.addWidget(volume)
    heard = []
    volume.volume_requested.connect(heard.append)
    volume.show_volume(0)
    volume.toggle_mute()
    assert heard == [50]


def test_where_there_is_no_room_the_volume_is_its_button(theme, qtbot):
    volume = VolumeSlider()
    qtbot.addWidget(volume)
    volume.show()
    volume.resize(120, 32)
    slider = volume.findChild(JumpSlider)
    assert slider.isVisible()
    volume.resize(40, 32)
    assert not slider.isVisible()
    assert volume.findChild(IconButton).isVisible()
    volume.resize(120, 32)
    assert slider.isVisible()


def test_the_volume_comes_back_when_there_is_room_again(theme, qtbot):
    room, volume, other = QWidget(), VolumeSlider(), QLabel()
    qtbot.addWidget(room)
    layout = QHBoxLayout(room)
    layout.addStretch(1)
    layout.addWidget(other)
    layout.addWidget(volume)
    room.resize(300, 50)
    room.show()
    slider = volume.findChild(JumpSlider)
    other.setMinimumWidth(220)
    qtbot.waitUntil(lambda: not slider.isVisible(), timeout=60_000)
    other.setMinimumWidth(0)
    qtbot.waitUntil(slider.isVisible, timeout=60_000)
