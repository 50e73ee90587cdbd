"""What a screen reader is told of a widget, beside its name: its role, why it is as it is, and what it belongs to.

A widget that draws itself is nothing but a box to Qt. Its class says in `accessible_role` what it really is, or makes a
whole interface of its own in `accessible_interface()`. Qt asks the factory of this module about whatever a screen
reader looks at, and the factory hands that on.
"""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QAccessibleWidget, QWidget

from ui.widgets.plain import sentences, spoken, tooltip

_ROLE: Final = "accessibleRole"
_REASON: Final = "spokenReason"
_BELONGING: Final = "spokenBelonging"


class PageTab(QAccessibleWidget):
    """An entry among those of which one is shown: selected or not, and pressed like the button that it is."""

    def __init__(self, button: QAbstractButton) -> None:
        super().__init__(button, QAccessible.Role.PageTab)
        self._button = button

    def state(self) -> QAccessible.State:
        state = super().state()
        state.selectable = True
        state.selected = self._button.isChecked()
        return state

    def actionNames(self) -> list[str]:
        return ["Press", *super().actionNames()]

    def doAction(self, name: str) -> None:
        if name == "Press":
            self._button.click()
        else:
            super().doAction(name)


def take_role(widget: QWidget, role: QAccessible.Role) -> None:
    """Give this one widget a role, whatever its class; before a screen reader has seen it."""
    widget.setProperty(_ROLE, role)


def explain(widget: QWidget, text: str) -> None:
    """Say by the tooltip, and to a screen reader in the same words, what a widget does or why it does nothing.

    Qt would read out a tooltip where there is no description, with all its markup.
    """
    tip, words = tooltip(text), spoken(text)
    if widget.toolTip() == tip and str(widget.property(_REASON) or "") == words:
        return
    widget.setToolTip(tip)
    widget.setProperty(_REASON, words)
    _describe(widget)


def belongs_to(widget: QWidget, text: str) -> None:
    """Say what a control is about where its own name does not: "Choose…" which folder, and what is wrong with it."""
    widget.setProperty(_BELONGING, spoken(text))
    _describe(widget)


def _describe(widget: QWidget) -> None:
    parts = [str(widget.property(part) or "") for part in (_REASON, _BELONGING)]
    name = widget.accessibleName()
    told = [part for part in dict.fromkeys(parts) if part and part != name]
    # A description that repeats the name is passed over by screen readers; an empty one is not.
    words = sentences(*told) or (name if widget.toolTip() else "")
    if widget.accessibleDescription() != words:
        widget.setAccessibleDescription(words)


def _interface(_class_name: str, thing: QObject | None) -> QAccessibleWidget | None:
    """Return what tells of a widget that has a role of its own; None leaves it to Qt."""
    if not isinstance(thing, QWidget):
        return None
    make: Callable[[], QAccessibleWidget] | None = getattr(thing, "accessible_interface", None)
    if make is not None:
        return make()
    role = getattr(thing, "accessible_role", None) or thing.property(_ROLE)
    return None if role is None else QAccessibleWidget(thing, role)


QAccessible.installFactory(_interface)
