"""The `bridge` command as an operator meets it: a process, its words and its exit status."""
