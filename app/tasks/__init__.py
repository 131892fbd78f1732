"""What is to be done later: the task table is the record, Redis is only the bell."""
