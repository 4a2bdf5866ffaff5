"""A demo storefront with a server of its own, built on the platform beside it and on a bridge.

It does what `docs/storefronts.md` asks of one: it binds the sign-in to the browser that began it, redeems the
one-time code on its server, and keeps the customer's token there, out of every page.
"""

from bridge.demo.commercelayer.storefront.app import create_storefront
from bridge.demo.commercelayer.storefront.options import StorefrontOptions

__all__ = ["StorefrontOptions", "create_storefront"]
