"""OpenID Connect towards identity providers: metadata, keys, redemption, vendor quirks.

Authlib and joserfc live here and nowhere else. What is judged here is judged by the pure
checks of the domain; this folder fetches, and hands over bytes. May import net and domain.
"""
