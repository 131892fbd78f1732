"""Tags: short words people hang on documents, to find and to sum them."""
