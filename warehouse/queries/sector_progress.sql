-- All sectors, years before the periods within them.
FROM mart.sector_progress ORDER BY period_kind = 'year' DESC, period, sector_code;
