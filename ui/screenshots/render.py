"""Draw scenes into pictures: without a screen, the same ones each time."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QPoint, Qt
from PySide6.QtGui import QFont, QFontDatabase, QImage, QPainter
from PySide6.QtWidgets import QApplication

from ui.screenshots.scene import Scene
from ui.theme.theme import Theme, current

#: The font of the pictures where it is installed (scripts/setup does), then those for other scripts.
_FONTS = ("Inter", "DejaVu Sans", "VL Gothic")


@dataclass(frozen=True, slots=True)
class Variant:
    """How a scene is pictured; `size` None is the scene's own."""

    dark: bool
    scale: int = 1
    size: tuple[int, int] | None = None

    def file_name(self, scene: Scene) -> str:
        """Return the picture's name."""
        size = "" if self.size is None else f"-{self.size[0]}x{self.size[1]}"
        scale = "" if self.scale == 1 else f"@{self.scale}x"
        return f"{scene.screen}-{scene.state}-{'dark' if self.dark else 'light'}{size}{scale}.png"


def picture_app() -> QApplication:
    """Return the application of this process, with the pictures' font and without movement."""
    app = QApplication.instance()
    if isinstance(app, QApplication) and app.findChild(Theme) is not None:
        return app
    if not isinstance(app, QApplication):
        app = QApplication(["screenshots"])
    families = [family for family in _FONTS if family in QFontDatabase.families()]
    font = QFont(families) if families else QFont()
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    app.setFont(font)
    app.setCursorFlashTime(0)
    current().reduced_motion = True
    return app


def render(scene: Scene, variant: Variant) -> QImage:
    """Return the picture; the widget is made, shown, drawn and deleted."""
    app = picture_app()
    current().set_dark(variant.dark)
    direction = Qt.LayoutDirection.RightToLeft if scene.right_to_left else Qt.LayoutDirection.LeftToRight
    app.setLayoutDirection(direction)
    widget = scene.build()
    widget.resize(*(variant.size or scene.size))
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    widget.show()
    _settle()
    focused = widget.focusWidget()
    if focused is not None:
        focused.clearFocus()
    pictured = (scene.opened(widget) if scene.opened is not None else None) or widget
    _settle()
    image = QImage(pictured.size() * variant.scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(variant.scale)
    image.fill(current().palette.background)
    painter = QPainter(image)
    pictured.render(painter, QPoint(0, 0))
    painter.end()
    widget.close()
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    return image


def write(scene: Scene, variant: Variant, folder: Path) -> Path:
    """Write the picture into the folder; return the file. OSError if it can't be written."""
    file = folder / variant.file_name(scene)
    if not render(scene, variant).save(str(file)):
        raise OSError(f"{file} can't be written")
    return file


def write_for_docs(scene: Scene, folder: Path) -> Path:
    """Write the picture of a scene that stands in the docs, dark and at double scale."""
    file = folder / f"{scene.for_docs}.png"
    if not render(scene, Variant(dark=True, scale=2)).save(str(file)):
        raise OSError(f"{file} can't be written")
    return file


def _settle() -> None:
    """Let layouts, polish and posted events come to rest."""
    for _ in range(4):
        QCoreApplication.sendPostedEvents()
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
