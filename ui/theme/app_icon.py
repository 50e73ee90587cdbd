"""Make the PNGs of the app's icon from its SVG: `python -m ui.theme.app_icon`."""

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from ui.theme.icons import APP_ICON_SIZES

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "icons" / "app"


def render(pixels: int) -> QImage:
    """Return the icon as a square of `pixels`."""
    image = QImage(pixels, pixels, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(FOLDER / "lockstep.svg")).render(painter)
    painter.end()
    return image


def main() -> int:
    """Write every size; return the exit code."""
    app = QGuiApplication(["app_icon", "-platform", "offscreen"])
    written = [render(pixels).save(str(FOLDER / f"lockstep-{pixels}.png")) for pixels in APP_ICON_SIZES]
    app.quit()
    return 0 if all(written) else 1


if __name__ == "__main__":
    sys.exit(main())
