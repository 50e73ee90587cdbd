"""The tree of a window as a screen reader walks it, by the interfaces that Qt hands to it."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QWidget

Role = QAccessible.Role
#: What a person presses, moves, chooses from or writes into.
CONTROLS = frozenset(
    {
        Role.Button,
        Role.ButtonMenu,
        Role.CheckBox,
        Role.Slider,
        Role.EditableText,
        Role.ComboBox,
        Role.List,
        Role.PageTab,
    }
)


@dataclass(frozen=True)
class Told:
    """One thing of the tree; `seen` is whether a screen reader takes it for visible."""

    name: str
    description: str
    value: str
    role: QAccessible.Role
    widget: QWidget | None
    seen: bool
    enabled: bool
    focusable: bool
    selected: bool

    def __str__(self) -> str:
        return f"{self.role.name} {self.name!r} {self.description!r} {type(self.widget).__name__}"


def told(interface: QAccessibleInterface) -> Told:
    """Return what is told of one thing."""
    state, thing = interface.state(), interface.object()
    return Told(
        name=interface.text(QAccessible.Text.Name),
        description=interface.text(QAccessible.Text.Description),
        value=interface.text(QAccessible.Text.Value),
        role=interface.role(),
        widget=thing if isinstance(thing, QWidget) else None,
        seen=not state.invisible,
        enabled=not state.disabled,
        focusable=bool(state.focusable),
        selected=bool(state.selected),
    )


def walk(window: QWidget) -> Iterator[Told]:
    """Return everything in the window's tree, from the top; of a list's rows the first few."""
    interface = QAccessible.queryAccessibleInterface(window)
    assert interface is not None
    yield from _below(interface)


def _below(interface: QAccessibleInterface) -> Iterator[Told]:
    yield told(interface)
    rows = interface.role() is Role.List
    for place in range(min(interface.childCount(), 20 if rows else 1000)):
        child = interface.child(place)
        if child is not None:
            yield from _below(child)


def seen(window: QWidget) -> list[Told]:
    """Return what a screen reader takes for visible."""
    return [thing for thing in walk(window) if thing.seen]
