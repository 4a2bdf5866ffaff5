"""Redis: the contracts on a real server, and what only Redis can get wrong."""
