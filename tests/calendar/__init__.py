"""Tests of the calendar stage."""
