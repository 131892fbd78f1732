"""Pages and their fragments, the access table, forms' safety, errors in words: no business."""
