"""The assets room: one package per stage; `asset.py` wires it into Dagster, the other modules compute."""
