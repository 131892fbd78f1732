"""Kill loops over real processes: short in the tests, long in `./facteur soak`."""
