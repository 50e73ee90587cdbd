"""The decoder process: `python -m audio.decode.worker CACHE_DIR`, one request a line, answers in order."""

import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

from audio.decode.decoder import DecodeError, Decoder
from audio.parent_pipe import Message, ParentPipe

_PROGRESS_INTERVAL_S = 0.2
_NICENESS = 5


class _ProgressReporter:
    """Tell the parent how far a decode is, five times a second."""

    def __init__(self, pipe: ParentPipe, request_id: int) -> None:
        self._pipe = pipe
        self._request_id = request_id
        self._next_s = 0.0

    def __call__(self, decoded_bytes: int) -> None:
        now_s = time.monotonic()
        if now_s >= self._next_s:
            self._next_s = now_s + _PROGRESS_INTERVAL_S
            self._pipe.send({"id": self._request_id, "decodedBytes": decoded_bytes})


def main() -> None:
    """Decode what is asked for until the parent goes away."""
    pipe = ParentPipe()
    if hasattr(os, "nice"):
        # The next track decodes while this one is heard: the sound comes first.
        os.nice(_NICENESS)
    try:
        decoder = Decoder(Path(sys.argv[1]))
    except DecodeError as error:
        pipe.send({"fatal": str(error)})
        return
    for request in pipe.messages():
        pipe.send(_answer(decoder, request, pipe))


def _answer(decoder: Decoder, request: Message, pipe: ParentPipe) -> Message:
    request_id = int(request["id"])
    try:
        file = decoder.decode(Path(request["file"]), int(request["rate"]), _ProgressReporter(pipe, request_id))
    except DecodeError as error:
        return {"id": request_id, "error": str(error)}
    return {"id": request_id, "pcm": asdict(file)}


if __name__ == "__main__":
    main()
