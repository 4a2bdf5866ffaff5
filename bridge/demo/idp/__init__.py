"""An OpenID provider with sample people: strict about the protocol, without passwords, on loopback only.

It enforces what a careful provider enforces (exact redirect URIs, PKCE, one-time codes, client
authentication), shows its sessions so that single sign-on and sign-out can be seen, and breaks its own rules
on a tester's word.
"""

from bridge.demo.idp.app import create_idp
from bridge.demo.idp.faults import Fault
from bridge.demo.idp.options import Client, IdpOptions, Tile
from bridge.demo.idp.people import SAMPLE_PEOPLE, Person

__all__ = ["SAMPLE_PEOPLE", "Client", "Fault", "IdpOptions", "Person", "Tile", "create_idp"]
