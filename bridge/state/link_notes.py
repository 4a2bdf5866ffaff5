"""How a note beside a link is written down: digest of the profile (22), seconds (10), customer id."""

from bridge.domain.customer import Note

PROFILE = 22  # characters
NOTE_HEAD = PROFILE + 10
_NO_PROFILE = "-" * PROFILE
#: Of a customer of whom the store was told nothing yet.
NO_NOTE = _NO_PROFILE + "0" * 10


def note_text(note: Note) -> str:
    """All but the customer, whom the script takes from the link."""
    return f"{note.profile or _NO_PROFILE}{note.seen:010d}"


def note_read(text: str) -> Note:
    """What `note_text` wrote, with or without the customer."""
    profile = text[:PROFILE]
    return Note(profile="" if profile == _NO_PROFILE else profile, seen=int(text[PROFILE:NOTE_HEAD]))
