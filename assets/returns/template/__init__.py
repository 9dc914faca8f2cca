"""The template: workbooks that employers and sector bodies fill in, generated from `opgave.yaml`.

Making empty workbooks belongs here; reading them back is done through layouts, as with every return.
"""
