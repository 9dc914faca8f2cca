-- How complete each return in force is.
SELECT c.*, s.name
FROM core.coverage AS c JOIN core.sector AS s USING (sector_code)
ORDER BY c.period DESC, s.name;
