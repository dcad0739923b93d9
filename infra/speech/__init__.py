"""Speech: words into sound for a telephone, and sound that people upload or record into the same form.

Everything that touches sound runs in a short-lived process of its own (`work/`), so that a decoder that crashes or
grows on a strange file takes no call with it. This package imports nothing by itself, for those processes start often.
"""
