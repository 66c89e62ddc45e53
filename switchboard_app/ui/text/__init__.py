"""Sentences that several views share, made from what the store says; every one goes through `tr`."""
