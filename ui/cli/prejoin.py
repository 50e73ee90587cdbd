"""What a follower is told, and asked, before it joins: the steps of the check, recordings that differ."""

import asyncio
import sys
from typing import Final

from client.pairing import Pairing
from client.prejoin import JoinCheck, JoinStep, Outcome, StepResult, check_join
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
    """Compare this machine's recordings with the leader's: before joining where somebody can be asked, else beside it.

    `can_ask`: whether somebody sits here who has not said already that other recordings are all right.
    """

    def __init__(
        self, output: Output, reader: RecordingReader, pairing: Pairing, detail: SessionDetail, *, can_ask: bool
    ) -> None:
        self._output = output
        self._reader = reader
        self._pairing = pairing
        self._detail = detail
        self._can_ask = can_ask
        self._told = False

    def result(self) -> JoinCheck:
        """Return the whole check as far as the recordings are known."""
        return check_join(self._pairing, self._detail, self._reader.known)

    async def before_joining(self) -> None:
        """Tell what is known; ask when recordings differ. Errors: CommandError when the answer is no."""
        if self._can_ask:
            await self._reader.wait(COMPARE_S)
        elif not self._reader.is_done:
            return
        check = self.result()
        self._tell(check)
        if check.different and self._can_ask and not await _ask(self._output):
            raise CommandError(
                ExitCode.PAIRING,
                "different_recordings",
                "not joined: the two of you have different recordings; "
                "pair the leader's, or join with --accept-different",
            )

    async def while_playing(self) -> None:
        """Tell what was not known before."""
        was_done = self._told and self._reader.is_done
        await self._reader.wait()
        if not was_done:
            self._tell(self.result())

    def _tell(self, check: JoinCheck) -> None:
        self._told = True
        tell_step(self._output, check.result(JoinStep.SAME_MUSIC))


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
