"""Names for the pictures: usual ones, long ones, in other scripts, and such as nobody should choose."""

from typing import Final

TRACKS: Final = (
    ("Lanterns on the Canal", "Ana Moreno", 214_000),
    ("Half Past Seven", "The Night Ferry", 187_000),
    ("Blue Room", "Ola & Finn", 243_000),
    ("Everything We Carried Home", "Marit Solberg", 265_000),
    ("Paper Boats", "Lowlands", 172_000),
    ("Second Winter", "Ana Moreno", 231_000),
    ("Static Garden", "Kobo", 198_000),
    ("A Slow Train to Lisbon", "The Night Ferry", 302_000),
    ("Copper", "Juno Park", 156_000),
    ("North of the River", "Lowlands", 221_000),
    ("What the Tide Said", "Marit Solberg", 249_000),
    ("Unlit Windows", "Kobo", 207_000),
    ("Salt", "Ola & Finn", 179_000),
    ("Last One Dancing", "Juno Park", 233_000),
)
PLAYLISTS: Final = ("Sunday Kitchen", "Long Run", "Late Night Drive", "Two of Us", "Rainy Commute", "Garden Party")

LONG_TITLE: Final = (
    "Concerto for Two Violins, Strings and Continuo in D Minor, BWV 1043: II. Largo ma non tanto "
    "(Live at the Old Boathouse, Remastered and Expanded Anniversary Edition)"
)
LONG_ARTIST: Final = "The Philharmonic Society of the Upper Rhine Valley with the Children's Choir of Saint Bartholomew"
JAPANESE: Final = ("夜明け前の光", "青木はるか")
ARABIC: Final = ("أغنية على ضوء القمر", "ليلى الحداد")
HEBREW: Final = ("שיר של ערב", "נועה לוי")
HOSTILE: Final = (
    "<b>Bold</b> <img src=x> & \u202egnirts desrever\u202c \x00null \u0301\u0301\u0301\u0301\u0301\u0301\u0301marks"
)
ENDLESS: Final = "Endless " * 1250
