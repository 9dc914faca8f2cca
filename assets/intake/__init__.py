"""Stage 1, intake: what came in is stored once, recognised, and entered in the ledger."""
