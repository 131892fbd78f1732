"""Clock, money, types, storage, errors: no HTTP and no business."""
