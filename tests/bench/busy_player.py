"""`lockstep` with a Python thread beside it that never rests: what the sound must bear without a gap.

python -m tests.bench.busy_player follow ...
"""

import threading

from ui.cli.app import main


def spin() -> None:
    """Hold the interpreter lock as much as it lets itself be held."""
    number = 1
    while True:
        number = (number * 1_103_515_245 + 12_345) % (1 << 31)


if __name__ == "__main__":
    threading.Thread(target=spin, daemon=True).start()
    main()
