"""Child processes that never outlive what started them."""

import shutil
from collections.abc import Sequence

SETPRIV = shutil.which("setpriv")


def ending_with_parent(command: Sequence[str]) -> list[str]:
    """Return the command with the kernel asked to end it with its parent: a bench that is killed leaves nothing.

    Where util-linux' setpriv is missing it is the command as it is.
    """
    return [SETPRIV, "--pdeathsig", "TERM", "--", *command] if SETPRIV is not None else list(command)
