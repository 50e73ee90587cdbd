"""The library's own process for what takes long: client/library/workshop.py gives it one order after another.

It is told `database` (the path of library.db) and the `job`: `match`, `remember`, `adopt` or `fingerprint` (with their
`paths`). It answers `progress` with what is `done` of how many, with `problems`, and at the end `done`; or an `error`.
"""

from collections.abc import Sequence
from pathlib import Path

from client.errors import ClientError
from client.library.collector import uncollected
from client.library.music_jobs import Tell, adopt, read_music, remember_music
from client.library.stores import Stores
from client.scan.outcome import ScanProblem
from client.scan.records import problem_record
from client.worker_pipe import Message, ParentPipe


def main() -> None:
    """Serve orders until the parent goes away."""
    pipe = ParentPipe()
    stores: Stores | None = None

    def tell(done: int, total: int, problems: Sequence[ScanProblem] = ()) -> None:
        pipe.send({"progress": [done, total], "problems": [problem_record(problem) for problem in problems]})

    for order in pipe.messages():
        try:
            stores = stores or Stores(Path(order["database"]))
            _work(stores, order, tell)
        except ClientError as error:
            pipe.send({"error": str(error)})
        else:
            pipe.send({"done": True})


def _work(stores: Stores, order: Message, tell: Tell) -> None:
    match order["job"]:
        case "match":
            # What matching needs takes longer to load than most of the other orders take.
            from client.library.matching_job import match_stale  # noqa: PLC0415

            with uncollected():
                match_stale(stores, tell)
        case "remember":
            remember_music(stores)
        case "adopt":
            tell(0, 0, adopt(stores, [Path(path) for path in order["paths"]]))
        case "fingerprint":
            read_music(stores, order["paths"], tell)


if __name__ == "__main__":
    main()
