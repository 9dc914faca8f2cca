"""Stage 2, returns: a workbook is read through its layout into typed observations with their cells."""
