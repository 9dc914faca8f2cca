-- Both national series, sector returns first.
FROM mart.national_progress ORDER BY basis DESC, period;
