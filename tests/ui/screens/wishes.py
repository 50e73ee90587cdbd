"""What a person asks of a screen: its signals, in the order in which they come."""

from typing import Any

from PySide6.QtWidgets import QWidget


def heard_from(screen: QWidget, *signals: str) -> list[tuple[Any, ...]]:
    """Return a list that grows by (name, *values) whenever one of these signals comes."""
    heard: list[tuple[Any, ...]] = []
    for name in signals:
        getattr(screen, name).connect(lambda *values, name=name: heard.append((name, *values)))
    return heard
