"""The trail: who changed what, when and why; rows are only ever added, and chained by hashes."""
