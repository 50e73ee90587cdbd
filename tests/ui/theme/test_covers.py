from ui.theme.covers import generated_cover


def test_the_same_music_has_the_same_cover(qapp):
    assert generated_cover("Copper", "Juno Park", 64) == generated_cover("Copper", "Juno Park", 64)


def test_other_music_has_another_cover(qapp):
    covers = [generated_cover(f"Track {number}", "Juno Park", 32) for number in range(50)]
    corners = {cover.pixelColor(2, 2).rgb() for cover in covers}
    assert len(corners) > 30


def test_any_name_has_a_cover(qapp):
    for name in ("", "\x00", "\ud800", "x" * 10_000):
        assert generated_cover(name, name, 16).width() == 16
