"""How the app looks: tokens, the style sheet made from them, icons, covers, light and dark."""

from ui.theme.theme import Theme, current

__all__ = ["Theme", "current"]
