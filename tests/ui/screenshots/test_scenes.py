import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from ui.screenshots.render import Variant, picture_app, render, write
from ui.screenshots.scene import Scene, all_scenes


@pytest.fixture(autouse=True)
def _pictures(theme):
    return


def test_no_two_scenes_have_one_picture():
    names = [Variant(dark=True).file_name(scene) for scene in all_scenes()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("scene", list(all_scenes()), ids=lambda scene: f"{scene.screen}-{scene.state}")
def test_every_scene_is_drawn_without_a_warning(qtbot, scene):
    image = render(scene, Variant(dark=False))
    colours = {image.pixel(x, y) for x in range(0, image.width(), 11) for y in range(0, image.height(), 11)}
    assert len(colours) > 4, "the picture is empty"


def test_a_scene_is_drawn_the_same_each_time(qtbot):
    scene = next(all_scenes())
    assert render(scene, Variant(dark=False)) == render(scene, Variant(dark=False))


def test_scale_and_size_are_what_was_asked_for(qtbot, tmp_path):
    scene = Scene("test", "plain", QWidget, (200, 100))
    assert render(scene, Variant(dark=True, scale=2)).size() == QSize(400, 200)
    file = write(scene, Variant(dark=False, size=(300, 50)), tmp_path)
    assert file.name == "test-plain-light-300x50.png"
    assert file.stat().st_size > 0


def test_there_is_one_application(qapp):
    assert picture_app() is qapp
