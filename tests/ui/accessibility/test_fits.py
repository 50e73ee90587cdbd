import json
import os
import subprocess
import sys
from pathlib import Path

SCREEN = {"name": "screen", "x": 0, "y": 0, "width": 2560, "height": 1600, "logicalDpi": 96, "logicalBaseDpi": 96}


def test_everything_fits_into_the_smallest_window_at_200_percent(tmp_path):
    """That is a window of 2000 by 1280 pixels of the screen, laid out as one of 1000 by 640 is."""
    screens = tmp_path / "screens.json"
    screens.write_text(json.dumps({"screens": [SCREEN | {"dpr": 1}]}))
    environment = os.environ | {"QT_QPA_PLATFORM": f"offscreen:configfile={screens}", "QT_SCALE_FACTOR": "2"}
    command = [sys.executable, "-m", "tests.ui.accessibility.fits"]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    scenes = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(scenes) > 30
    assert {scene["ratio"] for scene in scenes} == {2.0}
    assert {scene["scene"]: scene["found"] for scene in scenes if scene["found"]} == {}
