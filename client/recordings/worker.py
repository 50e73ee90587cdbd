"""The process that reads the files: hashing them here would hold up whoever is about to join.

It is told `paths` once, and answers of each `path` in turn: its `mtimeNs`, `size` and `fingerprint`, or the `problem`;
`done` at the end.
"""

from pathlib import Path

from client.fingerprint.errors import FingerprintError
from client.fingerprint.fingerprint import fingerprint
from client.worker_pipe import Message, ParentPipe


def main() -> None:
    """Serve one order."""
    pipe = ParentPipe()
    for order in pipe.messages():
        for path in order["paths"]:
            pipe.send({"path": path, **_answer(path)})
        pipe.send({"done": True})
        return


def _answer(path: str) -> Message:
    try:
        # Before it is read: what is written into it meanwhile makes what is kept of it out of date.
        status = Path(path).stat()
        found = fingerprint(Path(path))
    except (FingerprintError, OSError, ValueError) as error:
        return {"problem": str(error)}
    row = (found.audio_hash, found.samples, found.sample_rate, found.encoder, found.rate_mode.value)
    return {"mtimeNs": status.st_mtime_ns, "size": status.st_size, "fingerprint": row}


if __name__ == "__main__":
    main()
