"""Storage: buckets and their files."""
