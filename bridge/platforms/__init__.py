"""Commerce platforms: find, create and sign in a customer. One folder or file per platform.

PyJWT signing lives here and nowhere else. May import net and domain. A new platform is one
file and one line in the table of `bridge.wiring`.
"""
