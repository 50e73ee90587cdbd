"""How good the matching is, by the labelled set: `python -m tests.client.matching.report`."""

import argparse
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from client.matching.model import TrackMatch
from tests.client.matching.cases import Case, Outcome, Part, load_cases

_FOUND = (Outcome.SURE_RIGHT, Outcome.CHECK_RIGHT)


@dataclass(frozen=True, slots=True)
class Tried:
    case: Case
    match: TrackMatch
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Figures:
    """What a set of cases came to; precision is of the sure matches, recall of all that are proposed."""

    counts: Counter[Outcome]
    with_a_right_file: int

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def precision(self) -> float:
        sure = self.counts[Outcome.SURE_RIGHT] + self.counts[Outcome.SURE_WRONG]
        return self.counts[Outcome.SURE_RIGHT] / sure if sure else 1.0

    @property
    def recall(self) -> float:
        found = sum(self.counts[outcome] for outcome in _FOUND)
        return found / self.with_a_right_file if self.with_a_right_file else 1.0

    @property
    def sure_recall(self) -> float:
        return self.counts[Outcome.SURE_RIGHT] / self.with_a_right_file if self.with_a_right_file else 1.0


def try_cases(cases: Iterable[Case]) -> list[Tried]:
    tried = []
    for case in cases:
        match = case.match()
        tried.append(Tried(case, match, case.outcome(match)))
    return tried


def figures(tried: Iterable[Tried]) -> Figures:
    listed = list(tried)
    return Figures(Counter(one.outcome for one in listed), sum(bool(one.case.right) for one in listed))


def main() -> None:
    parser = argparse.ArgumentParser(description="Precision and recall of the matching by the labelled set.")
    parser.add_argument("--part", choices=list(Part), action="append", help="only this part (default: both)")
    parts = parser.parse_args().part or list(Part)
    console = Console()
    everything: list[Tried] = []
    for part in parts:
        tried = try_cases(load_cases(Part(part)))
        everything += tried
        _print_kinds(console, Part(part), tried)
    for outcome in (Outcome.SURE_WRONG, Outcome.CHECK_WRONG, Outcome.MISSED, Outcome.NEEDLESS_CHECK):
        _print_cases(console, outcome, [one for one in everything if one.outcome is outcome])
    for part in parts:
        _print_summary(console, part, figures(one for one in everything if one.case.part == part))
    if len(parts) > 1:
        _print_summary(console, "all", figures(everything))


def _print_kinds(console: Console, part: Part, tried: list[Tried]) -> None:
    table = Table(title=f"{part}: {len(tried)} cases", title_justify="left")
    for name in ("kind", "cases", "precision of sure", "recall", "of it sure", *("sure, wrong", "needless check")):
        table.add_column(name, justify="left" if name == "kind" else "right")
    for kind in sorted({one.case.kind for one in tried}):
        of_kind = figures(one for one in tried if one.case.kind == kind)
        table.add_row(
            kind,
            str(of_kind.total),
            f"{of_kind.precision:.1%}",
            f"{of_kind.recall:.1%}",
            f"{of_kind.sure_recall:.1%}",
            str(of_kind.counts[Outcome.SURE_WRONG] or ""),
            str(of_kind.counts[Outcome.NEEDLESS_CHECK] or ""),
        )
    console.print(table)


def _print_cases(console: Console, outcome: Outcome, tried: list[Tried]) -> None:
    if not tried:
        return
    console.print(Text(f"\n{outcome} ({len(tried)})", style="bold"))
    for one in tried:
        track, best = one.case.track, one.match.best
        console.print(Text(f"  [{one.case.part}, {one.case.kind}] {one.case.note}"))
        console.print(Text(f"      row   {track.title} - {track.artist}"))
        shown = best or (one.match.alternatives[0] if one.match.alternatives else None)
        if shown is not None:
            word = "file " if best is not None else "near "
            named = shown.file.path.name if not shown.file.title else f"{shown.file.title} - {shown.file.artist}"
            console.print(Text(f"      {word} {named}: {shown.reason}, {shown.score}, {shown.explanation}"))


def _print_summary(console: Console, part: str, found: Figures) -> None:
    sure = found.counts[Outcome.SURE_RIGHT] + found.counts[Outcome.SURE_WRONG]
    console.print(
        Text(
            f"{part}: {found.total} cases, precision of sure {found.precision:.2%} ({sure} sure), recall "
            f"{found.recall:.2%} of {found.with_a_right_file} with a right file ({found.sure_recall:.2%} sure)"
        )
    )


if __name__ == "__main__":
    main()
