"""A demo store that plays BigCommerce: a storefront, the login by token, and the management API.

It enforces the platform's documented rules on login tokens and customers, and like the platform it tells the
shopper nothing about a refused login; testers read the reason at `/_demo/log`.
"""

from bridge.demo.bigcommerce.app import create_store
from bridge.demo.bigcommerce.customers import Customer
from bridge.demo.bigcommerce.options import SAMPLE_CUSTOMERS, StoreOptions

__all__ = ["SAMPLE_CUSTOMERS", "Customer", "StoreOptions", "create_store"]
