"""What every table of the declaration has in common."""

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """One table of the file: frozen, its types taken strictly, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)
