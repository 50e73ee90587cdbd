"""The page of all benches: each writes its own section and leaves the others' alone."""

import re
from typing import Final

_ANY_MARK: Final = re.compile(r"^<!-- \w+: written by ", re.MULTILINE)


def with_section(page: str, section: str) -> str:
    """Return the page with a section in place of its last one, at first above those of other benches.

    A section begins with its mark, a line as "<!-- app: written by scripts/bench-app --write -->".
    """
    mark = section.partition("\n")[0]
    before, found, rest = page.partition(mark)
    following = _ANY_MARK.search(rest if found else page)
    if not found:
        before, rest = (page[: following.start()], page) if following else (page, "")
    after = rest[following.start() :] if following else ""
    return f"{before.rstrip()}\n\n{section.rstrip()}\n" + (f"\n{after}" if after else "")
