"""Apps in this process, each for a configuration of its own."""

from collections.abc import Callable

from flask import Flask

#: Makes the app of the stage's configuration with other values under [server].
MakeApp = Callable[..., Flask]
