"""The month of one small firm: who it deals with, what they send, and how it comes in."""
