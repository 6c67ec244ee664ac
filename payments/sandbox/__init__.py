"""Play the acquirers (WeChat Pay, Alipay, UnionPay) on this machine, as other people's systems.

This package is a program of its own: it imports nothing from the project and nothing in the
project imports it, so that the two cannot share a bug. They speak over HTTP only.
"""
