"""The sync panel's plots. Loads pyqtgraph, so this module is imported when the panel is opened and not before."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from protocol.correction import Correction
from ui.screens.sync_points import SPAN_S, SyncPoint, half_span_ms
from ui.theme.theme import current, font
from ui.theme.tokens import TextRole

#: The smallest reach of an axis: a flat line is to look flat.
_LEAST_DRIFT_MS: Final = 0.5
_LEAST_CLOCK_MS: Final = 0.2
#: Points further apart than this are not joined: nobody knows what was between them.
_GAP_S: Final = 3.0
#: Marks beyond an axis stand at its edge, whole.
_INSIDE: Final = 0.94

pg.setConfigOptions(antialias=True)


class SyncPlots(pg.GraphicsLayoutWidget):  # type: ignore[misc] # pyqtgraph has no types
    """Drift with its corrections above, clock offset with its uncertainty below; both over the last two minutes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Time runs from left to right in any language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setAntialiasing(True)
        self.setAccessibleName("Drift and clock offset over the last two minutes")
        for part in (self, self.viewport()):
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._zeros: list[Any] = []
        self._drift = self._plot(0, "Drift, ms")
        self._clock = self._plot(1, "Clock, ms")
        self._clock.setXLink(self._drift)
        self._clock.setLabel("bottom", "seconds ago")
        self._drift.getAxis("bottom").setStyle(showValues=False)
        self.ci.layout.setRowStretchFactor(0, 3)
        self.ci.layout.setRowStretchFactor(1, 2)
        self._drift_line = self._drift.plot(connect="finite")
        # Drift is what a follower measures: a leader, who has none, is told so in its place.
        self._no_drift = pg.TextItem(anchor=(0.5, 0.5))
        self._no_drift.setText("Your buddy measures the drift; you lead, and have none")
        self._drift.addItem(self._no_drift, ignoreBounds=True)
        self._glides = pg.ScatterPlotItem(size=5, pen=None)
        self._jumps = pg.ScatterPlotItem(size=11, symbol="t", pen=None)
        self._drift.addItem(self._glides)
        self._drift.addItem(self._jumps)
        self._upper = self._clock.plot(connect="finite")
        self._lower = self._clock.plot(connect="finite")
        self._band = pg.FillBetweenItem(self._upper, self._lower)
        self._clock.addItem(self._band)
        self._clock_line = self._clock.plot(connect="finite")
        current().changed.connect(self._colour)
        self._colour()

    def show_points(self, points: Sequence[SyncPoint], now_s: float, *, leads: bool = False) -> None:
        """Plot these points; the right edge is `now_s`. `leads`: there is no drift to be plotted."""
        times = np.array([now_s - point.time_s for point in points])
        drift = np.array([np.nan if point.drift_ms is None else point.drift_ms for point in points])
        reach = half_span_ms([point.drift_ms for point in points if point.drift_ms is not None], _LEAST_DRIFT_MS)
        self._drift.setXRange(0, SPAN_S, padding=0)
        self._drift.setYRange(-reach, reach, padding=0)
        self._no_drift.setPos(SPAN_S / 2, 0.4 * reach)
        self._no_drift.setVisible(leads)
        self._drift_line.setData(*_with_gaps(times, np.clip(drift, -reach, reach)))
        for item, kind in ((self._glides, Correction.GLIDE), (self._jumps, Correction.JUMP)):
            chosen = np.array([point.correction is kind and point.drift_ms is not None for point in points], dtype=bool)
            item.setData(
                times[chosen], np.clip(drift[chosen], -_INSIDE * reach, _INSIDE * reach) if chosen.any() else []
            )
        self._show_clock(points, times)

    def picture(self) -> Any:
        """Return the plots as a QPixmap."""
        return self.grab()

    def _show_clock(self, points: Sequence[SyncPoint], times: Any) -> None:
        offsets = np.array([point.clock_offset_ms for point in points])
        # An offset of some seconds is usual and says nothing; how it moves does.
        moved = offsets - offsets.mean() if len(offsets) else offsets
        errors = np.array([point.clock_uncertainty_ms or 0.0 for point in points])
        reach = half_span_ms([*(moved + errors), *(moved - errors)], _LEAST_CLOCK_MS)
        self._clock.setYRange(-reach, reach, padding=0)
        self._clock_line.setData(*_with_gaps(times, moved))
        self._upper.setData(*_with_gaps(times, moved + errors))
        self._lower.setData(*_with_gaps(times, moved - errors))

    def _plot(self, row: int, name: str) -> Any:
        plot = self.addPlot(row=row, col=0)
        # Parts of a scene do not take the view's direction.
        plot.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(x=False, y=False)
        plot.hideButtons()
        plot.invertX(True)
        plot.setLabel("left", name)
        plot.addItem(self._zero())
        for side in ("left", "bottom"):
            axis = plot.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setTickFont(font(TextRole.CAPTION))
        plot.getAxis("left").setWidth(64)
        return plot

    def _zero(self) -> Any:
        line = pg.InfiniteLine(0, angle=0)
        self._zeros.append(line)
        return line

    def _colour(self) -> None:
        palette = current().palette
        self.setBackground(QColor(palette.background))
        for line in self._zeros:
            line.setPen(QColor(palette.border))
        for plot in (self._drift, self._clock):
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(QColor(palette.border))
                axis.setTextPen(QColor(palette.text_secondary))
                axis.label.setFont(font(TextRole.CAPTION))
        self._no_drift.setColor(QColor(palette.text_secondary))
        self._no_drift.setFont(font(TextRole.BODY))
        self._drift_line.setPen(pg.mkPen(QColor(palette.following), width=2))
        self._glides.setBrush(QColor(palette.following))
        self._jumps.setBrush(QColor(palette.warning))
        self._clock_line.setPen(pg.mkPen(QColor(palette.text_secondary), width=2))
        for edge in (self._upper, self._lower):
            edge.setPen(None)
        band = QColor(palette.text_secondary)
        band.setAlphaF(0.18)
        self._band.setBrush(band)


def _with_gaps(times: Any, values: Any) -> tuple[Any, Any]:
    """Return the curve with a hole wherever nothing was reported for a while."""
    holes = np.flatnonzero(np.abs(np.diff(times)) > _GAP_S) + 1
    return np.insert(times, holes, times[holes] if len(holes) else []), np.insert(values, holes, np.nan)
