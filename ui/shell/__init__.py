"""The window around the screens: sidebar, content, player bar, shortcuts, messages."""
