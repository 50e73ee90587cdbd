"""A page that comes is drawn as things stand, never as they stood when somebody last looked."""

from tests.ui.desktop.windows import open_window
from ui.session.music import queue_of


def test_now_playing_shows_the_queue_that_was_loaded_meanwhile(in_loop, tmp_path, demo_pairing):
    async def scenario():
        person = await open_window(tmp_path, "Ana", None, demo_pairing)
        page = person.app.screens.now_playing
        for shown, name in (("library", "First"), ("settings", "Second")):
            person.window.show_screen(shown)
            person.view_model.playing.load(name, queue_of(demo_pairing), {})
            person.window.show_screen("now_playing")
            # Nothing has had its turn yet, the page's own drawing least of all.
            assert page._state.queue_name == name
        await person.close()

    in_loop(scenario)
