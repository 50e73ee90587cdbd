"""Read single keys from the terminal, and leave it as it was found (thin shell)."""

import asyncio
import codecs
import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Final

OnText = Callable[[str], None]
"""Called in the event loop with the characters that were typed."""

_END_OF_INPUT: Final = "\x04"
_POLL_S: Final = 0.02
#: What the console of Windows sends after 0 or 0xE0, as the sequences of a terminal.
_WINDOWS_KEYS: Final = {
    "H": "\x1b[A",
    "P": "\x1b[B",
    "M": "\x1b[C",
    "K": "\x1b[D",
    "I": "\x1b[5~",
    "Q": "\x1b[6~",
    "\x8d": "\x1b[1;5A",
    "\x91": "\x1b[1;5B",
    "t": "\x1b[1;5C",
    "s": "\x1b[1;5D",
}

if sys.platform == "win32":
    import msvcrt

    @contextlib.contextmanager
    def single_keys(on_text: OnText) -> Iterator[None]:
        """Hand every key to `on_text` while the context is open."""
        loop, closed = asyncio.get_running_loop(), threading.Event()

        def read() -> None:
            while not closed.wait(_POLL_S):
                while msvcrt.kbhit():
                    text = msvcrt.getwch()
                    if text in "\x00\xe0":
                        text = _WINDOWS_KEYS.get(msvcrt.getwch(), "")
                    loop.call_soon_threadsafe(on_text, text)

        reader = threading.Thread(target=read, name="keyboard", daemon=True)
        reader.start()
        try:
            yield
        finally:
            closed.set()
            reader.join()

else:
    import signal
    import termios
    import tty

    @contextlib.contextmanager
    def single_keys(on_text: OnText) -> Iterator[None]:
        """Hand every key to `on_text` while the context is open; nothing is echoed, Ctrl+C still interrupts."""
        loop, handle = asyncio.get_running_loop(), sys.stdin.fileno()
        decoder = codecs.getincrementaldecoder("utf-8")("replace")

        def read() -> None:
            try:
                data = os.read(handle, 1024)
            except OSError:
                # The terminal has gone away.
                data = b""
            if not data:
                loop.remove_reader(handle)
            on_text(decoder.decode(data) if data else _END_OF_INPUT)

        before = termios.tcgetattr(handle)
        try:
            tty.setcbreak(handle)
            loop.add_reader(handle, read)
            # After Ctrl+Z the shell has set the terminal to its own taste.
            loop.add_signal_handler(signal.SIGCONT, lambda: tty.setcbreak(handle))
            yield
        finally:
            loop.remove_signal_handler(signal.SIGCONT)
            loop.remove_reader(handle)
            # What was typed but not read is not for the shell.
            with contextlib.suppress(termios.error):
                termios.tcsetattr(handle, termios.TCSAFLUSH, before)
