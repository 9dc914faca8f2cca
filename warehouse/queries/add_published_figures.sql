-- Every change of a published figure (figure_change), with the moment it was published and until when it stood.
INSERT INTO audit.published_figure
SELECT
    change.mart,
    change.row_key,
    change.column_name,
    change.value,
    change.publication,
    lead(change.publication) OVER figure AS replaced_by,
    publication.published_at,
    lead(publication.published_at) OVER figure AS replaced_at
FROM figure_change AS change
JOIN audit.publication AS publication USING (publication)
WINDOW figure AS (PARTITION BY mart, row_key, column_name ORDER BY change.publication)
ORDER BY mart, row_key, column_name, change.publication;
