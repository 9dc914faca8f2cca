-- Which cells of the marts (current_figure) differ from what was published last (figure_change)?
WITH published AS (
    SELECT mart, row_key, column_name, value
    FROM figure_change
    QUALIFY row_number() OVER (PARTITION BY mart, row_key, column_name ORDER BY publication DESC) = 1
)
SELECT mart, row_key, column_name, current.value
FROM current_figure AS current
FULL JOIN published USING (mart, row_key, column_name)
WHERE current.value IS DISTINCT FROM published.value
ORDER BY mart, row_key, column_name;
