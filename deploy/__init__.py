"""Starting Facteur on one machine: what is refused, what is prepared, and the processes under one supervisor."""
