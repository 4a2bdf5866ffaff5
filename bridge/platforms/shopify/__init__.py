"""Shopify, by Multipass: for stores with legacy customer accounts on a Plus plan."""
