"""A stranger to the bridge: what stands on the other side of it in a demonstration and in tests.

Here are a real Redis server to start, an identity provider with sample people, a store that enforces the
rules of the platform it plays, and a small headless shopper who walks between them. Nothing in this folder
imports anything else of `bridge`: a rule misread there must not be misread here as well.
"""
