"""JSON without spaces, as it is stored, signed and logged."""

from json import JSONEncoder

#: `json.dumps` would make an encoder for each text. Raises ValueError for NaN and Infinity, which are no JSON
#: (RFC 8259 section 6).
compact = JSONEncoder(separators=(",", ":"), allow_nan=False).encode
