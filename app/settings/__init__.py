"""The pages on which an admin sets up companies, people and what they may do."""
