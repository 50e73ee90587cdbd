"""The decoder process as seen by the app: start it, ask it, and replace it when a file kills or hangs it."""

import asyncio
import logging
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from audio.child import ChildProcess
from audio.decode.pcm_file import PcmFile
from audio.errors import TrackError
from audio.parent_pipe import Message

_log = logging.getLogger(__name__)

#: A decode that has not moved for this long is hung: the process is killed and the file named.
STALL_TIMEOUT_S = 10.0


@dataclass(slots=True)
class _Request:
    track: str
    file: Path
    rate: int
    answer: asyncio.Future[PcmFile]
    decoded_bytes: int = -1
    moved_at_s: float = field(default_factory=time.monotonic)
    retried: bool = False


class DecoderClient:
    """Decode files one after the other in a child process that may crash without harm."""

    def __init__(self, cache_dir: Path, log_file: Path, *, stall_timeout_s: float = STALL_TIMEOUT_S) -> None:
        self._cache_dir = cache_dir
        self._log_file = log_file
        self._stall_timeout_s = stall_timeout_s
        self._child: ChildProcess | None = None
        self._requests: dict[int, _Request] = {}
        self._next_id = 0
        self._fatal: str | None = None
        self._watch: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start the process ahead of the first request, so that it is warm by then."""
        if self._child is None:
            self._fatal = None
            child = ChildProcess(
                "audio.decode.worker",
                [os.fspath(self._cache_dir)],
                log_file=self._log_file,
                on_message=self._on_message,
                on_exit=lambda code: self._on_exit(child, code),
            )
            self._child = child

    async def decode(self, file: Path, rate: int, *, track: str) -> PcmFile:
        """Return `file` as PCM at `rate` Hz. Errors: TrackError names the track and says what is wrong with it."""
        self.start()
        assert self._child is not None
        self._next_id += 1
        request = _Request(track, file, rate, asyncio.get_running_loop().create_future())
        self._requests[self._next_id] = request
        self._submit(self._next_id, request)
        if self._watch is None:
            self._schedule_watch()
        return await request.answer

    def close(self) -> None:
        """End the process; open requests fail."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.close()
        for request in self._requests.values():
            if not request.answer.done():
                request.answer.cancel()
        self._requests.clear()

    def _submit(self, request_id: int, request: _Request) -> None:
        assert self._child is not None
        self._child.send({"id": request_id, "file": os.fspath(request.file.absolute()), "rate": request.rate})

    def _on_message(self, message: Message) -> None:
        if "fatal" in message:
            self._fatal = str(message["fatal"])
            return
        request = self._requests.get(message["id"])
        if request is None:
            return
        if "decodedBytes" in message:
            if message["decodedBytes"] != request.decoded_bytes:
                request.decoded_bytes = message["decodedBytes"]
                request.moved_at_s = time.monotonic()
            return
        del self._requests[message["id"]]
        self._touch_oldest()
        if request.answer.done():
            return
        if "pcm" in message:
            request.answer.set_result(PcmFile(**message["pcm"]))
        else:
            request.answer.set_exception(TrackError(request.track, message["error"]))

    def _on_exit(self, child: ChildProcess, code: int) -> None:
        if child is not self._child:
            return
        self._child = None
        if not self._requests:
            return
        culprit_id, culprit = next(iter(self._requests.items()))
        if culprit.decoded_bytes < 0 and not culprit.retried and self._fatal is None:
            # The process died before it had even opened the file, so it may not have been the file.
            culprit.retried = True
            self._resubmit()
            return
        del self._requests[culprit_id]
        reason = self._fatal or "libVLC gave up on it; the file is damaged, choose another one for this track"
        _log.error("decoder process ended with %s while it decoded %s", code, culprit.file)
        if not culprit.answer.done():
            culprit.answer.set_exception(TrackError(culprit.track, reason))
        self._resubmit()

    def _resubmit(self) -> None:
        if not self._requests:
            return
        self.start()
        self._touch_oldest()
        for request_id, request in self._requests.items():
            self._submit(request_id, request)

    def _touch_oldest(self) -> None:
        for request in self._requests.values():
            request.moved_at_s = time.monotonic()
            break

    def _schedule_watch(self) -> None:
        self._watch = asyncio.get_running_loop().call_later(self._stall_timeout_s / 4, self._check_for_stall)

    def _check_for_stall(self) -> None:
        self._watch = None
        if not self._requests:
            return
        oldest = next(iter(self._requests.values()))
        if time.monotonic() - oldest.moved_at_s > self._stall_timeout_s and self._child is not None:
            _log.error("decoder process hangs on %s and is killed", oldest.file)
            self._child.kill()
        self._schedule_watch()
