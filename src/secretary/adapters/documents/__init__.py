"""Documents from outside: files read in a child process, pages fetched through the guard.

Importing this package imports nothing: the child does, and it must be quick.
"""
