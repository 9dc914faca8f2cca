-- Who decided what about which submission, when and why?
FROM audit.decision ORDER BY submission_id, decided_at;
