"""`python -m ui.screenshots`: write the pictures of all screens, or of some."""

import os
import sys
from itertools import product
from pathlib import Path
from typing import Annotated

import typer

from ui.screenshots.scene import Scene, all_scenes

_ROOT = Path(__file__).resolve().parents[2]


def main(
    folder: Annotated[Path, typer.Argument(help="Where the pictures go.")] = Path("screenshots"),
    *,
    screen: Annotated[str | None, typer.Option(help="Only screens whose name begins so.")] = None,
    state: Annotated[str | None, typer.Option(help="Only states whose name begins so.")] = None,
    theme: Annotated[str, typer.Option(help="dark, light or both.")] = "both",
    scale: Annotated[int, typer.Option(min=1, max=3, help="2 for screens of 200 %.")] = 1,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Another size than the scene's: 1000x640.")] = None,
    for_docs: Annotated[bool, typer.Option("--for-docs", help="Write docs/images/screens and nothing else.")] = False,
) -> None:
    """Write every screen in every state as PNG."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from ui.screenshots.render import Variant, write, write_for_docs  # noqa: PLC0415 - Qt reads the platform first

    scenes = [scene for scene in all_scenes() if _wanted(scene, screen, state)]
    if for_docs:
        docs = _ROOT / "docs" / "images" / "screens"
        docs.mkdir(parents=True, exist_ok=True)
        files = [write_for_docs(scene, docs) for scene in scenes if scene.for_docs]
    else:
        folder.mkdir(parents=True, exist_ok=True)
        themes = {"dark": [True], "light": [False], "both": [True, False]}.get(theme)
        if themes is None:
            raise typer.BadParameter("dark, light or both", param_hint="--theme")
        chosen_size = _size(size)
        files = [
            write(scene, Variant(dark=dark, scale=scale, size=chosen_size), folder)
            for scene, dark in product(scenes, themes)
        ]
    sys.stdout.write("".join(f"{file}\n" for file in files))


def _wanted(scene: Scene, screen: str | None, state: str | None) -> bool:
    return scene.screen.startswith(screen or "") and scene.state.startswith(state or "")


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    width, cross, height = text.partition("x")
    if not (cross and width.isdigit() and height.isdigit() and 0 < int(width) < 10_000 and 0 < int(height) < 10_000):
        raise typer.BadParameter("two numbers as in 1000x640", param_hint="--size")
    return int(width), int(height)


app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command()(main)

if __name__ == "__main__":
    app()
