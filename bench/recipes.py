"""How each known relying party is started beside the bridge; `bench/README.md` says how to get them."""

import grp
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from bench.certificates import AUTHORITY
from bench.contenders import Contender, Ground, executable
from bench.processes import free_port, run, wait_for

PEERS = Path(__file__).parent / "peers"
BUILT = Path(__file__).parent.parent / "build" / "peers"
_APACHE_MODULES = Path("/usr/lib/apache2/modules")
_SYSTEM_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_APACHE_THREADS = 64  # the fewest; the more of them, the dearer a sign-in


def start_mod_auth_openidc(ground: Ground) -> Contender:
    """With Debian's defaults: room for 500 entries, so that a session is gone after 250 sign-ins."""
    return _apache(ground, "mod_auth_openidc", _small_trust(ground))


def start_mod_auth_openidc_roomy(ground: Ground) -> Contender:
    """With room for 10,000 entries, the default of its later versions."""
    return _apache(ground, "mod_auth_openidc-roomy", _small_trust(ground), "OIDCCacheShmMax 10000")


def start_mod_auth_openidc_redis(ground: Ground) -> Contender:
    """With its sessions in Redis, as several machines need it and as the bridge has them."""
    at = urlsplit(ground.redis)
    lines = f"OIDCCacheType redis\nOIDCRedisCacheServer {at.hostname}:{at.port}"
    return _apache(ground, "mod_auth_openidc-redis", _small_trust(ground), lines)


def start_mod_auth_openidc_packaged(ground: Ground) -> Contender:
    """With all authorities of the system to read for each connection, as when nobody says anything else."""
    authorities = None
    if ground.tls:
        authorities = ground.folder / "all-authorities.pem"
        authorities.write_bytes(_SYSTEM_AUTHORITIES.read_bytes() + (ground.tls / AUTHORITY).read_bytes())
    return _apache(ground, "mod_auth_openidc-packaged", authorities)


def _small_trust(ground: Ground) -> Path | None:
    """A file of one authority."""
    return ground.tls / AUTHORITY if ground.tls else None


def _apache(ground: Ground, name: str, authorities: Path | None, more: str = "") -> Contender:
    apache, port, folder = executable("apache2"), free_port(), ground.folder / name
    (folder / "pages" / "protected").mkdir(parents=True)
    (folder / "pages" / "protected" / "index.html").write_text("Hello\n")
    user = "www-data" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
    config = folder / "apache.conf"
    config.write_text(
        (PEERS / "mod_auth_openidc.conf")
        .read_text()
        .format(
            modules=_APACHE_MODULES,
            port=port,
            folder=folder,
            user=user,
            group=group,
            threads=max(_APACHE_THREADS, ground.shoppers),  # fewer, and shoppers queue for a slow provider
            issuer=ground.issuer,
            trust=f"OIDCCABundlePath {authorities}" if authorities else "",
            more=more,
        )
    )
    if os.geteuid() == 0:  # Apache reads pages and authorities as another user then
        ground.folder.chmod(0o755)
        if authorities:
            authorities.parent.chmod(0o755)
            authorities.chmod(0o644)
    process = run(ground.stack, config, apache, "-D", "FOREGROUND", "-f", str(config))
    wait_for(process, port)
    return Contender(name, process.pid, ground.plan(f"http://127.0.0.1:{port}/protected/index.html"))


def start_express_openid_connect(ground: Ground) -> Contender:
    node, port = executable("node"), free_port()
    server = installed("express-openid-connect") / "server.js"
    environ = {"NODE_ENV": "production", "PORT": str(port), "ISSUER": ground.issuer}
    if ground.tls:
        environ["NODE_EXTRA_CA_CERTS"] = str(ground.tls / AUTHORITY)
    process = run(ground.stack, server, node, str(server), **environ)
    wait_for(process, port)
    return Contender("express-openid-connect", process.pid, ground.plan(f"http://127.0.0.1:{port}/protected"))


def installed(name: str) -> Path:
    """The folder of a peer that npm installs, once and again when its lock has changed."""
    target, source = BUILT / name, PEERS / name
    target.mkdir(parents=True, exist_ok=True)
    lock, mark = source / "package-lock.json", target / "installed.lock"
    for file in source.iterdir():
        shutil.copy(file, target)
    if not mark.exists() or mark.read_bytes() != lock.read_bytes():
        npm = executable("npm")
        subprocess.run([npm, "--prefix", str(target), "ci", "--no-progress"], check=True, stdout=2)
        shutil.copy(lock, mark)
    return target


RECIPES: dict[str, Callable[[Ground], Contender]] = {
    "mod_auth_openidc": start_mod_auth_openidc,
    "mod_auth_openidc-roomy": start_mod_auth_openidc_roomy,
    "mod_auth_openidc-redis": start_mod_auth_openidc_redis,
    "mod_auth_openidc-packaged": start_mod_auth_openidc_packaged,
    "express-openid-connect": start_express_openid_connect,
}
