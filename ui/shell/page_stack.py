"""The content: one screen at a time, changed at once.

A cross-fade would draw every screen ten times over at each change, more than a frame's time each, and explain nothing.
"""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QStackedWidget, QWidget


class PageStack(QStackedWidget):
    """A stack that asks nothing of the pages that are not seen."""

    def hasHeightForWidth(self) -> bool:
        return False

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        # The window says how large it is at least. A stack's own answer asks every page, also those that nobody sees,
        # at each change of any text in it.
        return QSize(0, 0)

    def show_page(self, page: QWidget) -> None:
        """Show this page; the focus, if it was on the page before, returns to where it was on this one.

        On a page that is seen for the first time it is on the page itself. Qt would give it to the first control, which
        nobody has chosen: Space is to play and pause, not to press "Leave".
        """
        if page is self.currentWidget():
            return
        focus = self.window().focusWidget()
        ours = focus is None or self.isAncestorOf(focus)
        if focus is not None and ours:
            # Qt would walk with it over some controls of both pages, and a screen reader would say each.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setCurrentWidget(page)
        if ours:
            self._chosen_on(page).setFocus(Qt.FocusReason.OtherFocusReason)

    def take_focus(self) -> None:
        """Give the page that is seen the focus, where it was on it: somebody has gone there by keyboard."""
        page, focus = self.currentWidget(), self.window().focusWidget()
        if page is None or (focus is not None and page.isAncestorOf(focus)):
            return
        self._chosen_on(page).setFocus(Qt.FocusReason.ShortcutFocusReason)

    @staticmethod
    def _chosen_on(page: QWidget) -> QWidget:
        """Return where the focus was on this page, as far as it can return there, or the page."""
        before = page.focusWidget()
        return before if before is not None and before.isVisibleTo(page) and before.isEnabled() else page
