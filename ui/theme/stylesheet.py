"""The style sheet of Qt's own widgets, made from the tokens (pure).

Widgets of ours draw themselves; this is for fields, lists, menus, scroll bars and texts.
"""

from string import Template
from typing import Final

from ui.theme.tokens import CONTROL_HEIGHT, FONTS, RADIUS, RADIUS_SMALL, Palette

_SHEET: Final = Template("""
QMainWindow, QDialog, QWidget#page { background: $background; }
QLabel { background: transparent; }
QLabel[tone="secondary"] { color: $text_secondary; }
QLabel[tone="muted"] { color: $text_muted; }
QLabel[tone="leading"] { color: $leading; }
QLabel[tone="following"] { color: $following; }
QLabel[tone="warning"] { color: $warning; }
QLabel[tone="error"] { color: $error; }
$text_roles
QScrollArea, QScrollArea > QWidget > QWidget#scrolled { background: transparent; border: none; }

QLineEdit, QPlainTextEdit, QComboBox {
  background: $surface; color: $text; border: 1px solid $control_edge; border-radius: ${radius}px;
  min-height: ${field_px}px; padding: 0 12px; selection-background-color: $inverse; selection-color: $on_inverse;
}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus {
  border: 2px solid $focus; padding: 0 11px;
}
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled {
  color: $text_muted; border-color: $border; background: $background;
}
QLineEdit[invalid="true"] { border-color: $error; }
QComboBox::drop-down { border: none; width: 28px; }
QComboBox::down-arrow { image: url(controls:arrow_down.svg); width: 18px; height: 18px; }
QComboBox QAbstractItemView {
  background: $surface; color: $text; border: 1px solid $border; border-radius: ${radius_small}px; padding: 4px;
  selection-background-color: $raised; selection-color: $text; outline: none;
}
QComboBox QAbstractItemView::item { min-height: 32px; padding: 0 8px; border-radius: ${radius_small}px; }

QListView { background: transparent; border: none; outline: none; }
QMenu { background: $surface; border: 1px solid $border; border-radius: ${radius}px; padding: 4px; }
QMenu::item { padding: 8px 24px 8px 12px; border-radius: ${radius_small}px; color: $text; }
QMenu::item:selected { background: $raised; }
QMenu::item:disabled { color: $text_muted; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
QToolTip {
  background: $raised; color: $text; border: 1px solid $border; padding: 4px 8px; font-size: ${caption_px}px;
}

QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $scroll; border-radius: 4px; margin: 2px; }
QScrollBar::handle:hover { background: $control_edge; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")


def stylesheet(palette: Palette) -> str:
    """Return the sheet for one palette; "controls:" is Qt's search path for the arrows of Qt's own controls."""
    roles = "\n".join(
        f'QLabel[textRole="{role}"] {{ font-size: {pixels}px; font-weight: {weight}; }}'
        for role, (pixels, weight) in FONTS.items()
    )
    sizes = {f"{role}_px": pixels for role, (pixels, _weight) in FONTS.items()}
    return _SHEET.substitute(
        palette.colours(),
        **sizes,
        text_roles=roles,
        radius=RADIUS,
        radius_small=RADIUS_SMALL,
        field_px=CONTROL_HEIGHT - 2,
        scroll=palette.pressed,
    )
