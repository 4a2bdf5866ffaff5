"""The benchmark itself: what it drives, counts and says of it."""
