-- Publishing nothing would take the figures away from everybody who reads them.
SELECT 'no submission is accepted, so there is nothing to publish' AS problem
WHERE NOT EXISTS (FROM core.submission WHERE status IN ('accepted', 'accepted_with_findings'));
