"""BigCommerce, against a store that enforces the platform's rules."""
