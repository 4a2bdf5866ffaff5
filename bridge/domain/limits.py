"""The lives that depend on each other, in seconds, each derived from the one it must outlast."""

#: In which one request of a browser ends, whatever the provider, the store and Redis do.
REQUEST_LIMIT = 9
#: For which an attempt counts as under way: longer than any request, so that one that died frees it.
UNDERWAY_LIFE = REQUEST_LIMIT + 3
#: For which a lock on a new customer holds by itself: longer still.
LOCK_LIFE = UNDERWAY_LIFE + 3
#: In which a repeated callback repeats its outcome; the ticket's cookie is kept as long.
OUTCOME_LIFE = 60
#: Of a session's record, and of its cookie.
SESSION_LIFE = 12 * 3600
