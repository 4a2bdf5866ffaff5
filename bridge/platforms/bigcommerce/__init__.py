"""BigCommerce: the Customer Login API and the v3 Customers API."""
