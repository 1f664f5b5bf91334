"""Auth of the gateway. (The lead is writing this file and realtime.py, storage.py now: please leave them.)"""
