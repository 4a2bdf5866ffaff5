"""Whole ways through the product: real sockets, real processes, a real Redis; nothing is replaced by a stand-in."""
