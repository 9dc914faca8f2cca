"""Products of the cadence: a page and a table for the ICBR (quarter), the JBR (year), the traffic light (half-year)."""
