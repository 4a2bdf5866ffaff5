"""Write what the bridge is made of into dist/ as CycloneDX JSON: `make sbom`.

Names, versions and hashes come from requirements.txt, which the image is installed from: it covers
every platform, so a component has one hash for each of its files, and a marker where only some
platforms need it. Licences and who needs whom come from the installed distributions. No address
stands in it, and the same lock gives the same bytes.
"""

import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.hash.factories import HashTypeFactory
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from bridge import __version__

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.txt"
#: Of a distribution that says its licence in a classifier only, by the classifier's last part.
CLASSIFIED = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def normal(requirement: str) -> str:
    """`PyJWT[crypto]>=2` -> `pyjwt`."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def installed(name: str) -> Distribution | None:
    """None for one that this platform does not need."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def licence(found: Distribution) -> str:
    """As an SPDX expression where the distribution says one; empty when it says nothing."""
    said = found.metadata.json
    if expression := said.get("license_expression"):
        return str(expression)
    classifiers = [
        each.rpartition(" :: ")[2] for each in said.get("classifier") or [] if "License ::" in each
    ]
    short = str(said.get("license") or "").strip()
    if short and "\n" not in short:
        return short
    return " OR ".join(CLASSIFIED.get(each, each) for each in classifiers)


def component(entry: str, *, factory: LicenseFactory) -> Component:
    """One entry of the lock: `name==version ; marker`, and its hashes."""
    hash_type = HashTypeFactory().from_composite_str
    head = re.match(
        r"(?P<name>[\w.-]+)(?:\[[^]]*\])?==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\\n]+))?", entry
    )
    if not head:
        sys.exit(f"{LOCK.name}: not understood: {entry.splitlines()[0]}")
    name, version, marker = normal(head["name"]), head["version"], (head["marker"] or "").strip()
    made = Component(
        type=ComponentType.LIBRARY,
        name=name,
        version=version,
        bom_ref=f"{name}=={version}",
        purl=PackageURL("pypi", None, name, version),
        hashes=[hash_type(each) for each in re.findall(r"--hash=(sha256:[0-9a-f]{64})", entry)],
    )
    if marker:
        made.properties.add(Property(name="bridge:marker", value=marker))
    found = installed(name)
    if found and found.version != version:
        sys.exit(f"{name} {found.version} is installed, {version} is locked: make .venv anew")
    if found and (said := licence(found)):
        made.licenses.add(factory.make_from_string(said))
    return made


def needs(name: str) -> Iterator[str]:
    """The names that a distribution may need, those of its extras included."""
    found = installed(name)
    for requirement in (found.requires if found else None) or []:
        yield normal(requirement)


def bill() -> Bom:
    """The bridge and all that requirements.txt locks."""
    text = LOCK.read_text(encoding="utf-8")
    factory = LicenseFactory()
    entries = [entry for entry in re.split(r"^(?=\S)", text, flags=re.MULTILINE) if entry.strip()]
    made = {each.name: each for each in (component(entry, factory=factory) for entry in entries)}
    bom = Bom(components=made.values(), serial_number=uuid5(NAMESPACE_URL, f"bridge {__version__} {text}"))
    bom.metadata.timestamp = datetime.fromtimestamp(
        int(os.environ.get("SOURCE_DATE_EPOCH") or 1767225600), UTC
    )
    bridge = Component(
        type=ComponentType.APPLICATION, name="bridge-sso", version=__version__, bom_ref="bridge-sso"
    )
    bom.metadata.component = bridge
    for name, each in ({"bridge-sso": bridge} | made).items():
        bom.register_dependency(each, [made[need] for need in needs(name) if need in made and need != name])
    return bom


def write(folder: Path) -> Path:
    """Written only when the schema's strict validator finds nothing."""
    text = make_outputter(bill(), OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"the bill is not CycloneDX: {fault}")
    folder.mkdir(exist_ok=True)
    file = folder / f"bridge-{__version__}.cdx.json"
    file.write_text(text + "\n", encoding="utf-8")
    return file


def unlicensed() -> list[str]:
    """Components whose licence is not known on this machine."""
    return sorted(each.name for each in bill().components if not each.licenses)


if __name__ == "__main__":
    print(write(ROOT / "dist").relative_to(ROOT))
    if missing := unlicensed():
        print(f"Not needed on this platform, so their licences are not known here: {', '.join(missing)}")
