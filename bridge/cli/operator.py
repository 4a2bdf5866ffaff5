"""Who gives a command, as the audit names them: user and host of the operating system."""

import getpass
import os
import re
import socket

_ODD = re.compile(r"[^A-Za-z0-9_.@+-]")


def operator() -> str:
    """`USER@HOST`; a user without a name by number. Taken from the machine, which its users may deceive."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # in a container there may be no entry for the user
        user = f"uid-{os.getuid()}"
    return _ODD.sub("-", f"{user}@{socket.gethostname()}")[:100]
