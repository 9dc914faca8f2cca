"""What is due: the calendar set against the ledger, and how complete what came in is."""
