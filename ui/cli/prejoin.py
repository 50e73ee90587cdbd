"""What a follower is told, and asked, before it joins: the steps of the check, recordings that differ."""

import asyncio
import sys
from typing import Final

from client.pairing import Pairing
from client.prejoin import JoinCheck, JoinStep, Outcome, StepResult, check_join, tracks_to_compare
from client.recordings.reader import RecordingReader
from protocol.rest import SessionDetail
from ui.cli.exit_codes import ExitCode
from ui.cli.failures import CommandError
from ui.cli.keyboard import single_keys
from ui.cli.output import Output

#: How long the comparison may hold up joining; what is not compared by then is told when it is.
COMPARE_S: Final = 3.0

_YES: Final = "yY"


class RecordingCheck:
    """Compare this machine's recordings with the leader's: before joining where somebody can be asked, else after it.

    `can_ask`: whether somebody sits here who has not said already that other recordings are all right. Only then are
    the files read at once; where nobody would be asked, nobody is to wait for it.
    """

    def __init__(
        self, output: Output, reader: RecordingReader, pairing: Pairing, detail: SessionDetail, *, can_ask: bool
    ) -> None:
        self.detail = detail
        self._output = output
        self._reader = reader
        self._pairing = pairing
        self._can_ask = can_ask
        self._is_told = False
        self._files = [track.file for track in tracks_to_compare(pairing, detail) if track.file is not None]
        if can_ask and self._files:
            reader.begin(self._files)

    async def before_joining(self) -> None:
        """Ask when recordings differ. Errors: CommandError when the answer is no."""
        if not self._can_ask:
            return
        await self._reader.wait(COMPARE_S)
        self._is_told = self._reader.is_done
        if self._tell().different and not await _ask(self._output):
            raise CommandError(
                ExitCode.PAIRING,
                "different_recordings",
                "not joined: the two of you have different recordings; "
                "pair the leader's, or join with --accept-different",
            )

    async def while_playing(self) -> None:
        """Tell what was not told before."""
        if self._is_told:
            return
        if not self._can_ask and self._files:
            self._reader.begin(self._files)
        await self._reader.wait()
        self._tell()

    def _tell(self) -> JoinCheck:
        check = check_join(self._pairing, self.detail, self._reader.known)
        tell_step(self._output, check.result(JoinStep.SAME_MUSIC))
        return check


def tell_steps(output: Output, check: JoinCheck) -> None:
    """Tell what can be known at once, up to the step that fails: that one is the error's to tell."""
    for result in check.steps:
        if result.outcome is Outcome.FAILED or result.step is JoinStep.SAME_MUSIC:
            return
        tell_step(output, result)


def tell_step(output: Output, result: StepResult) -> None:
    """Tell what came of one step."""
    sign = "Warning" if result.outcome is Outcome.WARNING else "Checked"
    output.state(
        f"{sign}: {result.sentence}.",
        state="check",
        step=result.step.value,
        outcome=result.outcome.value,
        tracks=list(result.tracks),
    )


def somebody_is_there(*, as_json: bool) -> bool:
    """Return whether a question would be seen and could be answered."""
    return not as_json and sys.stdin.isatty() and sys.stdout.isatty()


async def _ask(output: Output) -> bool:
    """Return whether the person presses y; every other key is a no."""
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def on_text(text: str) -> None:
        if text and not answer.done():
            answer.set_result(text)

    with single_keys(on_text):
        output.state("Join all the same? Press y for yes, any other key for no.", state="question")
        return (await answer)[0] in _YES
