-- Which snapshots were published, and when?
SELECT publication, snapshot_id, published_at
FROM audit.publication
ORDER BY publication;
