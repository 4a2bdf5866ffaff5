"""The way out, against servers that misbehave on real sockets."""
