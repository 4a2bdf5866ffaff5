"""`/static/pages/<name>`: the operator's logo and style sheets, from memory, named after their content."""

from collections.abc import Mapping

from flask import Blueprint
from werkzeug.wrappers import Response

from bridge.domain.refusal import Reason, Refused
from bridge.web.look import FOLDER, File


def routes(files: Mapping[str, File]) -> Blueprint:
    """The blueprint."""
    pages = Blueprint("look_files", __name__)

    @pages.get(f"{FOLDER}<name>")
    def file(name: str) -> Response:
        """For ever: another content has another name."""
        found = files.get(name)
        if found is None:
            raise Refused(Reason.NOT_FOUND)
        response = Response(found.data, mimetype=found.media_type)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    return pages
