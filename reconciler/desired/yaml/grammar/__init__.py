"""The grammar of YAML 1.2.2: the parser of the files that libyaml does not take.

It gives the events that libyaml would give. Nothing here recurses on the input or goes back in
it for more than a line, so that time and memory grow with the size of a file alone.
"""
