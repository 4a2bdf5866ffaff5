"""`/healthz`: this process lives. `/readyz`: it can work, and what each dependency says."""

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from bridge.domain.refusal import Refused
from bridge.wiring.bridge import Bridge


def routes(bridge: Bridge) -> Blueprint:
    """The blueprint."""
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @pages.get("/readyz")
    def readyz() -> Response:
        """503 only without Redis: one sick provider or store is shown, and stops nobody else."""
        dependencies = bridge.states()
        try:
            bridge.ping()
            dependencies["redis"] = "ok"
        except Refused as refused:
            dependencies["redis"] = refused.reason.value
        ready = dependencies["redis"] == "ok"
        response: Response = jsonify(status="ready" if ready else "not ready", dependencies=dependencies)
        response.status_code = 200 if ready else 503
        return response

    return pages
