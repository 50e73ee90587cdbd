"""FollowingModel: from a session that somebody leads to the same music here, step by step (plan, section 4)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Signal

from client.errors import UNAUTHORIZED, ApiError, ClientError
from client.fingerprint.compare import Heard
from client.pairing import Pairing
from client.prejoin import JoinCheck, JoinStep, check_join
from client.session_state import Following, Idle, RunBuddySessionState
from protocol.events import Role
from protocol.rest import SessionDetail
from ui.desktop.errors import NotNowError
from ui.desktop.recovery import SessionNote
from ui.screens.joining import JoiningState
from ui.session.music import prepare_for
from ui.session.own_pairing import own_pairing
from ui.viewmodel import join_states
from ui.viewmodel.context import Context
from ui.viewmodel.music import Music
from ui.viewmodel.session import SessionModel
from ui.viewmodel.session_states import Mended, Trouble
from ui.viewmodel.troubles import is_over, trouble_of

#: How long a comparison of the recordings may hold up joining.
COMPARE_S: Final = 5.0

#: Said of a code that was typed and belongs to no session.
WRONG_CODE: Final = "No open session has this code"

_TASK: Final = "join"
#: Long enough for what is shown to be drawn before something else is.
_NEXT_TURN_S: Final = 0.001
_NO_SUCH_SESSION: Final = "session_not_found"
_MENDED_ON: Final = {Mended.IN_SETTINGS: "settings", Mended.IN_LIBRARY: "library", Mended.BY_NAME: "runbuddy"}


@dataclass(frozen=True, slots=True)
class _Plan:
    """A session that passed the check, and what it is joined with."""

    detail: SessionDetail
    pairing: Pairing
    check: JoinCheck


class FollowingModel(QObject):
    """Check and join a session.

    `joining_changed(JoiningState)`; `playlist_requested(playlist_id)` when a pairing is to be mended first. A code that
    was typed is `code_looked_for`, and then `code_found` or `code_refused(sentence)`.
    """

    joining_changed = Signal(object)
    playlist_requested = Signal(str)
    code_looked_for = Signal()
    code_found = Signal()
    code_refused = Signal(str)

    def __init__(self, context: Context, session: SessionModel, music: Music) -> None:
        super().__init__()
        self._context = context
        self._session = session
        self._music = music
        self._wanted = ""
        self._state = join_states.first_state()
        self._agreed: asyncio.Event | None = None
        self._to_mend = ""
        self._mended: Mended | None = None
        self._returning = ""
        session.state_changed.connect(self._on_state)

    def show_first(self) -> None:
        """Show the page before anything is joined, so that its steps are there when they are needed."""
        self._show(join_states.first_state())

    def join(self, session_id_or_code: str) -> None:
        """Check a session step by step, and follow it."""
        if not self._session.free:
            self._context.report(NotNowError("a session is running already; end or leave it first"))
            return
        self._wanted = session_id_or_code
        self._show(join_states.first_state())
        self._context.show_screen("joining")
        self._context.tasks.start_anew(self._join(session_id_or_code), _TASK)

    def join_by_code(self, code: str) -> None:
        """Look for the session of a code that was typed, and join it; a wrong one is said beside the field."""
        self._context.tasks.start_anew(self._join_by_code(code), "code")

    def retry(self) -> None:
        """Check again what came to nothing."""
        if self._wanted:
            self.join(self._wanted)

    def cancel(self) -> None:
        """Give up joining."""
        self._context.tasks.cancel(_TASK)
        self._session.say_goodbye()
        self._context.show_screen("runbuddy")
        self._context.screen_over.emit("joining")

    def go_on(self) -> None:
        """Join though the recordings differ."""
        if self._agreed is not None:
            self._agreed.set()

    def fix(self) -> None:
        """Open what keeps from joining: the playlist, or the page on which it is put right."""
        if self._to_mend:
            self.playlist_requested.emit(self._to_mend)
        elif self._mended is not None:
            self._context.show_screen(_MENDED_ON[self._mended])

    def come_back(self, note: SessionNote) -> None:
        """Come back to a session that this machine followed when it crashed: its seat is kept."""
        self._returning = note.session_id
        self.join(note.session_id)

    async def _join_by_code(self, code: str) -> None:
        self.code_looked_for.emit()
        if await self._is_unknown(code):
            self.code_refused.emit(WRONG_CODE)
            return
        self.code_found.emit()
        self.join(code)

    async def _is_unknown(self, code: str) -> bool:
        """Return whether the server knows no session of this code; whatever else is wrong, joining meets and says."""
        try:
            api = await self._context.services.api(Role.FOLLOWER)
            await api.get_session(code)
        except ApiError as error:
            return error.code == _NO_SUCH_SESSION
        except Exception:  # noqa: BLE001 - as above
            return False
        return False

    async def _join(self, session_id_or_code: str) -> None:
        try:
            plan = await self._check(session_id_or_code)
            if plan is not None:
                await self._follow(plan)
        except asyncio.CancelledError:
            await self._session.close()
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen says it
            await self._session.close()
            self._show(join_states.broken_off(self._state, self._trouble_of(error)))

    async def _check(self, session_id_or_code: str) -> _Plan | None:
        """Return what can be joined; None when the screen says why it can't."""
        self._to_mend, self._mended = "", None
        try:
            api = await self._context.services.api(Role.FOLLOWER)
        except Exception as error:  # noqa: BLE001 - as above
            self._show(join_states.failed_at(self._state, JoinStep.SIGNED_IN, self._trouble_of(error)))
            return None
        self._show(join_states.signed_in(self._state))
        try:
            detail = await api.get_session(session_id_or_code)
        except ClientError as error:
            trouble = self._trouble_of(error)
            answered = isinstance(error, ApiError) and error.status != UNAUTHORIZED
            state = self._state
            self._show(
                join_states.not_found(state, trouble)
                if answered
                else join_states.failed_at(state, JoinStep.SIGNED_IN, trouble)
            )
            return None
        self._show(join_states.named(self._state, detail))
        pairing = await self._own_pairing(detail)
        if pairing is None:
            return None
        check = check_join(pairing, detail)
        if not check.may_join:
            self._to_mend = pairing.playlist_id
            self._show(join_states.refused(self._state, check, pairing.playlist_name))
            return None
        self._show(join_states.checked(self._state, check, comparing=check.comparable > 0))
        known = await self._recordings(pairing, check)
        check = check_join(pairing, detail, known)
        self._show(join_states.checked(self._state, check))
        if check.different:
            self._to_mend = pairing.playlist_id
            self._agreed = asyncio.Event()
            self._show(join_states.asking(self._state, check, pairing.playlist_name))
            await self._agreed.wait()
        return _Plan(detail, pairing, check)

    async def _follow(self, plan: _Plan) -> None:
        services = self._context.services
        self._show(join_states.under_way(self._state, join_states.CONNECTING))
        await self._music.load(plan.pairing)
        preparing = asyncio.ensure_future(prepare_for(services.playback, plan.detail.snapshot))
        try:
            coordinator = await self._session.open(Role.FOLLOWER)
            snapshot = await coordinator.follow(
                plan.detail.session_id, lambda now: check_join(plan.pairing, now).require()
            )
            self._note(plan)
            self._show(join_states.under_way(self._state, join_states.PREPARING))
            await preparing
        except BaseException:
            preparing.cancel()
            await asyncio.gather(preparing, return_exceptions=True)
            raise
        await prepare_for(services.playback, snapshot)
        coordinator.ready()
        self._music.playing.show_ahead()
        await asyncio.sleep(_NEXT_TURN_S)
        if isinstance(self._session.state, Following):
            self._context.show_screen("now_playing")
            self._context.screen_over.emit("joining")

    def _note(self, plan: _Plan) -> None:
        self._session.note(
            server=self._context.settings.server,
            session_id=plan.detail.session_id,
            role="follower",
            playlist_id=plan.pairing.playlist_id,
            playlist_name=plan.pairing.playlist_name,
            other=plan.detail.host_display_name,
        )

    async def _own_pairing(self, detail: SessionDetail) -> Pairing | None:
        """Return this library's pairing of the session's playlist; None when it has none, which the screen says."""
        pairing = await own_pairing(await self._context.library(), detail)
        if pairing is None:
            trouble = join_states.no_playlist(detail.playlist_name)
            self._mended = trouble.mended
            self._show(join_states.failed_at(self._state, JoinStep.SAME_PLAYLIST, trouble))
        return pairing

    async def _recordings(self, pairing: Pairing, check: JoinCheck) -> Mapping[str, Heard]:
        if not check.comparable:
            return {}
        library = await self._context.library()
        return await self._music.fingerprints(library, pairing, COMPARE_S)

    def _on_state(self, state: RunBuddySessionState) -> None:
        # A session that ends while it is still being joined: its own sentence is on the toast, the page leads back.
        if isinstance(state, Idle) and state.ended is not None and self._context.tasks.running(_TASK):
            self._show(join_states.broken_off(self._state, Trouble(state.ended.message, "Choose another session.")))

    def _trouble_of(self, error: Exception) -> Trouble:
        """Return what is told of an error, and remember where it is put right."""
        self._context.log_unexpected(error)
        if self._wanted == self._returning and is_over(error):
            self._context.recovery.forget()
        trouble = trouble_of(error)
        self._mended = trouble.mended
        return trouble

    def _show(self, state: JoiningState) -> None:
        self._state = state
        self.joining_changed.emit(state)
