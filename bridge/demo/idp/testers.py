"""The page and the small API by which testers switch faults and rotate keys."""

from collections.abc import Mapping

from flask import Flask, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from bridge.demo.idp.faults import Fault
from bridge.demo.idp.memory import Memory
from bridge.demo.idp.options import IdpOptions
from bridge.demo.idp.steps import step
from bridge.demo.loopback import refuse_other_origins


def add_routes(app: Flask, options: IdpOptions, memory: Memory) -> None:
    """`/faults` and `/keys/rotate`, each for people (forms) and for programs (JSON)."""

    @app.get("/faults")
    def show_faults() -> ResponseReturnValue:
        if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
            return jsonify(fault=memory.fault, faults=[fault.value for fault in Fault if fault])
        return render_template(
            "faults.html", faults=list(Fault), kid=memory.keys.current.kid, options=options
        )

    @app.post("/faults")
    def set_fault() -> ResponseReturnValue:
        refuse_other_origins()
        given = request.get_json(silent=True) if request.is_json else request.form
        fault = Fault.named(given.get("fault")) if isinstance(given, Mapping) else None
        if fault is None:
            return jsonify(error="no such fault", faults=[fault.value for fault in Fault if fault]), 400
        memory.fault = fault
        step("fault", now=memory.fault or "none")
        return jsonify(fault=memory.fault) if request.is_json else redirect("/faults", 303)

    @app.post("/keys/rotate")
    def rotate() -> ResponseReturnValue:
        refuse_other_origins()
        kid = memory.rotate_keys()
        step("keys", now=kid)
        return jsonify(kid=kid) if request.is_json else redirect("/faults", 303)
