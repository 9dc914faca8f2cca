-- Every file received, rejected ones first.
SELECT f.*, (SELECT count(*) FROM audit.finding AS x
             WHERE x.file_sha256 = f.file_sha256 AND x.outcome = 'fails') AS findings
FROM audit.file AS f
ORDER BY f.outcome = 'rejected' DESC, f.period, f.sector_code, f.file_name;
