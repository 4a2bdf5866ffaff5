"""What shoppers see and do, in a real browser: the demo's pages, the bridge as a process, nothing replaced."""
