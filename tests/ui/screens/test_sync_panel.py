import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from protocol.correction import Correction
from ui.screens.sync_panel import SyncNumber, SyncPanel, SyncPanelState
from ui.screens.sync_points import SyncPoint, table
from ui.theme.theme import current

POINTS = tuple(
    SyncPoint(place / 4, 1.7e12 + 250 * place, 0.1 if place % 3 else None, Correction.NONE, 2.0, 0.5)
    for place in range(40)
)
STATE = SyncPanelState("Following Ana", (SyncNumber("Drift", "0.1 ms"), SyncNumber("Jumps", "0")), POINTS, 10.0)


@pytest.fixture
def panel(qtbot):
    shown = SyncPanel()
    qtbot.addWidget(shown)
    shown.resize(1000, 700)
    shown.show()
    return shown


def button(panel, text):
    return next(one for one in panel.findChildren(QAbstractButton) if one.text() == text)


def test_what_was_never_opened_loads_no_plotting():
    program = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from ui.screens.sync_panel import SyncPanel; SyncPanel().show(); sys.exit('pyqtgraph' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_without_points_there_is_nothing_to_save(panel):
    assert not button(panel, "Save picture…").isEnabled()
    panel.show_state(STATE)
    assert button(panel, "Save picture…").isEnabled()
    panel.show_state(SyncPanelState())
    assert not button(panel, "Save table…").isEnabled()


def test_the_numbers_are_spoken_with_their_names(panel):
    panel.show_state(STATE)
    spoken = {child.accessibleName() for child in panel.findChildren(object) if hasattr(child, "accessibleName")}
    assert {"Drift: 0.1 ms", "Jumps: 0"} <= spoken


@pytest.mark.parametrize("points", [POINTS, POINTS[:1], tuple(point for point in POINTS if point.drift_ms is None)])
def test_any_run_of_points_is_plotted(panel, points):
    panel.show_state(SyncPanelState("", (), points, 10.0))
    before = panel.grab().toImage()
    current().set_dark(not current().palette.dark)
    try:
        assert panel.grab().toImage() != before
    finally:
        current().set_dark(None)


def test_picture_and_table_are_saved(qtbot, panel, tmp_path):
    panel.show_state(STATE)
    with qtbot.waitSignal(panel.saved, timeout=60_000) as told:
        panel.save_picture(tmp_path / "sync.png")
    assert told.args == [str(tmp_path / "sync.png")]
    assert QImage(str(tmp_path / "sync.png")).width() >= 1000
    panel.save_table(tmp_path / "sync.csv")
    assert (tmp_path / "sync.csv").read_bytes().decode() == table(POINTS)


@pytest.mark.parametrize(("save", "name"), [("save_picture", "a.png"), ("save_table", "a.csv")])
def test_a_place_that_can_not_be_written_is_told(qtbot, panel, tmp_path, save, name):
    panel.show_state(STATE)
    with qtbot.waitSignal(panel.save_failed, timeout=60_000) as told:
        getattr(panel, save)(tmp_path / "nowhere" / name)
    assert told.args[0].startswith(f"{name} can't be written")
    assert "another folder" in told.args[0]
    assert "(" in told.args[0], "the reason is said"
    assert list(tmp_path.iterdir()) == []


def test_the_button_asks_for_a_place_and_saves_there(qtbot, panel, tmp_path):
    panel.show_state(STATE)
    qtbot.mouseClick(button(panel, "Save table…"), Qt.MouseButton.LeftButton)
    dialog = panel.findChild(QFileDialog)
    with qtbot.waitSignal(panel.saved, timeout=60_000):
        dialog.fileSelected.emit(str(tmp_path / "chosen.csv"))
    assert (tmp_path / "chosen.csv").exists()
    dialog.reject()
