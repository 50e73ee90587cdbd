"""How the app looks: tokens, the style sheet made from them, icons, covers, light and dark."""
