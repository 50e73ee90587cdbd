"""`lockstep demo`: the main job on one machine, with what was measured."""

import asyncio
import contextlib
import os
import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.status import Status

from audio.engine.client import EngineKind
from audio.output_settings import FULL_VOLUME
from ui.cli.exit_codes import EPILOG, ExitCode
from ui.cli.failures import CommandError, tell_on_stderr
from ui.cli.options import EngineOption, VolumeOption, check_volume
from ui.demo.player_process import DemoError
from ui.demo.report import PLOT_NAME, evaluate, result_table, write_report
from ui.demo.runner import DemoOptions, run_demo
from ui.demo.scenario import DEFAULT_SECONDS, SHORTEST_SECONDS, scenario
from ui.demo.window_players import WindowClosedError
from ui.desktop.display import require_display
from ui.desktop.errors import NoDisplayError, as_sentence

DEFAULT_REPORT: Final = Path("lockstep-demo")
#: Qt's platforms that nobody can see.
_NO_WINDOWS: Final = {"offscreen", "minimal"}

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(epilog=EPILOG)
def demo(
    *,
    seconds: Annotated[
        int, typer.Option(metavar="N", min=SHORTEST_SECONDS, help="How long to play; the whole scenario by default.")
    ] = DEFAULT_SECONDS,
    report: Annotated[
        Path, typer.Option(metavar="DIR", readable=False, help="Where drift.png and result.json are written.")
    ] = DEFAULT_REPORT,
    listen: Annotated[
        bool, typer.Option("--listen", help="Play through this machine's own output instead of capturing the sound.")
    ] = False,
    windows: Annotated[
        bool | None,
        typer.Option(
            "--windows/--no-windows",
            help="Show both at windows, side by side, or as commands only; by default where there is a screen.",
            show_default=False,
        ),
    ] = None,
    engine: EngineOption = EngineKind.PRECISE,
    volume: VolumeOption = FULL_VOLUME,
) -> None:
    """Start a server, a leader and a follower on this machine, play the demo music, and say what was measured."""
    console = Console(markup=False, emoji=False, highlight=False)
    try:
        check_volume(volume)
        in_windows = _has_screen() if windows is None else windows
        if windows:
            require_display()
        options = DemoOptions(listen=listen, windows=in_windows, engine=engine, volume_percent=volume)
        # That the result can't be written is better known before the music than after it.
        report.mkdir(parents=True, exist_ok=True)
        exit_code = asyncio.run(_demo(console, seconds, report, options))
    except CommandError as error:
        tell_on_stderr(str(error))
        exit_code = error.exit_code
    except NoDisplayError as error:
        tell_on_stderr(str(error))
        exit_code = ExitCode.NO_DISPLAY
    except WindowClosedError as error:
        console.print(as_sentence(str(error)))
        exit_code = ExitCode.INTERRUPTED
    except DemoError as error:
        tell_on_stderr(f"the demo failed: {error}. Try “lockstep doctor”.")
        exit_code = ExitCode.UNEXPECTED
    except OSError as error:
        tell_on_stderr(f"the report can't be written to {report}: {error.strerror or error}")
        exit_code = ExitCode.DATA_DIR
    except KeyboardInterrupt:
        exit_code = ExitCode.INTERRUPTED
    raise typer.Exit(exit_code)


def _has_screen() -> bool:
    if os.environ.get("QT_QPA_PLATFORM") in _NO_WINDOWS:
        return False
    try:
        require_display()
    except NoDisplayError:
        return False
    return True


async def _demo(console: Console, seconds: int, report: Path, options: DemoOptions) -> ExitCode:
    steps = scenario(seconds)
    console.print("Lockstep demo: a leader and a follower play the same music on this machine.")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lockstep-demo-")))
        status = stack.enter_context(Status("Getting ready …", console=console)) if console.is_terminal else None

        def tell(text: str) -> None:
            console.print(text)

        def on_sync(text: str) -> None:
            if status is not None:
                status.update(text)

        run = await run_demo(steps, folder, options, tell=tell, on_sync=on_sync)
        if status is not None:
            status.update("Measuring what was heard …")
        result = evaluate(run, steps)
        # Qt draws in the main thread only; nothing else runs any more.
        write_report(report, run, result, steps)
    console.print()
    console.print(result_table(result))
    console.print(f"Drift over time: {report / PLOT_NAME}")
    if not result.ok:
        tell_on_stderr("the players were not in lockstep after everything that happened; see the table")
        return ExitCode.UNEXPECTED
    return ExitCode.OK
