"""The decisions in their order, on the memory twin."""
