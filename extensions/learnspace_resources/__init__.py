"""The catalogue of resources: import, search, preview, open in my space."""
