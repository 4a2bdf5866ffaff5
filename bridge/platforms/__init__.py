"""Commerce platforms: find, create and sign in a customer. One folder per platform.

Each has an `offer.py`, which pyproject.toml names under the entry-point group `bridge.platforms`: the only
way in, for these as for those of other distributions (bridge.platform_api). PyJWT signing lives here and
nowhere else. May import settings, net and domain; must not know flows, idp, state or another platform.
"""
