import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter, QPixmapCache

from ui.widgets.cover import Cover, draw_cover


@pytest.fixture
def canvas(theme):
    QPixmapCache.clear()
    image = QImage(400, 400, QImage.Format.Format_RGB32)
    image.fill(QColor("#102030"))
    yield image
    QPixmapCache.clear()


def picture(width, height, colour="#e04020"):
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


def drawn(canvas, image, side=200, title="Copper"):
    painter = QPainter(canvas)
    draw_cover(painter, QRect(100, 100, side, side), image, title, "Juno Park")
    painter.end()
    return canvas


def test_a_wide_picture_is_whole_and_in_the_middle(canvas):
    drawn(canvas, picture(600, 300))
    assert canvas.pixelColor(200, 200) == QColor("#e04020")
    assert canvas.pixelColor(104, 200) == QColor("#e04020")
    assert canvas.pixelColor(200, 140) == QColor("#102030")
    assert canvas.pixelColor(200, 260) == QColor("#102030")


def test_the_corners_are_round(canvas):
    drawn(canvas, picture(300, 300))
    for corner in ((100, 100), (299, 100), (100, 299), (299, 299)):
        assert canvas.pixelColor(*corner) == QColor("#102030")
    assert canvas.pixelColor(200, 100) == QColor("#e04020")


def test_another_picture_of_the_same_names_is_another_cover(canvas):
    first = drawn(canvas, picture(300, 300)).copy()
    assert drawn(canvas, picture(300, 300, "#2040e0")) != first
    assert drawn(canvas, None) != first


def test_on_a_fine_screen_every_pixel_is_its_own(canvas):
    canvas.setDevicePixelRatio(2)
    fine = picture(400, 400)
    for x in range(0, 400, 2):
        for y in range(400):
            fine.setPixelColor(x, y, QColor("#2040e0"))
    painter = QPainter(canvas)
    draw_cover(painter, QRect(0, 0, 200, 200), fine, "Copper", "Juno Park")
    painter.end()
    assert [canvas.pixelColor(x, 200).name() for x in (200, 201, 202)] == ["#2040e0", "#e04020", "#2040e0"]


def test_covers_of_a_hundred_sizes_are_not_all_kept(canvas, qtbot):
    cover = Cover(None)
    qtbot.addWidget(cover)
    cover.show_cover(None, "Copper", "Juno Park")
    kept = []
    for side in range(500, 700, 2):
        cover.resize(side, side)
        cover.grab()
        kept.append(draws_from_cache(side))
    assert kept[-1]
    assert not draws_from_cache(500)
    assert QPixmapCache.cacheLimit() <= 64 * 1024


def draws_from_cache(side):
    found = QPixmapCache.find(f"cover {('Copper', 'Juno Park')} {side} 8.0")
    return found is not None and not found.isNull()
