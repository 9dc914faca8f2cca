"""Tests of the intake stage: see the docstring of each module."""
