"""BigCommerce: the Customer Login API and the v3 Customers API."""

from bridge.platforms.bigcommerce.platform import BigCommerce

__all__ = ["BigCommerce"]
