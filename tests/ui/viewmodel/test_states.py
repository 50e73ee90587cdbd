"""Library, billboard, settings and sync panel as the screens show them."""

import math
from pathlib import Path

import pytest

from audio.engine.device_choice import Device
from audio.playback_events import SoundChanged
from client.clock.clock import ClockStatus
from client.library.model import PlaylistSummary, ScanProgress, ScanStage
from client.matching.model import Candidate, Confidence, MatchReason, TrackMatch
from client.playlist.model import PlaylistTrack, TrackKind
from client.scan.local_file import LocalFile
from protocol.rest import BillboardEntry
from tests.ui.viewmodel.test_sync_words import REPORT
from ui.screens.billboard_state import Playable
from ui.screens.playlist_rows import PairMark
from ui.viewmodel.billboard_states import age_words, open_sessions
from ui.viewmodel.library_states import folder_words, lead_lock, play_lock, scan_progress, track_lines
from ui.viewmodel.settings_states import clock_state, device_choices, device_note, folders_words, size_words
from ui.viewmodel.sync_history import SyncHistory, numbers

MINUTE_MS = 60_000
SUMMARY = PlaylistSummary("p", "Run", "Ana", None, tracks=14, pairable=14, paired=12, to_check=1)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(-5, "just now"), (0.9, "just now"), (1, "1 minute ago"), (59, "59 minutes ago"), (60, "1 hour ago"),
     (60 * 47, "47 hours ago"), (60 * 72, "3 days ago")],
)  # fmt: skip
def test_ages(minutes, words):
    assert age_words(minutes * MINUTE_MS) == words


def test_sessions_say_whether_this_library_can_play_them():
    def entry(session_id, playlist_id, count):
        return BillboardEntry(
            session_id=session_id, host_display_name="<b>Ana", playlist_id=playlist_id, playlist_name="Run",
            paired_track_count=count, created_at=1_800_000_000_000,
        )  # fmt: skip

    found = open_sessions(
        [entry("a", "p", 12), entry("b", "p", 13), entry("c", "q", 1)], {"p": SUMMARY}, 1_800_000_000_000 + MINUTE_MS
    )
    assert [it.playable for it in found] == [Playable.YES, Playable.PARTLY, Playable.NO]
    assert (found[0].age, found[0].host) == ("1 minute ago", "<b>Ana")


def test_a_playlist_is_led_only_when_all_of_it_is_paired():
    whole = PlaylistSummary("p", "Run", "", None, 14, 14, 14, 0)
    assert lead_lock(whole, enabled=True, in_session=False) is None
    partly = "1 track has no file yet; 1 proposal waits for your yes"
    assert lead_lock(SUMMARY, enabled=True, in_session=False) == partly
    only_to_check = PlaylistSummary("p", "Run", "", None, 14, 14, 12, 2)
    assert lead_lock(only_to_check, enabled=True, in_session=False) == "2 proposals wait for your yes"
    assert "switched off" in (lead_lock(whole, enabled=False, in_session=False) or "")
    assert "already" in (lead_lock(whole, enabled=True, in_session=True) or "")
    assert lead_lock(None, enabled=True, in_session=False) == "One moment"
    assert "no track" in (
        lead_lock(PlaylistSummary("p", "", "", None, 1, 0, 0, 0), enabled=True, in_session=False) or ""
    )
    assert play_lock(SUMMARY, None) is None
    assert play_lock(SUMMARY, "Ana leads") == "Ana leads"


def test_tracks_show_their_file_and_why():
    file = Candidate(LocalFile(Path("/m/a.mp3"), 0, 0), MatchReason.FUZZY, 96.6, "title 97")
    track = PlaylistTrack(0, "t", "Title", ("Ann", "Ben"), duration_ms=1000)
    episode = PlaylistTrack(1, "e", "Episode", kind=TrackKind.UNSUPPORTED)
    lines = track_lines(
        [
            TrackMatch(track, Confidence.SURE, file),
            TrackMatch(track, Confidence.CHECK, file, (file,)),
            TrackMatch(track, Confidence.MISSING, None),
            TrackMatch(episode, Confidence.MISSING, None),
            TrackMatch(track, Confidence.SURE, Candidate(file.file, MatchReason.MANUAL, 100, "")),
        ]
    )
    assert [line.mark for line in lines] == [
        PairMark.PAIRED, PairMark.CHECK, PairMark.MISSING, PairMark.UNSUPPORTED, PairMark.CHOSEN,
    ]  # fmt: skip
    assert (lines[0].reason, lines[0].score, lines[0].artist) == ("Similar title and artist", 97, "Ann, Ben")
    assert lines[1].others[0].name == "a.mp3"


def test_scans_say_how_far_they_are():
    assert scan_progress(ScanProgress(ScanStage.WALKING, 1204, None, 0, 0)).detail == "1,204 files so far"
    reading = scan_progress(ScanProgress(ScanStage.READING, 20_000, 10_000, 2500, 0))
    assert (reading.detail, reading.share) == ("2,500 of 10,000 files", 0.25)
    assert scan_progress(ScanProgress(ScanStage.READING, 5, 0, 0, 0)).share == 1.0


def test_a_device_that_is_away_stays_to_be_chosen():
    devices = [Device("usb", "USB speakers", is_default=True, api="pulse")]
    choices = dict(device_choices(devices, "bluetooth"))
    assert choices["bluetooth"] == "bluetooth (not connected)"
    assert choices["usb"] == "USB speakers"
    assert next(iter(choices)) == ""
    assert list(choices)[-1] == "none"


def test_the_clock_says_how_well_it_is_known_and_since_when():
    def status(uncertainty_ms, measured_at_ns):
        return ClockStatus(0.0, uncertainty_ms, measured_at_ns, "pool", None, synced=True, error=None)

    now_ns = 300 * 10**9
    shown = clock_state("pool", status(3.2, now_ns - 130 * 10**9), now_ns, measuring=False, trouble="")
    assert shown.result == "Synced to ± 3.2 ms, 2 minutes ago"
    assert clock_state("pool", status(math.inf, 0), now_ns, measuring=True, trouble="No").result == ""
    by_another = clock_state("pool.ntp.org", status(0.2, now_ns), now_ns, measuring=False, trouble="").result
    assert by_another.translate({0x2068: None, 0x2069: None}) == (
        "Synced to ± 0.2 ms by pool, the session server's own time, just now"
    )


def test_what_went_wrong_with_the_clock_elsewhere_is_said_in_the_settings():
    status = ClockStatus(0.0, math.inf, 0, "a", None, False, "the name a is unknown")
    assert clock_state("a", status, 1, measuring=False, trouble="").trouble == "The name a is unknown."
    assert clock_state("a", status, 1, measuring=True, trouble="").trouble == ""
    assert clock_state("a", status, 1, measuring=False, trouble="Other.").trouble == "Other."


def test_the_settings_say_what_is_played_to():
    assert device_note(None) == ("", "")
    note, trouble = device_note(SoundChanged("alsa.usb", False, None, False, "USB Headphones"))
    assert (note.translate({0x2068: None, 0x2069: None}), trouble) == ("Plays to USB Headphones", "")
    assert device_note(SoundChanged("", True, "no sound device is there", False)) == ("", "No sound device is there.")


def test_several_folders_are_named_by_the_first():
    assert folders_words(()) == ""
    assert folders_words((Path("/a"),)) == "/a"
    assert folders_words((Path("/a"), Path("/b"), Path("/c"))) == "/a and 2 more"


def test_the_library_says_how_many_files_its_folder_has():
    plain = {0x2068: None, 0x2069: None}
    words = [folder_words((Path("/home/ana/Music"),), count).translate(plain) for count in (0, 1, 1204)]
    assert words == ["No music files in Music", "1 music file in Music", "1,204 music files in Music"]
    assert folder_words((), 3) == ""


def test_sizes():
    assert [size_words(size) for size in (0, 10, 5 * 1024**2, 3 * 1024**3)] == [
        "nothing in use", "1 KiB in use", "5.0 MiB in use", "3.0 GiB in use",
    ]  # fmt: skip


def test_the_panel_keeps_two_minutes_and_no_more():
    from dataclasses import replace

    history = SyncHistory()
    assert history.state("").points == ()
    for second in range(0, 200, 2):
        history.add(replace(REPORT, mono_ns=second * 10**9, drift_ms=second / 100))
    state = history.state("In lockstep")
    assert state.now_s == 198
    assert state.points[0].time_s == 78
    shown = {number.name: number.value for number in numbers(REPORT, state.points)}
    assert shown["Clock"] == "± 0.3 ms"
    assert shown["Drift now"] == "+0.20 ms"
    assert shown["Connection"] == "Connected"
    over = history.state("")
    assert over.summary.startswith("The session is over")
    assert {number.name: number.value for number in over.numbers}["Connection"] == "Session over"
    assert "Drift now" not in {number.name for number in over.numbers}
    history.clear()
    assert history.state("").numbers == ()
