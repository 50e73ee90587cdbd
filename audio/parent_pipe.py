"""A child process that speaks JSON lines on its pipes: the child's end. It needs little, so that children start fast.

The child dies with its parent (its standard input ends), and anything that a C library prints lands in a log file, not
in the conversation.
"""

import json
import os
import sys
import threading
from collections.abc import Iterator
from typing import IO, Any

Message = dict[str, Any]


class ParentPipe:
    """The child's end: lines from the parent, lines to the parent, and nothing else on them."""

    def __init__(self) -> None:
        self._input: IO[bytes] = sys.stdin.buffer
        self._output = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def messages(self) -> Iterator[Message]:
        """Yield what the parent sends, until it goes away."""
        for line in self._input:
            yield json.loads(line)

    def send(self, message: Message) -> None:
        """Write one line. When the parent is gone there is nobody to work for: leave."""
        try:
            with self._lock:
                self._output.write(json.dumps(message).encode() + b"\n")
        except OSError:
            os._exit(0)
