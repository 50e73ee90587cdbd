"""The theme in use: follows the system between light and dark, and tells every widget to draw itself anew."""

from importlib.resources import files

from PySide6.QtCore import QDir, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QToolTip

from ui.theme.motion import system_reduces_motion
from ui.theme.stylesheet import stylesheet
from ui.theme.tokens import DARK, FONTS, LIGHT, MOTION_MS, Palette, TextRole


class Theme(QObject):
    """The app's look, one for each QApplication.

    Widgets read `current().palette` when they draw; `changed` is for what has to be computed anew.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._forced: bool | None = None
        self.palette = LIGHT
        self._applied: Palette | None = None
        self.reduced_motion = system_reduces_motion()
        app.setStyle("Fusion")
        QDir.setSearchPaths("controls", [str(files("assets") / "icons" / "controls")])
        app.setFont(font(TextRole.BODY))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._follow_system()

    @property
    def motion_ms(self) -> int:
        """Return how long a movement takes: nothing where the person wants none."""
        return 0 if self.reduced_motion else MOTION_MS

    def set_dark(self, dark: bool | None) -> None:
        """Choose dark or light; None follows the system."""
        self._forced = dark
        self._follow_system()

    def _follow_system(self) -> None:
        dark = self._forced
        if dark is None:
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self._apply(DARK if dark else LIGHT)

    def _apply(self, palette: Palette) -> None:
        if palette is self._applied:
            return
        self._applied = palette
        self.palette = palette
        qt_palette = _qt_palette(palette)
        self._app.setPalette(qt_palette)
        QToolTip.setPalette(qt_palette)
        self._app.setStyleSheet(stylesheet(palette))
        self.changed.emit()


def current() -> Theme:
    """Return the theme of this application, made at the first call."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise TypeError("a theme needs a QApplication")
    theme = app.findChild(Theme)
    return theme if isinstance(theme, Theme) else Theme(app)


def font(role: TextRole, *, weight: int | None = None) -> QFont:
    """Return the system's font in one of the five sizes; `weight` overrules the role's (100 to 900)."""
    pixels, role_weight = FONTS[role]
    made = QFont(QApplication.font())
    made.setPixelSize(pixels)
    made.setWeight(QFont.Weight(weight if weight is not None else role_weight))
    return made


def _qt_palette(palette: Palette) -> QPalette:
    """Give what Qt draws itself (menus, dialogs, tooltips) the same colours."""
    roles = {
        QPalette.ColorRole.Window: palette.background,
        QPalette.ColorRole.WindowText: palette.text,
        QPalette.ColorRole.Base: palette.surface,
        QPalette.ColorRole.AlternateBase: palette.raised,
        QPalette.ColorRole.Text: palette.text,
        QPalette.ColorRole.PlaceholderText: palette.text_muted,
        QPalette.ColorRole.Button: palette.surface,
        QPalette.ColorRole.ButtonText: palette.text,
        QPalette.ColorRole.BrightText: palette.error,
        QPalette.ColorRole.ToolTipBase: palette.raised,
        QPalette.ColorRole.ToolTipText: palette.text,
        QPalette.ColorRole.Highlight: palette.inverse,
        QPalette.ColorRole.HighlightedText: palette.on_inverse,
        QPalette.ColorRole.Link: palette.text,
        QPalette.ColorRole.Light: palette.raised,
        QPalette.ColorRole.Mid: palette.border,
        QPalette.ColorRole.Dark: palette.border,
        QPalette.ColorRole.Shadow: palette.shadow,
        QPalette.ColorRole.Accent: palette.inverse,
    }
    made = QPalette()
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(palette.text_muted))
    return made
