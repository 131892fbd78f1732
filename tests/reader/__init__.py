"""The reader: hostile files, pictures, text and boxes."""
