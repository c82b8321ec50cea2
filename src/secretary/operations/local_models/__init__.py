"""Language models on this machine's disk: which to recommend, pulled from a hub by name, kept, removed.

Nothing is downloaded unless somebody asks for it by name. Who runs a file is not known here: `ports.Engine` tells.
"""
