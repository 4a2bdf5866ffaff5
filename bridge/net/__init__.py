"""The one way out of this process.

Time limits, size limits, no redirects, TLS, an address guard, kept connections; and values
fetched from others that are kept fresh. Knows nothing of OpenID Connect or of any platform.
May import the domain only; libcurl lives here and nowhere else.
"""
