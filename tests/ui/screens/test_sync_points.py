import csv
import io

from protocol.correction import Correction
from ui.screens.sync_points import SyncPoint, half_span_ms, table


def point(time_s, drift_ms=0.1, uncertainty_ms=0.5):
    return SyncPoint(time_s, 1.7e12 + 1000 * time_s, drift_ms, Correction.GLIDE, -3.25, uncertainty_ms, 1, 2)


def test_the_table_has_a_line_a_point_and_leaves_empty_what_nobody_knows():
    rows = list(csv.DictReader(io.StringIO(table([point(10.0), point(10.25, None, None)]))))
    assert rows[0] == {
        "seconds": "0.000",
        "corrected_ms": "1700000010000.000",
        "drift_ms": "0.100",
        "correction": "glide",
        "clock_offset_ms": "-3.250",
        "clock_uncertainty_ms": "0.500",
        "underruns": "1",
        "jumps": "2",
    }
    assert rows[1]["seconds"] == "0.250"
    assert (rows[1]["drift_ms"], rows[1]["clock_uncertainty_ms"]) == ("", "")
    assert len(table([]).splitlines()) == 1


def test_one_jump_does_not_flatten_the_rest():
    assert half_span_ms([0.1] * 200 + [45.0], 0.05) < 0.2
    assert half_span_ms([-20.0] * 100, 0.05) > 20.0
    assert half_span_ms([0.001], 0.5) == 0.5
    assert half_span_ms([], 0.5) == 0.5
