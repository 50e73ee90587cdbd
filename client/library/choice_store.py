"""What people chose by hand, by track: it holds in every playlist that the track stands in."""

from pathlib import Path

from client.library.choice import Choice
from client.storage.database import Database


class ChoiceStore:
    """Choices by track."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Choice]:
        """Return every choice."""
        return [
            Choice(
                row["track_id"],
                None if row["path"] is None else Path(row["path"]),
                *(row["size"], row["duration_ms"], row["audio_hash"]),
            )
            for row in self._database.read("SELECT * FROM choice ORDER BY track_id")
        ]

    def keep(self, choice: Choice) -> None:
        """Keep a choice in place of the one that there was for its track."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO choice VALUES (?, ?, ?, ?, ?)", (choice.track_id, *_rest(choice))
            )

    def settle(self, before: Choice, now: Choice) -> None:
        """Keep what was found out of a choice, unless the person has chosen anew meanwhile."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE choice SET path = ?, size = ?, duration_ms = ?, audio_hash = ? "
                "WHERE track_id = ? AND path IS ?",
                (*_rest(now), before.track_id, None if before.path is None else str(before.path)),
            )

    def forget(self, track_id: str) -> None:
        """Leave a track to matching again; the matches are out of date then."""
        with self._database.transaction() as connection:
            if connection.execute("DELETE FROM choice WHERE track_id = ?", (track_id,)).rowcount:
                connection.execute("UPDATE library SET generation = generation + 1")


def _rest(choice: Choice) -> tuple[object, ...]:
    path = None if choice.path is None else str(choice.path)
    return (path, choice.size, choice.duration_ms, choice.audio_hash)
