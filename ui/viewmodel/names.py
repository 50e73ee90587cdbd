"""Names that the view model and the window share."""

from typing import Final

#: The toast that offers the way back into a session; it stays to be offered at the next start until it is taken.
RECOVERY_TOAST: Final = "recovery"
#: The toast that offers the address of a page for which no browser was found.
BROWSER_TOAST: Final = "browser"
#: The toast that a leader's buddy has left, gone when somebody is there again.
BUDDY_TOAST: Final = "buddy"
#: The toast that offers to have a playlist back that was removed.
REMOVED_TOAST: Final = "removed"
