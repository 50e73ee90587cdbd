"""What can be pictured: a scene is one screen in one state."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from ui.screenshots import scenes


@dataclass(frozen=True, slots=True)
class Scene:
    """`build` makes the widget, which is shown at `size`.

    `opened` acts on it when it is shown (open a dialog, set the focus) and may return another window to picture.
    `right_to_left` scenes are pictured mirrored. `for_docs` is the file name under docs/images/screens, if it stands
    there.
    """

    screen: str
    state: str
    build: Callable[[], QWidget]
    size: tuple[int, int] = (1280, 800)
    opened: Callable[[QWidget], QWidget | None] | None = None
    right_to_left: bool = False
    for_docs: str = ""


def all_scenes() -> Iterator[Scene]:
    """Return the scenes of every module in ui/screenshots/scenes, by name."""
    for module in sorted(pkgutil.iter_modules(scenes.__path__), key=lambda module: module.name):
        yield from importlib.import_module(f"{scenes.__name__}.{module.name}").SCENES
