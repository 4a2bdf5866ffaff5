"""The lives that depend on each other, in seconds, each derived from the one it must outlast."""

#: In which one request of a browser ends, whatever the provider, the store and Redis do.
REQUEST_LIMIT = 9
#: For which an attempt counts as under way: longer than any request, so that one that died frees it.
UNDERWAY_LIFE = REQUEST_LIMIT + 3
#: For which a lock on a new customer holds by itself: longer still.
LOCK_LIFE = UNDERWAY_LIFE + 3
#: In which a repeated callback repeats its outcome; the ticket's cookie is kept as long.
OUTCOME_LIFE = 60
#: Of a session where its connection says nothing else.
SESSION_LIFE = 12 * 3600
#: In which a storefront redeems its one-time code.
CODE_LIFE = 60
#: For which a redeemed code is still known, so that a second use ends what the first one got.
SPENT_LIFE = 600
#: In which a page may renew by its last handle but one: the answer that held the newest may have got lost.
RENEWAL_GRACE = 60
#: In which `bridge connections test` collects the answer that a running bridge took in for it.
DRY_ANSWER_LIFE = 60
