import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from ui.shell.sections import LABELS, Section
from ui.theme import icons
from ui.theme.app_icon import render

ROOT = Path(__file__).parents[3]
KEPT = {file.name.removesuffix(".svg") for file in (ROOT / "assets" / "icons").glob("*.svg")}


def drawn(name, colour, side, *, ratio=1, mirrored=False):
    image = QImage(side * ratio, side * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    icons.draw(painter, QRect(0, 0, side, side), name, colour, mirrored=mirrored)
    painter.end()
    return image


@pytest.mark.parametrize("name", sorted(KEPT))
def test_every_icon_is_drawn_in_the_colour_that_is_asked_for(qapp, name):
    image = drawn(name, "#4fd1a1", 24)
    strongest = max((image.pixelColor(x, y) for x in range(24) for y in range(24)), key=lambda colour: colour.alpha())
    assert strongest.alpha() > 150
    assert abs(strongest.red() - QColor("#4fd1a1").red()) < 6


def test_an_icon_is_drawn_for_the_pixels_of_the_screen(qapp):
    sharp = drawn("settings", "#000000", 24, ratio=2)
    stretched = drawn("settings", "#000000", 24).scaled(QSize(48, 48))
    assert sharp.size() == QSize(48, 48)
    sharp.setDevicePixelRatio(1)
    assert sharp != stretched


def test_an_icon_of_a_widget_is_sharp_in_a_picture_of_twice_the_size(theme, qtbot):
    class Shown(QWidget):
        def paintEvent(self, _event):  # noqa: N802 - Qt's name
            icons.draw(QPainter(self), QRect(0, 0, 24, 24), "settings", "#000000")

    shown = Shown()
    qtbot.addWidget(shown)
    shown.resize(24, 24)
    picture = QImage(48, 48, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    shown.render(painter, QPoint(0, 0), QRegion(), QWidget.RenderFlag(0))
    painter.end()
    assert picture == drawn("settings", "#000000", 24, ratio=2)


def test_only_icons_with_a_direction_are_mirrored(qapp):
    assert drawn("arrow_back", "#000000", 24, mirrored=True) != drawn("arrow_back", "#000000", 24)
    assert drawn("play_arrow-fill", "#000000", 24, mirrored=True) == drawn("play_arrow-fill", "#000000", 24)


def test_no_icon_is_missing_and_none_is_left_over():
    source = "\n".join(file.read_text() for file in (ROOT / "ui").rglob("*.py"))
    named = set(re.findall(r'"([a-z_]+(?:-fill)?)"', source))
    assert {name for name in named if name.endswith("-fill")} <= KEPT
    assert icons.DIRECTIONAL <= KEPT
    shown_filled = {f"{LABELS[section][0]}-fill" for section in Section}
    assert shown_filled <= KEPT
    assert KEPT - named - shown_filled == set()


def test_the_apps_icon_is_what_its_svg_shows(qapp):
    for pixels in icons.APP_ICON_SIZES:
        kept = QImage(str(ROOT / "assets" / "icons" / "app" / f"lockstep-{pixels}.png"))
        assert kept.size() == QSize(pixels, pixels)
        assert kept.convertToFormat(QImage.Format.Format_ARGB32) == render(pixels)
    assert not icons.app_icon().isNull()
