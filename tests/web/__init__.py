"""What every answer of the bridge must be, whatever the request was."""
