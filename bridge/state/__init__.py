"""Redis: attempts, links, sessions, locks, the audit stream; and a memory twin for unit tests.

redis-py lives here and nowhere else. May import the domain only (and net, were it needed).
"""
