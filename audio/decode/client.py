"""The decoder process as seen by the app: start it, ask it, and replace it when a file kills or hangs it."""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from audio.child import ChildProcess
from audio.decode.pcm_file import PcmFile
from audio.errors import TrackError
from audio.parent_pipe import Message

_log = logging.getLogger(__name__)

#: A decode that has not moved for this long is hung: the process is killed and the file named, within 10 s.
STALL_TIMEOUT_S: Final = 7.5


def _ignore(_request: "DecodeRequest") -> None:
    return


@dataclass(eq=False, slots=True)
class DecodeRequest:
    """One file that is to be decoded. `answer` gets the whole, or TrackError; `so_far` and `fraction` grow before.

    `fraction` is None where the length is not known. `on_progress` is called when they have changed.
    """

    track: str
    file: Path
    rate: int
    urgent: bool
    eager: bool
    answer: asyncio.Future[PcmFile]
    on_progress: Callable[["DecodeRequest"], None] = _ignore
    so_far: PcmFile | None = None
    fraction: float | None = None
    warning: str | None = None
    id: int = field(default=0)
    retried: bool = False


class DecoderClient:
    """Decode files in a child process that may crash without harm, what is waited for first.

    `cache_limit_bytes`: how much decoded music is kept on disk, None = the default.
    """

    def __init__(
        self,
        cache_dir: Path,
        log_file: Path,
        *,
        stall_timeout_s: float = STALL_TIMEOUT_S,
        cache_limit_bytes: int | None = None,
    ) -> None:
        self._arguments = [os.fspath(cache_dir)] + ([] if cache_limit_bytes is None else [str(cache_limit_bytes)])
        self._log_file = log_file
        self._stall_timeout_s = stall_timeout_s
        self._child: ChildProcess | None = None
        self._requests: dict[int, DecodeRequest] = {}
        self._next_id = 0
        self._active: int | None = None
        self._moved_at_s = 0.0
        self._fatal: str | None = None
        self._watch: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start the process ahead of the first request, so that it is warm by then."""
        if self._child is None:
            self._fatal = None
            self._active = None
            child = ChildProcess(
                "audio.decode.worker",
                self._arguments,
                log_file=self._log_file,
                on_message=self._on_message,
                on_exit=lambda code: self._on_exit(child, code),
            )
            self._child = child

    def request(
        self,
        file: Path,
        rate: int,
        *,
        track: str,
        urgent: bool = True,
        eager: bool = False,
        on_progress: Callable[[DecodeRequest], None] = _ignore,
    ) -> DecodeRequest:
        """Ask for `file` as PCM at `rate` Hz.

        `urgent`: somebody waits for it, so it comes before what is ahead. `eager`: it is handed over from the first
        second on, though it may turn out to be damaged later.
        """
        self.start()
        self._next_id += 1
        answer = asyncio.get_running_loop().create_future()
        request = DecodeRequest(track, file, rate, urgent, eager, answer, on_progress, id=self._next_id)
        self._requests[request.id] = request
        self._submit(request)
        self._touch()
        if self._watch is None:
            self._schedule_watch()
        return request

    async def decode(self, file: Path, rate: int, *, track: str) -> PcmFile:
        """Return `file` as PCM at `rate` Hz. Errors: TrackError names the track and says what is wrong with it."""
        request = self.request(file, rate, track=track)
        try:
            return await request.answer
        finally:
            self.cancel(request)

    def hurry(self, request: DecodeRequest, *, urgent: bool, eager: bool = False) -> None:
        """Put a request before all others, or back among those that nobody waits for."""
        request.urgent = urgent
        request.eager = request.eager or eager
        if request.id in self._requests and self._child is not None:
            self._child.send({"hurry": request.id, "urgent": urgent, "eager": eager})

    def cancel(self, request: DecodeRequest) -> None:
        """Stop a decode that nobody wants any more."""
        if self._requests.pop(request.id, None) is not None and self._child is not None:
            self._child.send({"cancel": request.id})
        request.answer.cancel()

    def release(self, pcm: PcmFile) -> None:
        """Say that decoded music is no longer used, so that it may go from the disk."""
        if self._child is not None:
            self._child.send({"release": pcm.path})

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
            request.answer.cancel()
        self._requests.clear()

    def _submit(self, request: DecodeRequest) -> None:
        assert self._child is not None
        file = os.fspath(request.file.absolute())
        wanted = {"id": request.id, "file": file, "rate": request.rate}
        self._child.send({**wanted, "urgent": request.urgent, "eager": request.eager})

    def _on_message(self, message: Message) -> None:
        if "fatal" in message:
            self._fatal = str(message["fatal"])
            return
        self._touch()
        if "active" in message:
            self._active = message["active"]
            return
        request = self._requests.get(message["id"])
        if request is None:
            return
        if "moved" in message:
            request.fraction = message["fraction"]
            if "soFar" in message:
                request.so_far = PcmFile(**message["soFar"])
            request.on_progress(request)
            return
        del self._requests[request.id]
        if request.answer.done():
            return
        if "pcm" in message:
            request.warning = message["warning"]
            request.answer.set_result(PcmFile(**message["pcm"]))
        else:
            request.answer.set_exception(TrackError(request.track, message["error"]))

    def _on_exit(self, child: ChildProcess, code: int) -> None:
        if child is not self._child:
            return
        self._child = None
        if not self._requests:
            return
        culprit = self._requests.get(self._active or 0)
        if culprit is None and self._fatal is None:
            # The process died before it had even opened a file, so it may not have been the file.
            culprit = next(iter(self._requests.values()))
            if not culprit.retried:
                culprit.retried = True
                self._resubmit()
                return
        if culprit is None:
            culprit = next(iter(self._requests.values()))
        del self._requests[culprit.id]
        reason = self._fatal or "libVLC gave up on it; the file is damaged, choose another one for this track"
        _log.error("decoder process ended with %s while it decoded %s", code, culprit.file)
        if not culprit.answer.done():
            culprit.answer.set_exception(TrackError(culprit.track, reason))
        self._resubmit()

    def _resubmit(self) -> None:
        if not self._requests:
            return
        self.start()
        self._touch()
        for request in self._requests.values():
            self._submit(request)

    def _touch(self) -> None:
        self._moved_at_s = time.monotonic()

    def _schedule_watch(self) -> None:
        self._watch = asyncio.get_running_loop().call_later(self._stall_timeout_s / 4, self._check_for_stall)

    def _check_for_stall(self) -> None:
        self._watch = None
        if not self._requests:
            return
        if time.monotonic() - self._moved_at_s > self._stall_timeout_s and self._child is not None:
            hung = self._requests.get(self._active or 0) or next(iter(self._requests.values()))
            _log.error("decoder process hangs on %s and is killed", hung.file)
            self._child.kill()
        self._schedule_watch()
