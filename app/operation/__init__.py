"""How the installation runs: its parts and their signs of life, what is wrong and what to do, stored files checked."""
