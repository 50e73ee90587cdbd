"""Which device is meant."""

from audio.engine.device_choice import PortAudioDevice, choose, is_better_elsewhere, missing, one_per_card, to_try
from audio.engine.devices import Device


def sink(name: str, label: str, *, default: bool = False) -> Device:
    return Device(name, label, default, "PulseAudio")


BUILT_IN = sink("alsa_output.pci-0000_00_1f.3.analog-stereo", "Built-in Audio", default=True)
HEADSET = sink("bluez_output.AA_BB", "Anna's Headset")
DOCK = sink("alsa_output.usb-dock", "USB Audio")
DOCK_2 = sink("alsa_output.usb-dock.2", "USB Audio Two")


def entry(index: int, name: str, api: str, *, default: bool = False) -> PortAudioDevice:
    return PortAudioDevice(Device(name, name, default, api), index, 48_000)


def test_a_name_or_label_may_be_given_in_part_and_in_any_case():
    devices = [BUILT_IN, HEADSET, DOCK]
    assert choose(devices, "headset") is HEADSET
    assert choose(devices, "BLUEZ_OUTPUT.aa_bb") is HEADSET
    assert choose(devices, " usb-dock ") is DOCK
    assert choose(devices, "stadium") is None
    assert choose([], "usb") is None


def test_what_is_named_exactly_goes_before_what_contains_it():
    assert choose([DOCK_2, DOCK], "alsa_output.usb-dock") is DOCK
    assert choose([DOCK_2, DOCK], "usb audio") is DOCK
    assert choose([DOCK_2, DOCK], "usb") is DOCK_2, "else the first"
    assert choose([DOCK_2, BUILT_IN], "alsa_output") is BUILT_IN, "or the default, where that is meant as well"


def test_a_missing_device_is_named_with_those_that_are_there():
    assert missing("Boom", [BUILT_IN, DOCK]) == (
        "there is no sound device “Boom” (there is: “Built-in Audio”, “USB Audio”)"
    )
    assert "none" in missing("Boom", [])


def test_windows_lists_a_card_once_by_its_best_interface():
    entries = [
        entry(0, "Microsoft Sound Mapper - Output", "MME", default=True),
        entry(1, "Speakers (Realtek High Definiti", "MME"),
        entry(2, "Speakers (Realtek High Definition Audio)", "Windows DirectSound", default=True),
        entry(3, "Speakers (Realtek High Definition Audio)", "Windows WASAPI", default=True),
        entry(4, "Speakers 1 (Realtek HD Audio output)", "Windows WDM-KS"),
    ]
    assert [one.index for one in one_per_card(entries)] == [3]
    assert [one.index for one in one_per_card(entries[:3])] == [0, 1], "what there is, when the best is not there"


def test_alsa_lists_cards_and_default_without_their_aliases():
    names = ["HDA Intel: ALC257 (hw:0,0)", "sysdefault", "front", "surround40", "dmix", "pulse", "default"]
    entries = [entry(index, name, "ALSA", default=name == "default") for index, name in enumerate(names)]
    assert [one.index for one in one_per_card(entries)] == [0, 5, 6]
    assert one_per_card([]) == []


def test_what_was_wanted_is_tried_first_then_a_server_then_the_default_then_the_rest():
    hardware, pulse = entry(0, "HDA (hw:0,0)", "ALSA"), entry(1, "pulse", "ALSA")
    default, pipewire = entry(2, "default", "ALSA", default=True), entry(3, "pipewire", "ALSA")
    entries = [hardware, pulse, default, pipewire]
    assert to_try(entries, None) == [pipewire, pulse, default, hardware]
    assert to_try(entries, "hda") == [hardware, pipewire, pulse, default]
    assert to_try(entries, "boom") == to_try(entries, None)
    assert (
        to_try([entry(4, "Pulse Speakers", "Core Audio"), entry(5, "AirPods", "Core Audio", default=True)], None)[
            0
        ].index
        == 5
    )


def test_a_better_device_is_the_wanted_one_or_else_a_new_default():
    assert not is_better_elsewhere([BUILT_IN, DOCK], {BUILT_IN.name}, None)
    assert is_better_elsewhere([BUILT_IN, DOCK], {DOCK.name}, None)
    assert is_better_elsewhere([BUILT_IN, DOCK], {BUILT_IN.name}, "dock")
    assert not is_better_elsewhere([BUILT_IN, DOCK], {DOCK.name}, "dock")
    assert not is_better_elsewhere([BUILT_IN], {BUILT_IN.name}, "dock"), "while it is missing the default is played"
    assert is_better_elsewhere([BUILT_IN], {DOCK.name}, "dock")
    assert not is_better_elsewhere([], {DOCK.name}, "dock")
