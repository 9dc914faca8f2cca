-- Which measures does the return of a sector state for the sector as a whole?
SELECT DISTINCT measure
FROM core.observation
WHERE sector_code = $sector_code AND period = $period AND level = 'sector' AND role = 'own'
ORDER BY measure;
