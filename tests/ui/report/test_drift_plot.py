"""The drift plot shows curves, gaps and what lies beyond its axis."""

import numpy as np
import pytest
from PySide6.QtGui import QImage

from ui.report.drift_plot import Mark, Series, save_drift_plot

#: The reported curve is blue, the heard one is red; the rest of the picture is grey.
BLUE, RED = 1, -1


def columns(path, colour: int) -> np.ndarray:
    """Return the x of all columns in which a colour stands, however thinly it is drawn."""
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    plot_area = pixels[:400, 60 : image.width()].astype(int)
    return np.flatnonzero(((plot_area[:, :, 0] - plot_area[:, :, 2]) * colour > 40).any(axis=0))


def draw(path, times, values, heard=None):
    save_drift_plot(path, "title", Series("reported", times, values), heard, [Mark(1.0, "seek")])


def test_both_curves_are_drawn(tmp_path):
    times = np.arange(0, 20, 0.1)
    draw(tmp_path / "a.png", times, np.zeros(200), Series("heard", times, np.full(200, 0.2)))
    assert len(columns(tmp_path / "a.png", BLUE)) > 900
    assert len(columns(tmp_path / "a.png", RED)) > 900


def test_a_pause_is_a_gap(tmp_path):
    times = np.concatenate([np.arange(0, 8, 0.1), np.arange(12, 20, 0.1)])
    draw(tmp_path / "a.png", times, np.zeros(160))
    assert np.diff(columns(tmp_path / "a.png", BLUE)).max() > 150


def test_what_lies_beyond_the_axis_is_marked_at_its_edge(tmp_path):
    values = np.zeros(200)
    draw(tmp_path / "calm.png", np.arange(0, 20, 0.1), values)
    values[100] = 900.0
    draw(tmp_path / "wild.png", np.arange(0, 20, 0.1), values)
    assert (tmp_path / "calm.png").read_bytes() != (tmp_path / "wild.png").read_bytes()
    assert len(columns(tmp_path / "wild.png", BLUE)) > 900, "one wild value does not flatten the rest"


def test_a_folder_that_can_not_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        draw(tmp_path / "file" / "a.png", [0.0, 1.0], [0.0, 0.0])
