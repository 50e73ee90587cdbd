"""A worker process that speaks JSON lines on its pipes: the worker's end. It needs little, so that workers start fast.

The worker dies with its parent (its standard input ends), and what a library prints lands in no conversation.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import IO, Any, Final

Message = dict[str, Any]

#: What each side takes at a time: reading a line holds up everything else in a process for a millisecond, no longer.
ROWS_A_MESSAGE: Final = 100

NICENESS: Final = 10


class ParentPipe:
    """The worker's end: lines from the parent, lines to the parent, and nothing else on them."""

    def __init__(self) -> None:
        self._input: IO[bytes] = sys.stdin.buffer
        self._output = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        if hasattr(os, "nice"):
            # Music and screens come first. (Windows is told so when the process is started.)
            os.nice(NICENESS)

    def messages(self) -> Iterator[Message]:
        """Yield what the parent sends, until it goes away."""
        for line in self._input:
            yield json.loads(line)

    def send(self, message: Message) -> None:
        """Write one line. When the parent is gone there is nobody to work for: leave."""
        try:
            self._output.write(json.dumps(message).encode() + b"\n")
        except OSError:
            os._exit(0)
