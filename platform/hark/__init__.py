"""What runs live and what people see: the app, the worker, the command line and the slices of a working hotline."""
