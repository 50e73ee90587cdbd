"""Numbers that both ends of the wire agree on."""

from typing import Final

#: The plan, section 2: the leader's heartbeat.
POSITION_INTERVAL_MS: Final = 250

#: The plan, section 2: beyond this drift the follower jumps instead of gliding.
JUMP_THRESHOLD_MS: Final = 30.0

#: A track longer than a week is a mistake, not music.
MAX_POSITION_MS: Final = 7 * 24 * 3600 * 1000

#: Epoch milliseconds of 2020-01-01 and 2100-01-01: an NTP-corrected time outside them is a broken clock.
MIN_CORRECTED_MS: Final = 1_577_836_800_000
MAX_CORRECTED_MS: Final = 4_102_444_800_000

MAX_PLAYLIST_POSITION: Final = 100_000
MAX_PAIRED_TRACK_COUNT: Final = 100_000
MAX_ID_LENGTH: Final = 256
MAX_NAME_LENGTH: Final = 300
MAX_REASON_LENGTH: Final = 200

#: The greatest integer that every JSON reader keeps exact (RFC 8259, section 6).
MAX_SAFE_INTEGER: Final = 2**53 - 1
MAX_PING_ID: Final = MAX_SAFE_INTEGER

#: A leader with more paired tracks names the first of them; the rest is checked by their number alone.
MAX_QUEUE_TRACKS: Final = 2000

#: One track of the queue in compact JSON with every field at its longest, a comma and room for unknown fields; a
#: `track_id` that isn't ASCII may need more, and then fewer tracks fit.
MAX_QUEUE_TRACK_BYTES: Final = 512

#: The largest of the other bodies has some 4 KB, with every character escaped.
MAX_BODY_BYTES: Final = 16 * 1024

#: Of POST /runbuddy/sessions alone, for the queue; below the 1 MiB that proxies commonly let through.
MAX_CREATE_BODY_BYTES: Final = MAX_BODY_BYTES + MAX_QUEUE_TRACKS * MAX_QUEUE_TRACK_BYTES

#: Ids and names carry no control characters: they are stored, shown in terminals and read aloud.
NO_CONTROL_CHARACTERS: Final = r"^[^\x00-\x1f\x7f-\x9f]*$"

#: No event of this protocol comes near it; a longer frame is refused before it is parsed.
MAX_EVENT_BYTES: Final = 8 * 1024

#: A leader sends four positions a second and now and then a transport; a dragged slider stays below it, too.
MAX_EVENTS_PER_S: Final = 40

#: The billboard's pages.
MAX_BILLBOARD_PAGE: Final = 200
MAX_CURSOR_LENGTH: Final = 2048

#: Join codes: no 0/O, 1/I/L, 5/S, 2/Z, so that they survive being read aloud.
JOIN_CODE_ALPHABET: Final = "346789ABCDEFGHJKMNPQRTUVWXY"
JOIN_CODE_LENGTH: Final = 6
