-- From which percentage of the goal has the traffic light of a sector which colour, by the thresholds valid on a day?
SELECT colour, from_pct, source
FROM core.traffic_light_threshold
WHERE sector_code = $sector_code AND valid_from <= $day
QUALIFY rank() OVER (ORDER BY valid_from DESC) = 1
ORDER BY from_pct DESC;
