"""Planted misconfigurations, each to be named with its remedy."""
