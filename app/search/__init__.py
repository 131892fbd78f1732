"""The words of every document: how texts become words, where they are kept, how they are found among a million."""
