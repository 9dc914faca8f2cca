"""Tests of the expectations room: the catalogue, its rules, and the report; `readings.py` builds returns by hand."""
