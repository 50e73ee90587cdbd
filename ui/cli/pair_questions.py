"""Ask a person about matches that are not sure, one key an answer."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from client.errors import one_line
from client.matching.model import Candidate, Confidence, TrackMatch
from ui.cli.keyboard import single_keys

_MAX_OFFERED: Final = 5
_HELP: Final = "y yes · 1 to 5 that one · n none of these · s later · a yes to all · q no more questions"

#: The file for a track, by its id; None for none of those offered.
Answers = dict[str, Path | None]


def to_check(matches: Sequence[TrackMatch]) -> list[TrackMatch]:
    """Return the rows that wait for a yes, each track once."""
    waiting = {match.track.track_id: match for match in matches if match.confidence is Confidence.CHECK}
    return list(waiting.values())


async def ask(matches: Sequence[TrackMatch], console: Console) -> Answers:
    """Ask about every row that waits for a yes, until the person has had enough; return what was said."""
    answers: Answers = {}
    waiting = to_check(matches)
    if not waiting:
        return answers
    keys: asyncio.Queue[str] = asyncio.Queue()

    def on_text(text: str) -> None:
        for key in text:
            keys.put_nowait(key)

    with single_keys(on_text):
        console.print(Text(f"{len(waiting)} to check. {_HELP}", style="dim"))
        for number, match in enumerate(waiting, 1):
            offered = [it for it in (match.best, *match.alternatives) if it is not None][:_MAX_OFFERED]
            _show(number, len(waiting), match, offered, console)
            if not await _answer(match, offered, waiting[number - 1 :], keys, answers):
                break
    return answers


async def _answer(
    match: TrackMatch,
    offered: Sequence[Candidate],
    rest: Sequence[TrackMatch],
    keys: "asyncio.Queue[str]",
    answers: Answers,
) -> bool:
    """Take one answer; return whether to go on."""
    while True:
        key = (await keys.get()).lower()
        if key == "y" or (key.isdecimal() and key.isascii() and 1 <= int(key) <= len(offered)):
            place = 0 if key == "y" else int(key) - 1
            answers[match.track.track_id] = offered[place].file.path
        elif key == "n":
            answers[match.track.track_id] = None
        elif key == "a":
            answers.update((it.track.track_id, it.best.file.path) for it in rest if it.best is not None)
            return False
        elif key in {"q", "\x04"}:
            return False
        elif key != "s":
            continue
        return True


def _show(number: int, total: int, match: TrackMatch, offered: Sequence[Candidate], console: Console) -> None:
    track = match.track
    head = Text(f"{number}/{total} ", style="dim")
    head.append(one_line(" - ".join(filter(None, (track.artist, track.title))), 100), style="bold")
    head.append(f"  {length(track.duration_ms)}", style="dim")
    console.print(head)
    for place, candidate in enumerate(offered, 1):
        file = candidate.file
        tags = " - ".join(filter(None, (file.artist, file.title)))
        line = Text(f"  {place} ")
        line.append(one_line(file.path.name, 60))
        line.append(f"  {one_line(tags, 80)}  {length(file.duration_ms)}", style="dim")
        line.append(f"  {candidate.score:.0f}: {one_line(candidate.explanation, 100)}", style="dim")
        console.print(line)


def length(duration_ms: int | None) -> str:
    """Return a length as people write it; "" where it is not known."""
    if duration_ms is None:
        return ""
    seconds = round(duration_ms / 1000)
    return f"{seconds // 60}:{seconds % 60:02}"
