"""What the app opens: with a real server, real sound processes and no sound."""

import asyncio
import contextlib

import pytest

from audio.playback_events import SoundChanged
from client.errors import ApiError, ServerUnreachableError
from client.session_state import Following, Idle, Leading
from client.socket import SocketState
from protocol.events import Role
from protocol.rest import AccountsMode
from tests.server.harness import local_settings, running
from ui.desktop.accounts import NameNeededError
from ui.desktop.errors import NotNowError
from ui.desktop.parts import Part, touched
from ui.desktop.services import Services
from ui.desktop.settings import DEFAULT_NTP_SERVER, Settings
from ui.session.music import prepare_first, prepare_for, queue_of
from ui.session.place import go_to, place_in, place_of


@pytest.fixture
async def open_services(tmp_path, server):
    async with contextlib.AsyncExitStack() as stack:

        async def open_(name, **changes):
            settings = Settings(
                server=server.base_url,
                display_name=name,
                ntp_server=f"127.0.0.1:{server.ntp_port}",
                sound_device="none",
            ).changed(**changes)
            services = Services(tmp_path / name, settings, report_interval_s=0.05)
            stack.push_async_callback(services.aclose)
            await services.open_sound()
            return services

        yield open_


async def until(condition):
    while not condition():  # noqa: ASYNC110 - several parties are waited for, none of which has an event
        await asyncio.sleep(0.01)


async def test_leader_and_follower_open_play_and_close(open_services, demo_pairing):
    leader, follower = await asyncio.gather(open_services("Ann"), open_services("Ben"))
    for services in (leader, follower):
        services.set_queue(queue_of(demo_pairing))
    await prepare_first(leader.playback)
    coordinator = await leader.open_session(Role.LEADER)
    leading = await coordinator.lead(demo_pairing.playlist_id, demo_pairing.playlist_name, demo_pairing.count_paired)
    following = await follower.open_session(Role.FOLLOWER)
    snapshot = await following.follow(leading.join_code)
    await prepare_for(follower.playback, snapshot)
    following.ready()
    leader.playback.play()
    await until(lambda: follower.playback.playing)
    assert isinstance(following.state, Following)
    await leader.close_session()
    await until(lambda: isinstance(following.state, Idle))
    await follower.close_session()
    assert not follower.playback.is_runbuddy_follower()
    traces = sorted(path.name.rpartition("-")[2] for path in leader.data_dir.parent.glob("*/traces/*"))
    assert traces == ["follower.jsonl", "leader.jsonl"]


async def test_a_goodbye_is_said_to_its_end_whoever_else_closes_or_gives_up(open_services, demo_pairing):
    leader, follower = await asyncio.gather(open_services("Ann"), open_services("Ben"))
    coordinator = await leader.open_session(Role.LEADER)
    leading = await coordinator.lead(demo_pairing.playlist_id, demo_pairing.playlist_name, demo_pairing.count_paired)
    following = await follower.open_session(Role.FOLLOWER)
    await following.follow(leading.join_code)
    first = asyncio.create_task(leader.close_session())
    await asyncio.sleep(0)
    first.cancel()
    await leader.close_session()
    with pytest.raises(ApiError, match="over"):
        await (await leader.api()).join(leading.session_id)
    await until(lambda: isinstance(following.state, Idle))
    assert await leader.open_session(Role.LEADER) is leader.coordinator


async def test_of_two_sessions_that_are_opened_at_once_there_is_one(open_services):
    services = await open_services("Ann")
    opened = await asyncio.gather(
        services.open_session(Role.LEADER), services.open_session(Role.FOLLOWER), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in opened) == ["NotNowError", "RunBuddyCoordinator"]
    assert services.coordinator in opened


async def test_a_session_server_that_tells_the_time_is_asked_for_it_unless_another_was_chosen(open_services, server):
    its_own = f"127.0.0.1:{server.ntp_port}"
    services = await open_services("Ann", ntp_server=DEFAULT_NTP_SERVER)
    assert services.clock.status.server == DEFAULT_NTP_SERVER
    coordinator = await services.open_session(Role.LEADER)
    assert services.clock.status.server == its_own
    assert (await services.find_clock()) is services.clock
    await coordinator.lead("spotify:playlist:p", "P", 1)
    assert services.clock.status.synced
    chosen = await open_services("Ben", ntp_server="127.0.0.2")
    assert (await chosen.find_clock()).status.server == "127.0.0.2"
    gone = await open_services("Cem", ntp_server=DEFAULT_NTP_SERVER, server="http://127.0.0.1:1")
    assert (await gone.find_clock()).status.server == DEFAULT_NTP_SERVER


async def test_a_crashed_leader_goes_on_where_the_music_is(open_services, demo_pairing, server):
    leader = await open_services("Ann")
    leader.set_queue(queue_of(demo_pairing))
    coordinator = await leader.open_session(Role.LEADER)
    leading = await coordinator.lead(demo_pairing.playlist_id, demo_pairing.playlist_name, demo_pairing.count_paired)
    await leader.playback.prepare(0)
    leader.playback.seek(0)
    leader.playback.play()
    leader.playback.seek(20_000)
    api = await leader.api(Role.LEADER)
    while (await api.get_session(leading.session_id)).snapshot.position_ms < 20_000:  # noqa: ASYNC110 - polls a server
        await asyncio.sleep(0.01)
    # The same account on the same server, as after another start with the same data directory.
    again = Services(leader.data_dir, leader.settings)
    await again.open_sound()
    again.set_queue(queue_of(demo_pairing))
    taken_up = await again.open_session(Role.LEADER)
    snapshot = await taken_up.lead_again(leading.session_id, leading.join_code)
    place = place_in(again.playback, snapshot, again.clock.corrected_now_ms())
    assert place is not None
    assert await go_to(again.playback, place)
    assert isinstance(taken_up.state, Leading)
    assert again.playback.playing
    await until(lambda: (found := place_of(again.playback)) is not None and found.position_ms >= 20_000)
    await again.aclose()


async def test_a_changed_device_is_opened_and_the_music_goes_on_there(open_services, demo_pairing):
    services = await open_services("Ann")
    heard = []
    services.subscribe_playback(heard.append)
    services.set_queue(queue_of(demo_pairing))
    await services.playback.prepare(0)
    services.playback.play()
    services.playback.seek(30_000)
    pid = services.playback.engine_pid
    assert await services.apply(services.settings.changed(cache_bytes=1024**3)) == frozenset()
    assert services.playback.engine_pid != pid
    assert services.playback.playing
    await services.playback.opened()
    await until(lambda: any(isinstance(event, SoundChanged) for event in heard))
    await until(lambda: (found := place_of(services.playback)) is not None and found.position_ms >= 29_000)


async def test_in_a_session_what_it_lives_by_waits_for_its_end(open_services, demo_pairing):
    services = await open_services("Ann")
    services.set_queue(queue_of(demo_pairing))
    coordinator = await services.open_session(Role.LEADER)
    await coordinator.lead(demo_pairing.playlist_id, demo_pairing.playlist_name, demo_pairing.count_paired)
    await until(lambda: (report := coordinator.report()) is not None and report.socket is SocketState.CONNECTED)
    pid, clock = services.playback.engine_pid, services.clock
    wanted = services.settings.changed(cache_bytes=1024**3, ntp_server="127.0.0.1:1", volume_percent=20.0)
    assert await services.apply(wanted) == {Part.SOUND, Part.CLOCK}
    assert services.playback.output.volume_percent == 20.0
    assert (services.playback.engine_pid, services.clock) == (pid, clock)
    with pytest.raises(NotNowError, match="end or leave"):
        await services.open_session(Role.LEADER)
    await services.close_session()
    assert services.playback.engine_pid != pid
    assert services.clock.status.server == "127.0.0.1:1"


async def test_before_the_sound_is_open_it_is_said(tmp_path):
    services = Services(tmp_path, Settings())
    with pytest.raises(NotNowError, match="still being opened"):
        services.set_queue([])
    await services.aclose()


async def test_a_disk_that_refuses_a_trace_does_not_refuse_the_session(open_services, demo_pairing):
    services = await open_services("Ann")
    (services.data_dir / "traces").write_text("", "utf-8")
    services.set_queue(queue_of(demo_pairing))
    coordinator = await services.open_session(Role.LEADER)
    await coordinator.lead(demo_pairing.playlist_id, demo_pairing.playlist_name, demo_pairing.count_paired)


async def test_a_server_with_local_accounts_wants_a_name(tmp_path, server):
    services = Services(tmp_path, Settings(server=server.base_url))
    assert await services.accounts.mode() is AccountsMode.LOCAL
    with pytest.raises(NameNeededError, match="name"):
        await services.api()
    await services.apply(services.settings.changed(display_name="Ann"))
    assert await (await services.api()).list_sessions() == []
    assert await services.api() is not await services.api(Role.LEADER)
    await services.aclose()


async def test_a_server_with_spotifys_accounts_wants_somebody_signed_in(tmp_path):
    with running(local_settings(tmp_path / "spotify.db", accounts=AccountsMode.SPOTIFY)) as server:
        services = Services(tmp_path, Settings(server=server.base_url, display_name="Ann"))
        with pytest.raises(NotNowError, match="signed in to Spotify"):
            await services.api()
        await services.aclose()


async def test_a_server_that_is_not_there_is_said(tmp_path):
    services = Services(tmp_path, Settings(server="http://127.0.0.1:1", display_name="Ann"))
    with pytest.raises(ServerUnreachableError, match="can't be reached"):
        await services.api()
    await services.aclose()


def test_what_a_setting_touches():
    before = Settings()
    assert touched(before, before) == frozenset()
    assert touched(before, before.changed(sound_device="none", debug=True)) == {Part.SOUND, Part.LOG}
    assert touched(before, before.changed(server="http://a", ntp_server="b")) == {Part.SERVER, Part.CLOCK}
    assert touched(before, before.changed(first_run_done=True)) == frozenset()
