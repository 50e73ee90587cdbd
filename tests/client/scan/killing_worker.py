"""The scan's worker, which a file of a certain name kills, hangs, or stops for a while."""

import os
import threading
from pathlib import Path

from client.scan import worker
from client.scan.tags import read_file


def read(path: str):
    name = Path(path).name
    if "kills" in name:
        os.abort()
    if "hangs" in name:
        threading.Event().wait()
    return read_file(path)


worker.read_file = read

if __name__ == "__main__":
    worker.main()
