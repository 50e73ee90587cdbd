"""The console script: an interrupt while the program is still being loaded ends it without a word, too."""

import sys


def main() -> None:
    """Load the command line and run it."""
    try:
        from ui.cli.app import main as run  # noqa: PLC0415 - loading takes a moment, in which Ctrl+C may come

        run()
    except KeyboardInterrupt:
        sys.exit(130)
