"""Settings in, working parts out: the only place that knows every concrete class.

`bridge` wires what answers requests, `customers` what `bridge customers` works with; the others make one
part each. Decides nothing: what it puts together was said by the settings. Opens no connection. Nothing is
imported here, so that a command pays for the parts it needs.
"""
