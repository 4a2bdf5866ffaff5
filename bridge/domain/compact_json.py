"""JSON without spaces, as it is stored."""

from json import JSONEncoder

#: `json.dumps` would make an encoder for each text.
compact = JSONEncoder(separators=(",", ":")).encode
