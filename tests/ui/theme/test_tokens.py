import re
from dataclasses import replace

import pytest

from ui.theme import tokens
from ui.theme.contrast import SHAPE_MINIMUM, TEXT_MINIMUM, contrast_ratio, relative_luminance
from ui.theme.stylesheet import stylesheet
from ui.theme.tokens import DARK, LIGHT, Tone


def test_contrast_is_wcags():
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast_ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast_ratio("#123456", "#123456") == 1.0
    assert relative_luminance("#ff0000") == pytest.approx(0.2126)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(palette):
    weak = {name: contrast_ratio(text, back) for name, text, back in palette.text_pairs()}
    assert {name: ratio for name, ratio in weak.items() if ratio < TEXT_MINIMUM} == {}


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_edge_that_matters_is_seen(palette):
    weak = {name: contrast_ratio(edge, back) for name, edge, back in palette.shape_pairs()}
    assert {name: ratio for name, ratio in weak.items() if ratio < SHAPE_MINIMUM} == {}


def test_a_weak_colour_would_be_noticed():
    weak = replace(LIGHT, text_secondary="#b0a89e")
    ratios = [contrast_ratio(text, back) for _name, text, back in weak.text_pairs()]
    assert min(ratios) < TEXT_MINIMUM


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_colour_is_a_colour(palette):
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in palette.colours().values())


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_no_two_tones_look_alike(palette):
    colours = [palette.tone(tone) for tone in Tone]
    assert len(set(colours)) == len(colours)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_a_badge_is_seen_on_a_chosen_row_by_its_edge(palette):
    edges = {tone: contrast_ratio(palette.soft_edge(tone), palette.raised) for tone in Tone}
    assert {tone: ratio for tone, ratio in edges.items() if ratio < 1.3} == {}


def test_lengths_are_on_the_grid():
    lengths = [
        tokens.RADIUS,
        tokens.RADIUS_SMALL,
        tokens.SIDEBAR_WIDTH,
        tokens.SIDEBAR_NARROW_WIDTH,
        tokens.PLAYER_BAR_HEIGHT,
        tokens.PAGE_MARGIN,
        tokens.CONTROL_HEIGHT,
        tokens.ROW_HEIGHT,
        tokens.ICON,
    ]
    assert [length for length in lengths if length % tokens.GRID] == []


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_style_sheet_has_no_colour_of_its_own(palette):
    used = set(re.findall("#[0-9a-fA-F]{6}", stylesheet(palette)))
    assert used <= set(palette.colours().values())
    assert "$" not in stylesheet(palette)
