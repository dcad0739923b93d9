"""Programs that work on sound, each in a process of its own: input on stdin, WAV on stdout, trouble as exit code."""
