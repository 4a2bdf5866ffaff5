"""The decisions, in order: sign a person in, find the customer, keep the customer map, check up
on everything.

Knows the domain and its ports only: no framework, no network, no clock of its own. One flow
is one file, read from top to bottom. Called by web and cli; calls adapters it was given.
"""
