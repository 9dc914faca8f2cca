-- Which published figures does this file change?
SELECT mart, row_key, column_name, value
FROM audit.published_figure
WHERE publication = (SELECT max(publication) FROM audit.publication)
ORDER BY mart, row_key, column_name;
