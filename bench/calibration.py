"""What this machine is worth at this moment: the same work, weighed in every run."""

import platform
import sys
import time
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_MESSAGE = b"x" * 600


class Calibration:
    """A fixed piece of work, half of it Python's and half OpenSSL's, as a sign-in is both."""

    def __init__(self) -> None:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._signature = private.sign(_MESSAGE, padding.PKCS1v15(), hashes.SHA256())
        self._key = private.public_key()
        self.weigh()

    def weigh(self) -> float:
        """CPU-ms of the work now."""
        began = time.process_time()
        for _ in range(1000):
            self._key.verify(self._signature, _MESSAGE, padding.PKCS1v15(), hashes.SHA256())
        words: dict[str, int] = {}
        for number in range(60_000):
            word = f"{number % 997:x}"
            words[word] = words.get(word, 0) + len(word)
        return (time.process_time() - began) * 1000


def machine() -> dict[str, str]:
    """What may be told of it: two reports of different machines are not to be compared."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {"cpu": model, "python": platform.python_version(), "implementation": sys.implementation.name}
