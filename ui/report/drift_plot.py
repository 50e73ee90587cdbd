"""Draw drift over time as a PNG, with no screen needed."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_SIZE: Final = (1200, 520)
_BACKGROUND: Final = "#ffffff"
_TEXT: Final = "#22262b"
_REPORTED: Final = "#1f6feb"
_HEARD: Final = "#c2410c"
_MARK: Final = "#9aa3ad"
#: The smallest span of the vertical axis: a flat line is to look flat.
_MIN_SPAN_MS: Final = 0.5
#: A curve with nothing to show for longer than this is interrupted.
_GAP_S: Final = 0.75


@dataclass(frozen=True, slots=True)
class Series:
    """One curve: times in s, values in ms."""

    label: str
    times_s: Sequence[float]
    values_ms: Sequence[float]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a time in s."""

    time_s: float
    label: str


def save_drift_plot(path: Path, title: str, reported: Series, heard: Series | None, marks: Sequence[Mark]) -> None:
    """Write the picture. Values beyond the axis are shown as triangles at its edge. Errors: OSError."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import pyqtgraph as pg  # noqa: PLC0415 - Qt is loaded only when something is drawn
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    # A QApplication that is collected takes its widgets with it.
    _application = QApplication.instance() or QApplication([])
    pg.setConfigOptions(antialias=True, background=_BACKGROUND, foreground=_TEXT)
    widget = pg.PlotWidget()
    widget.resize(*_SIZE)
    plot = widget.getPlotItem()
    plot.setTitle(title, color=_TEXT, size="13pt")
    plot.setLabel("bottom", "seconds since the follower was ready")
    plot.setLabel("left", "drift (ms; positive: the follower is behind)")
    plot.getAxis("left").enableAutoSIPrefix(False)
    plot.showGrid(x=False, y=True, alpha=0.25)
    plot.addLegend(offset=(-12, -12), labelTextColor=_TEXT)
    curves = [reported] if heard is None else [reported, heard]
    span_ms = _span(curves)
    plot.setYRange(-span_ms, span_ms, padding=0)
    for curve, colour in zip(curves, (_REPORTED, _HEARD), strict=False):
        _draw(pg, plot, curve, colour, span_ms)
    for row, mark in enumerate(marks):
        position = 0.97 - 0.06 * (row % 3)
        line = pg.InfiniteLine(
            mark.time_s,
            angle=90,
            pen=pg.mkPen(_MARK, style=pg.QtCore.Qt.PenStyle.DashLine),
            label=mark.label,
            labelOpts={"position": position, "color": _TEXT, "fill": _BACKGROUND, "anchors": [(0, 0.5), (0, 0.5)]},
        )
        plot.addItem(line)
    picture = widget.grab()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not picture.save(os.fspath(path), "PNG"):
        raise OSError(f"the picture can't be written to {path}")
    widget.close()


def _span(curves: Sequence[Series]) -> float:
    values = np.abs(np.concatenate([np.asarray(curve.values_ms, dtype=float) for curve in curves]))
    largest = float(np.percentile(values, 97)) if len(values) else 0.0
    return max(_MIN_SPAN_MS, 1.3 * largest)


def _draw(pg: Any, plot: Any, curve: Series, colour: str, span_ms: float) -> None:
    times: npt.NDArray[np.float64] = np.asarray(curve.times_s, dtype=float)
    values: npt.NDArray[np.float64] = np.asarray(curve.values_ms, dtype=float)
    inside = np.abs(values) <= span_ms
    # A pause is a gap, not a line from its beginning to its end.
    inside[1:] &= np.diff(times) < _GAP_S
    plot.plot(
        times, np.where(inside, values, np.nan), pen=pg.mkPen(colour, width=2), connect="finite", name=curve.label
    )
    for above, symbol in ((True, "t1"), (False, "t")):
        out = (np.abs(values) > span_ms) & ((values > 0) == above)
        if out.any():
            edge = np.full(int(out.sum()), span_ms if above else -span_ms) * 0.97
            plot.plot(times[out], edge, pen=None, symbol=symbol, symbolSize=9, symbolBrush=colour, symbolPen=None)
