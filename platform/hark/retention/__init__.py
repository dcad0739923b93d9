"""Retention: what a hotline wrote about people goes by itself when the time that it set is over."""
