-- What is this file?
SELECT snapshot_id, published_at, input_hash, ledger_head, ledger_lines
FROM audit.snapshot;
