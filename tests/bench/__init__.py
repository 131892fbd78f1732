"""How long things take and what they need, beside what they cannot do without.

One module for each thing that is measured, with a `main()` that prints its table; `./facteur bench NAME…` runs those
named, `./facteur bench` all of them.
"""
