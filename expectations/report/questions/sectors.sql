-- Which sectors owe returns, and which national series do?
SELECT sector_code, name, kind FROM core.sector ORDER BY kind DESC, rowid;
