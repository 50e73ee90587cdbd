import json
from pathlib import Path

from audio.playback_events import TrackDamaged, TrackPreparing
from audio.queue import QueueItem
from ui.cli.narrator import Narrator
from ui.cli.output import choose_output

ITEM = QueueItem(4, "id4", "Mix", "DJ", Path("mix.mp3"))


def tell(capsys, *, as_json: bool) -> list[str]:
    narrator = Narrator(choose_output(as_json=as_json))
    for fraction in (None, 0.1, 0.5, 1.0):
        narrator.on_playback(TrackPreparing(ITEM, fraction))
    narrator.on_playback(TrackDamaged(ITEM, "“Mix” by DJ is damaged: the file is cut short"))
    return capsys.readouterr().out.splitlines()


def test_people_hear_that_a_track_is_prepared_and_when_it_is_ready(capsys):
    begun, ready, damaged = tell(capsys, as_json=False)
    assert "“Mix” by DJ is being prepared." in begun
    assert "“Mix” by DJ is ready." in ready
    assert "is damaged: the file is cut short." in damaged


def test_programs_hear_how_far_it_is(capsys):
    lines = [json.loads(line) for line in tell(capsys, as_json=True)]
    assert [line.get("fraction") for line in lines[:4]] == [None, 0.1, 0.5, 1.0]
    assert [line["state"] for line in lines] == [*["track_preparing"] * 4, "track_damaged"]
    assert all((line["playlistPosition"], line["trackId"]) == (4, "id4") for line in lines)
