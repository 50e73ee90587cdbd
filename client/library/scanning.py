"""A scan of the whole library, in a thread: what comes in is kept step by step, and then the playlists are matched."""

from collections.abc import Callable, Sequence

from client.library.background import Stop
from client.library.model import ScanProgress, ScanStage, ScanSummary
from client.library.stores import Stores
from client.library.workshop import Workshop
from client.scan.outcome import ScanProblem
from client.scan.scanner import Scanner, ScanStep


class Scan:
    """One scan."""

    def __init__(self, stores: Stores, workshop: Workshop, tell: Callable[[ScanProgress], None]) -> None:
        self._stores = stores
        self._workshop = workshop
        self._tell = tell
        self._problems: list[ScanProblem] = []
        self._last = ScanStep(0, None, 0)
        self._complete = False
        self._counts = 0, 0, 0

    def read(self, stop: Stop) -> None:
        """Look through the folders, and keep what was read; end early when stopped. Errors: StorageError, ScanError."""
        music = self._stores.music
        known, away_before = music.known(), set(music.away())
        new = changed = 0
        gone: set[str] = set()
        away: set[str] = set()
        scanner = Scanner(music.folders(), known, files=music.loose())
        stop.ends(scanner.cancel)
        try:
            for step in scanner.run():
                music.take(step)
                self._last = step
                self._problems += step.problems
                gone.update(step.gone)
                away.update(step.away)
                are_known = [str(scanned.file.path) in known for scanned in step.files]
                changed += sum(are_known)
                new += len(are_known) - sum(are_known)
                self._say(ScanStage.WALKING if step.to_read is None else ScanStage.READING)
        finally:
            scanner.cancel()
        self._complete = scanner.complete
        if self._complete:
            music.mark_present(sorted(away_before - away - gone))
        self._counts = new, changed, len(gone)

    def match(self, stop: Stop) -> ScanSummary:
        """Match the playlists by what `read` has found; return all of it. Errors: StorageError, LibraryError."""

        def told(_done: int, _of: int, _problems: Sequence[ScanProblem]) -> None:
            self._say(ScanStage.MATCHING)

        if self._complete and self._stores.playlists.stale():
            self._say(ScanStage.MATCHING)
            self._workshop.run("match", stop, told)
        problems = (*self._problems, *self._stores.music.problems())
        return ScanSummary(self._last.found, *self._counts, problems)

    def _say(self, stage: ScanStage) -> None:
        step = self._last
        self._tell(ScanProgress(stage, step.found, step.to_read, step.read, len(self._problems)))
