"""Tell a screen reader what has changed without the person having asked."""

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from ui.widgets.plain import spoken


def announce(widget: QWidget, text: str, *, urgent: bool = False) -> None:
    """Let the screen reader say the text: after what it is saying now, or at once if `urgent`."""
    event = QAccessibleAnnouncementEvent(widget, spoken(text))
    if urgent:
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
    QAccessible.updateAccessibility(event)
