"""The pure rules: each check by itself, with its boundary, and properties where a table has gaps."""
