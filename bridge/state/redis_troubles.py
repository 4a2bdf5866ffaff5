"""Why Redis cannot be used at all: what the words of an error mean, and what helps."""

import re
from typing import NamedTuple

from bridge.domain.finding import Finding
from bridge.domain.refusal import Refused


class _Trouble(NamedTuple):
    pattern: str
    meaning: str
    remedy: str
    tls_only: bool = False  # where the same words tell other things without TLS


_PRIMARY = "Give the primary's address, or the Sentinels': redis+sentinel://HOST:26379,HOST:26379/NAME/0."
_TROUBLES = (
    _Trouble(
        "CERTIFICATE_VERIFY_FAILED",
        "its certificate is not from the authority of redis.ca_file, or not for the host in redis.url",
        "Compare them: openssl s_client -connect HOST:PORT -CAfile FILE shows the CA and the names.",
    ),
    _Trouble(
        # A server that turns a client away may be gone before its reason is read.
        r"(?i)certificate required|alert|unknown ca|EOF occurred|reset by peer|broken pipe|closed by server",
        "it does not take the bridge's certificate, or wants one",
        "Give redis.client_cert and redis.client_key, of an authority in the server's tls-ca-cert-file.",
        tls_only=True,
    ),
    _Trouble(
        "(?i)key.values.mismatch",
        "redis.client_key is not the key of redis.client_cert",
        "Name the two files that belong together.",
    ),
    _Trouble(
        "(?i)wrong.version.number|record.layer",
        "it does not speak TLS at this port",
        "Write redis:// (or leave redis.tls out), or give the port of its tls-port.",
    ),
    _Trouble(
        "NOAUTH|Authentication required",
        "it wants a password",
        "Write USER:PASSWORD@ before the host in redis.url.",
    ),
    _Trouble(
        "AuthenticationError|WRONGPASS|invalid username",
        "it does not know this user with this password",
        "Compare USER:PASSWORD@ in redis.url with ACL LIST; write special characters as %2C and the like.",
    ),
    _Trouble(
        "no Sentinel names the primary",
        "no Sentinel in redis.url tells where the primary is",
        "Compare hosts and NAME with sentinel.conf; a password of theirs goes into redis.sentinel_password.",
    ),
    _Trouble(
        "cluster support disabled|unknown command.*CLUSTER",
        "it is no Redis Cluster",
        "Write redis://HOST:PORT/0 in redis.url.",
    ),
    _Trouble(
        "MovedError",
        "it is a server of a Redis Cluster",
        "Write redis+cluster://HOST:PORT,HOST:PORT in redis.url.",
    ),
    _Trouble(
        "ClusterDownError",
        "the Cluster is down",
        "See redis-cli --cluster check HOST:PORT, and start the servers that are missing.",
    ),
    _Trouble("READONLY", "it is a replica, which takes no writes", _PRIMARY),
    _Trouble(
        "getaddrinfo|Name or service|Temporary failure in name",
        "its host name cannot be resolved",
        "Correct the host in redis.url, or the name service of this machine.",
    ),
    _Trouble(
        "Connection refused|No such file",
        "nothing listens at that address",
        "Start it, or correct host and port (or the socket's path) in redis.url.",
    ),
    _Trouble(
        "TimeoutError: Timeout",
        "it does not answer",
        "See whether it runs, and a firewall lets this machine through; to TLS a port without it is silent.",
    ),
    _Trouble(
        "BusyLoadingError",
        "it is loading its data",
        "Wait: a large data set takes minutes. A replica would have taken over.",
    ),
    _Trouble(
        "MISCONF",
        "it cannot write to its disk, and refuses writes",
        "Make room on its disk; its log tells more.",
    ),
    _Trouble(
        "OutOfMemoryError",
        "its memory is full",
        "Raise maxmemory or take a larger machine; docs/deploying.md tells what links cost.",
    ),
)


def trouble_of(refused: Refused, subject: str, *, tls: bool) -> Finding | None:
    """What is known to be behind it, if something is."""
    for trouble in _TROUBLES:
        if re.search(trouble.pattern, refused.detail) and (tls or not trouble.tls_only):
            message = f"{trouble.meaning} ({refused.detail})"
            return Finding("failed", subject, message, trouble.remedy, "Nobody can sign in.")
    return None
