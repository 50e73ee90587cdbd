"""The decoder process: `python -m audio.decode.worker CACHE_DIR [LIMIT_BYTES]`.

One file is worked on at a time: what is waited for first, the latest such wish before earlier ones. Others stand still
meanwhile and go on where they were.
"""

import os
import queue
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

from audio.decode.cache import DEFAULT_LIMIT_BYTES
from audio.decode.decoder import POLL_S, DecodeJob, Decoder
from audio.decode.errors import DecodeError
from audio.parent_pipe import Message, ParentPipe

_PROGRESS_INTERVAL_S: Final = 0.2
_EAGER_INTERVAL_S: Final = 0.02
_NICENESS: Final = 5
#: A shorter track is handed over when it is whole: it soon is, and until then it may still be refused.
_WHOLE_BELOW_S: Final = 150.0
#: A longer one is handed over while it grows, after so long: sooner when it is waited for.
_PATIENCE_S: Final = {True: 0.3, False: 3.0}


class _Task:
    """One request and how far it is."""

    def __init__(self, request_id: int, job: DecodeJob, *, urgent: bool, eager: bool) -> None:
        self.id = request_id
        self.job = job
        self.urgent = urgent
        self.eager = eager
        self.wish = request_id if urgent else 0
        self.worked_s = 0.0
        self.told_moved = -1
        self.told_frames = 0
        self.next_told_s = 0.0


class Conductor:
    """Take requests, work on the one that matters most, and tell how it goes."""

    def __init__(self, decoder: Decoder, pipe: ParentPipe) -> None:
        self._decoder = decoder
        self._pipe = pipe
        self._inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._tasks: dict[int, _Task] = {}
        self._active: int | None = None
        self._wishes = 0

    def run(self) -> None:
        """Work until the parent goes away."""
        threading.Thread(target=self._listen, name="requests", daemon=True).start()
        while self._take_messages():
            task = self._choose()
            if task is not None:
                self._work_on(task)
        for task in self._tasks.values():
            task.job.close()

    def _listen(self) -> None:
        for message in self._pipe.messages():
            self._inbox.put(message)
        self._inbox.put(None)

    def _take_messages(self) -> bool:
        """Take what has come, and wait for something while there is nothing to do; False: the parent is gone."""
        while not (self._tasks and self._inbox.empty()):
            message = self._inbox.get()
            if message is None:
                return False
            self._take(message)
        return True

    def _take(self, message: Message) -> None:
        match message:
            case {"cancel": request_id}:
                task = self._tasks.pop(request_id, None)
                if task is not None:
                    task.job.close()
            case {"hurry": request_id, "urgent": urgent, "eager": eager}:
                if request_id in self._tasks:
                    task = self._tasks[request_id]
                    task.eager = task.eager or eager
                    self._wish(task, urgent=urgent)
            case {"release": path}:
                self._decoder.cache.release(path)
            case _:
                job = DecodeJob(self._decoder, Path(message["file"]), int(message["rate"]))
                task = _Task(int(message["id"]), job, urgent=message["urgent"], eager=message["eager"])
                self._tasks[task.id] = task
                self._wish(task, urgent=task.urgent)

    def _wish(self, task: _Task, *, urgent: bool) -> None:
        self._wishes += 1
        task.urgent, task.wish = urgent, self._wishes if urgent else 0

    def _choose(self) -> _Task | None:
        """Return the latest wish; of those that nobody waits for, the first."""
        if not self._tasks:
            return None
        return max(self._tasks.values(), key=lambda task: (task.urgent, task.wish, -task.id))

    def _work_on(self, task: _Task) -> None:
        if task.id != self._active:
            self._active = task.id
            self._pipe.send({"active": task.id})
        began_s = time.monotonic()
        try:
            worked = task.job.step()
        except DecodeError as error:
            self._finish(task, {"id": task.id, "error": str(error)})
            return
        if task.job.result is not None:
            answer: Message = {"id": task.id, "pcm": asdict(task.job.result), "warning": task.job.warning}
            self._finish(task, answer)
            return
        if not worked:
            time.sleep(POLL_S)
        now_s = time.monotonic()
        task.worked_s += now_s - began_s
        if now_s >= task.next_told_s:
            self._tell(task, now_s)

    def _finish(self, task: _Task, answer: Message) -> None:
        task.job.close()
        del self._tasks[task.id]
        self._active = None
        self._pipe.send(answer)

    def _tell(self, task: _Task, now_s: float) -> None:
        """Say how far it is, where it has moved: silence is how the parent knows that it hangs."""
        task.next_told_s = now_s + (_EAGER_INTERVAL_S if task.eager else _PROGRESS_INTERVAL_S)
        if task.job.moved == task.told_moved:
            return
        task.told_moved = task.job.moved
        so_far, expected_s = task.job.so_far, task.job.expected_s
        message: Message = {"id": task.id, "moved": task.told_moved, "fraction": None}
        if so_far is not None and so_far.frames > 0:
            if expected_s:
                message["fraction"] = min(1.0, so_far.frames / so_far.rate / expected_s)
            is_long = expected_s is None or expected_s > _WHOLE_BELOW_S
            grown = so_far.frames >= task.told_frames + min(task.told_frames, 60 * so_far.rate)
            is_due = task.eager or (is_long and task.worked_s >= _PATIENCE_S[task.urgent])
            if grown and is_due:
                task.job.handed_out = True
                task.told_frames = so_far.frames
                message["soFar"] = asdict(so_far)
        self._pipe.send(message)


def main() -> None:
    """Decode what is asked for until the parent goes away."""
    pipe = ParentPipe()
    if hasattr(os, "nice"):
        # The next track decodes while this one is heard: the sound comes first.
        os.nice(_NICENESS)
    try:
        limit_bytes = int(sys.argv[2]) if len(sys.argv) > 2 else DEFAULT_LIMIT_BYTES
        decoder = Decoder(Path(sys.argv[1]), limit_bytes)
    except DecodeError as error:
        pipe.send({"fatal": str(error)})
        return
    Conductor(decoder, pipe).run()


if __name__ == "__main__":
    main()
