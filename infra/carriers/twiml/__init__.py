"""The carrier for Twilio and those who speak its dialect: SignalWire, Telnyx TeXML.

Each webhook is a signal, its answer what the leg does from then on; what there is to know is in the database.
"""
